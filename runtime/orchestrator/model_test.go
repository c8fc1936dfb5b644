package orchestrator_test

import (
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/meltica/meltica/generated/eventv1"
)

// modelEvent is an event of the model. Trades have a price and a quantity, tickers a bid and an ask.
type modelEvent struct {
	provider  string
	at, clock int64 // ingest time; the venue's own, which has no say
	seq       uint64
	x, y      int
}

// model says what must come out, the slow way: it keeps the events of the open window and works
// everything out from them.
type model struct {
	providers []string
	length    int64
	eventsMax int
	isTrade   bool
	free      int // pooled events

	open       []modelEvent
	ticks      []int64 // told while it was open
	lateBefore int64

	late, folded, partial, exhausted uint64
	missing                          map[string]uint64
	merged                           []string
}

func oldest(events []modelEvent) int64 {
	return slices.MinFunc(events, func(a, b modelEvent) int { return int(a.at - b.at) }).at
}

func newest(events []modelEvent) int64 {
	return slices.MaxFunc(events, func(a, b modelEvent) int { return int(a.at - b.at) }).at
}

func (m *model) publish(e modelEvent) {
	if len(m.open) > 0 && e.at >= oldest(m.open)+m.length {
		end := oldest(m.open) + m.length
		m.flush(end, end)
	}
	with := append(slices.Clone(m.open), e)
	end := oldest(with) + m.length
	over := newest(with) >= end || slices.ContainsFunc(m.ticks, func(now int64) bool { return now >= end })
	if e.at < m.lateBefore || over {
		m.late++
		return
	}
	m.folded++
	m.open = with
	if len(with) == m.eventsMax {
		m.flush(newest(with)+1, newest(with))
	}
}

func (m *model) tick(now int64) {
	if len(m.open) == 0 {
		return
	}
	if end := oldest(m.open) + m.length; now >= end {
		m.flush(end, end)
		return
	}
	m.ticks = append(m.ticks, now)
}

func (m *model) flush(end, lateBefore int64) {
	events := m.open
	m.open, m.ticks, m.lateBefore = nil, nil, lateBefore
	by := map[string][]modelEvent{}
	for _, e := range events {
		if e.at < oldest(events) || e.at >= end {
			panic(fmt.Sprintf("model: event at %d outside [%d,%d)", e.at, oldest(events), end))
		}
		by[e.provider] = append(by[e.provider], e)
	}
	partial := false
	for _, p := range m.providers {
		if len(by[p]) == 0 {
			m.missing[p]++
			partial = true
		}
	}
	switch {
	case partial:
		m.partial++
	case m.free == 0:
		m.exhausted++
	default:
		m.free--
		m.merged = append(m.merged, m.line(oldest(events), end, by))
	}
}

// line describes a merged window.
func (m *model) line(open, end int64, by map[string][]modelEvent) string {
	count, volume, notional := 0, 0, 0
	bids, asks := map[string]int{}, map[string]int{}
	var parts []string
	for _, p := range slices.Sorted(maps.Keys(by)) {
		events := by[p]
		count += len(events)
		last := events[0]
		low, high := uint64(0), uint64(0)
		v, n := 0, 0
		for _, e := range events {
			if e.at >= last.at {
				last = e
			}
			if e.seq != 0 && (low == 0 || e.seq < low) {
				low = e.seq
			}
			high = max(high, e.seq)
			v, n = v+e.y, n+e.x*e.y
		}
		part := fmt.Sprintf("%s x%d seq %d-%d at %d clock %d", p, len(events), low, high, last.at, last.clock)
		if m.isTrade {
			volume, notional = volume+v, notional+n
			part += fmt.Sprintf(" last %d volume %d notional %d", last.x, v, n)
		} else {
			part += fmt.Sprintf(" %d/%d", last.x, last.y)
			bids[p], asks[p] = last.x, last.y
		}
		parts = append(parts, part)
	}
	head := fmt.Sprintf("[%d,%d) x%d", open, end, count)
	if m.isTrade {
		head += fmt.Sprintf(" volume %d vwap %s", volume, big.NewRat(int64(notional), int64(volume)).FloatString(12))
		return head + "\n" + strings.Join(parts, "\n")
	}
	bid, ask, crossed := "-", "-", false
	for _, p := range slices.Sorted(maps.Keys(by)) {
		if bids[p] > 0 && (bid == "-" || bids[p] > bids[bid]) {
			bid = p
		}
		if asks[p] > 0 && (ask == "-" || asks[p] < asks[ask]) {
			ask = p
		}
		for q := range by {
			crossed = crossed || p != q && bids[p] > 0 && asks[q] > 0 && bids[p] >= asks[q]
		}
	}
	return head + fmt.Sprintf(" best %s %s crossed %t\n", bid, ask, crossed) + strings.Join(parts, "\n")
}

// describe is model.line of what came out.
func describe(t *rapid.T, e *eventv1.MergedEvent) string {
	head := fmt.Sprintf("[%d,%d) x%d", e.WindowOpen, e.WindowClose, e.EventCount)
	var parts []string
	isTrade := e.Kind == eventv1.EventKindTrade
	for _, f := range e.Fragments {
		part := fmt.Sprintf("%s x%d seq %d-%d at %d clock %d", f.Provider, f.EventCount, f.SeqFirst, f.SeqLast, f.IngestTime, f.ExchangeTime)
		if isTrade {
			part += fmt.Sprintf(" last %s volume %s notional %s", f.LastPrice, f.Volume, f.Notional)
		} else {
			part += fmt.Sprintf(" %s/%s", f.BidPrice, f.AskPrice)
		}
		parts = append(parts, part)
	}
	if isTrade {
		vwap, ok := new(big.Rat).SetString(e.VWAP.String())
		if !ok || e.TradeCount != e.EventCount {
			t.Fatalf("VWAP %s, %d trades of %d events", e.VWAP, e.TradeCount, e.EventCount)
		}
		head += fmt.Sprintf(" volume %s vwap %s", e.Volume, vwap.FloatString(12))
		return head + "\n" + strings.Join(parts, "\n")
	}
	name := func(q eventv1.Quote) string {
		if q.Provider == "" {
			return "-"
		}
		return q.Provider
	}
	return head + fmt.Sprintf(" best %s %s crossed %t\n", name(e.BestBid), name(e.BestAsk), e.Crossed) + strings.Join(parts, "\n")
}

// TestModel compares any interleaving of events, early and late, ticks, and a stage behind that
// gives back its merged events late, with the model.
func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rule()
		r.Providers = []string{"c", "a", "b"}[:rapid.IntRange(2, 3).Draw(t, "providers")]
		r.EventsMax = rapid.IntRange(1, 8).Draw(t, "eventsMax")
		m := &model{
			providers: r.Providers, length: 100, eventsMax: r.EventsMax, isTrade: rapid.Bool().Draw(t, "trades"),
			free: 2, lateBefore: math.MinInt64, missing: map[string]uint64{},
		}
		f := newFixture(t, r)
		f.next.hold = true
		ids := map[eventv1.MergeID]bool{}
		now := rapid.Int64Range(-300, 300).Draw(t, "start")
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				now += rapid.Int64Range(0, 150).Draw(t, "pause")
				m.tick(now)
				f.Tick(now)
			case 1:
				f.next.release()
				m.free = 2
			default:
				now += rapid.SampledFrom([]int64{0, 0, 1, 7, 30, 99, 100, 101}).Draw(t, "step on")
				e := modelEvent{
					provider: rapid.SampledFrom(r.Providers).Draw(t, "provider"), seq: rapid.Uint64Range(0, 5).Draw(t, "seq"),
					at:    now - rapid.SampledFrom([]int64{0, 0, 0, 0, 1, 40, 99, 100, 250}).Draw(t, "behind"),
					clock: rapid.Int64Range(0, 1000).Draw(t, "clock"),
					x:     rapid.IntRange(0, 5).Draw(t, "x"), y: rapid.IntRange(0, 5).Draw(t, "y"),
				}
				set := ticker(fmt.Sprint(e.x), "1", fmt.Sprint(e.y), "1")
				if m.isTrade {
					e.x, e.y = e.x+1, e.y+1
					set = trade(fmt.Sprint(e.x), fmt.Sprint(e.y))
				}
				m.publish(e)
				f.publish(e.provider, e.at, func(ev *eventv1.CanonicalEvent) {
					set(ev)
					ev.SeqFirst, ev.SeqLast, ev.ExchangeTime = e.seq, e.seq, e.clock
				})
			}
			var got []string
			for _, e := range f.takeMerged() {
				got = append(got, describe(t, e))
				if e.EmitTime < e.WindowClose-1 || e.Symbol != "BTC-USDT" || !e.Complete {
					t.Fatalf("got %+v; want it complete, and handed on after its newest event", e)
				}
				if ids[e.MergeID] {
					t.Fatalf("merge id %v twice", e.MergeID)
				}
				ids[e.MergeID] = true
			}
			if g, w := strings.Join(got, "\n"), strings.Join(m.merged, "\n"); g != w {
				t.Fatalf("merged\n%s\nwant\n%s", g, w)
			}
			m.merged = nil
			s := f.Stats()
			if s.Late != m.late || s.Folded != m.folded || s.Partial != m.partial || s.Exhausted != m.exhausted || !maps.Equal(s.Missing, m.missing) || s.Open != min(len(m.open), 1) {
				t.Fatalf("got %+v, want late %d, folded %d, partial %d, exhausted %d, missing %v, %d events open",
					s, m.late, m.folded, m.partial, m.exhausted, m.missing, len(m.open))
			}
			f.check()
		}
		f.next.release()
		f.check()
	})
}
