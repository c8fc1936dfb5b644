package databus_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/databus"
	"github.com/meltica/meltica/runtime/lib/decimal"
	"pgregory.net/rapid"
)

// modelLane does what a lane does, the slow way: a slice in the order of delivery.
type modelLane struct {
	cfg     databus.Config
	pending []modelEvent
	lost    map[uint32]uint32 // dropped right before the oldest pending event of the stream
	stats   databus.Stats
}

type modelEvent struct {
	stream      uint32
	delivery    eventv1.Delivery
	epoch       uint32
	stale       bool
	first, last uint64
	lost        uint32
}

func (m *modelLane) count(d eventv1.Delivery) (n int) {
	for _, e := range m.pending {
		if e.delivery == d {
			n++
		}
	}
	return n
}

// takeNewest removes and returns the newest pending event of the stream, if the lane is under
// pressure.
func (m *modelLane) takeNewest(stream uint32) (e modelEvent, ok bool) {
	if len(m.pending) < m.cfg.ConflateAt {
		return e, false
	}
	for i, e := range slices.Backward(m.pending) {
		if e.stream == stream {
			m.pending = slices.Delete(m.pending, i, i+1)
			return e, true
		}
	}
	return e, false
}

func (m *modelLane) push(e modelEvent) bool {
	switch e.delivery {
	case eventv1.DeliveryLatest, eventv1.DeliveryMerge:
		old, ok := m.takeNewest(e.stream)
		switch {
		case !ok:
		case e.delivery == eventv1.DeliveryMerge && old.epoch == e.epoch && !old.stale && !e.stale:
			e.first, e.lost = old.first, old.lost
			m.stats.Merged++
		default:
			e.lost = old.lost + 1
			m.stats.Conflated++
		}
	case eventv1.DeliveryQueue:
		if m.count(e.delivery) == m.cfg.QueueMax {
			i := slices.IndexFunc(m.pending, func(o modelEvent) bool { return o.delivery == eventv1.DeliveryQueue })
			m.lost[m.pending[i].stream]++
			m.pending = slices.Delete(m.pending, i, i+1)
			m.stats.Dropped++
		}
	}
	m.pending = append(m.pending, e)
	return m.count(eventv1.DeliveryLossless) <= m.cfg.LosslessMax
}

func (m *modelLane) pop() modelEvent {
	e := m.pending[0]
	m.pending = m.pending[1:]
	e.lost += m.lost[e.stream]
	m.lost[e.stream] = 0
	return e
}

// TestLaneDoesWhatItsModelDoes pushes, pops and clears at random, events of every delivery rule:
// the same events come out in the same order with the same losses, the bounds hold, each stream
// is in order, and what went in is pending, popped, conflated, merged or dropped.
func TestLaneDoesWhatItsModelDoes(t *testing.T) {
	const streams = 7
	makers := [streams]func(seq uint64) *eventv1.CanonicalEvent{
		0: func(seq uint64) *eventv1.CanonicalEvent { return trade("A", seq) },
		1: func(seq uint64) *eventv1.CanonicalEvent { return trade("B", seq) },
		2: func(seq uint64) *eventv1.CanonicalEvent { return ticker("A", seq) },
		3: func(seq uint64) *eventv1.CanonicalEvent { return ticker("B", seq) },
		4: func(seq uint64) *eventv1.CanonicalEvent { return update(1, seq, [2]int64{1, 1}) },
		5: func(seq uint64) *eventv1.CanonicalEvent { return update(1, seq, [2]int64{2, 1}) },
		6: status,
	}
	rapid.Check(t, func(t *rapid.T) {
		cfg := databus.Config{
			QueueMax: rapid.IntRange(1, 5).Draw(t, "queueMax"), ConflateAt: rapid.IntRange(1, 6).Draw(t, "conflateAt"),
			LosslessMax: rapid.IntRange(1, 4).Draw(t, "losslessMax"),
		}
		l, m := databus.NewLane(cfg), &modelLane{cfg: cfg, lost: map[uint32]uint32{}}
		var seq, pushed, popped uint64
		var last [streams]uint64
		epoch, ended := uint32(1), false
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			switch op := rapid.IntRange(0, 19).Draw(t, "op"); {
			case op == 0:
				l.Clear()
				m.stats.Dropped += uint64(len(m.pending))
				m.pending = nil
			case op <= 6 && len(m.pending) > 0:
				popped++
				ev, want := l.Pop(), m.pop()
				if ev.SeqFirst != want.first || ev.SeqLast != want.last || ev.Lost != want.lost {
					t.Fatalf("popped %d to %d after %d lost, want %+v", ev.SeqFirst, ev.SeqLast, ev.Lost, want)
				}
				if ev.SeqLast <= last[want.stream] {
					t.Fatalf("stream %d: %d after %d", want.stream, ev.SeqLast, last[want.stream])
				}
				last[want.stream] = ev.SeqLast
			case ended: // nothing is pushed after an overrun
			default:
				seq++
				pushed++
				stream := rapid.Uint32Range(0, streams-1).Draw(t, "stream")
				ev := makers[stream](seq)
				epoch += uint32(rapid.SampledFrom([]int{0, 0, 0, 0, 1}).Draw(t, "epoch"))
				ev.Epoch = epoch
				e := modelEvent{stream: stream, delivery: ev.Delivery(), epoch: epoch, first: seq, last: seq}
				if u := ev.BookUpdate(); u != nil {
					u.Stale = rapid.IntRange(0, 7).Draw(t, "stale") == 0
					e.stale = u.Stale
				}
				if got, want := l.Push(stream, ev), m.push(e); got != want {
					t.Fatalf("push = %t, want %t", got, want)
				} else {
					ended = !got
				}
			}
			want := m.stats
			want.Pending = len(m.pending)
			if got := l.Stats(); got != want {
				t.Fatalf("stats %+v, want %+v", got, want)
			}
			if pushed != popped+uint64(want.Pending)+want.Conflated+want.Merged+want.Dropped {
				t.Fatalf("%d pushed, %d popped, %+v", pushed, popped, want)
			}
			if n := m.count(eventv1.DeliveryLatest) + m.count(eventv1.DeliveryMerge); n > cfg.ConflateAt+streams {
				t.Fatalf("%d latest and merge events pending, want at most ConflateAt and one for each stream", n)
			}
		}
	})
}

// TestScalesDoNotTellPricesApart: venues write 1.0 and 1.00 for one price.
func TestScalesDoNotTellPricesApart(t *testing.T) {
	l := databus.NewLane(databus.Config{ConflateAt: 1})
	push := func(seq uint64, levels ...string) {
		ev := update(1, seq)
		body := ev.BookUpdate()
		for i := 0; i < len(levels); i += 2 {
			body.Asks = append(body.Asks, eventv1.Level{Price: decimal.MustParse(levels[i]), Quantity: decimal.MustParse(levels[i+1])})
		}
		l.Push(0, ev)
	}
	push(1, "2.00", "9", "1.0", "5", "1.000", "6")
	push(2, "3", "1", "1.00", "0.0", "2", "7", "2.0", "8")
	if got, want := fmt.Sprint(l.Pop().BookUpdate().Asks), "[{1.00 0.0} {2.0 8} {3 1}]"; got != want {
		t.Errorf("merged asks %v, want %v", got, want)
	}
}

// TestLossIsKeptThroughMerges: an update that could not be merged is lost right before the one
// that took its place, whatever is merged into that later.
func TestLossIsKeptThroughMerges(t *testing.T) {
	l := databus.NewLane(databus.Config{ConflateAt: 1})
	l.Push(0, update(1, 1))
	l.Push(0, update(2, 5))
	l.Push(0, update(2, 6))
	if ev := l.Pop(); ev.Lost != 1 || ev.SeqFirst != 5 || ev.SeqLast != 6 {
		t.Errorf("popped %d to %d after %d lost, want 5 to 6 after 1", ev.SeqFirst, ev.SeqLast, ev.Lost)
	}
}

// TestLastOfManyEqualPricesWins: a sort of many levels must keep the order of equal ones.
func TestLastOfManyEqualPricesWins(t *testing.T) {
	l := databus.NewLane(databus.Config{ConflateAt: 1})
	var bids [][2]int64
	for i := range int64(100) {
		bids = append(bids, [2]int64{7 - i%5, i})
	}
	l.Push(0, update(1, 1))
	l.Push(0, update(1, 2, bids...))
	if got, want := fmt.Sprint(l.Pop().BookUpdate().Bids), "[{3 99} {4 98} {5 97} {6 96} {7 95}]"; got != want {
		t.Errorf("merged bids %v, want %v", got, want)
	}
}

// TestLaneUsesItsMemoryAgain: a lane that is filled and emptied for ever does not grow.
func TestLaneUsesItsMemoryAgain(t *testing.T) {
	l := databus.NewLane(databus.Config{})
	ev := trade("A", 1)
	if n := testing.AllocsPerRun(1, func() {
		for range 100 {
			for range 1000 {
				l.Push(0, ev)
			}
			for range 1000 {
				l.Pop()
			}
		}
	}); n != 0 {
		t.Errorf("%v allocations in 100 rounds, want 0", n)
	}
}

// TestMergedUpdateIsBounded: under a handler that never returns, an update that has more levels
// than an event may have becomes a stale mark, stays one for its epoch, and is a common update
// again in the next.
func TestMergedUpdateIsBounded(t *testing.T) {
	l := databus.NewLane(databus.Config{ConflateAt: 1})
	price := int64(0)
	asks := false
	push := func(epoch uint32, n int) {
		var levels [][2]int64
		for range n {
			price++
			levels = append(levels, [2]int64{price, 1})
		}
		ev := update(epoch, uint64(price), levels...)
		if u := ev.BookUpdate(); asks {
			u.Bids, u.Asks = nil, u.Bids
		}
		l.Push(0, ev)
	}
	push(1, databus.LevelsMax-1)
	push(1, 1)
	push(1, 1) // one too many
	push(1, 1)
	ev := l.Pop()
	if u := ev.BookUpdate(); !u.Stale || len(u.Bids) != 0 || ev.Lost != 1 || ev.SeqLast != uint64(price) {
		t.Errorf("popped %d levels, stale %t, lost %d, seq %d; want a stale mark of the last sequence after 1 lost",
			len(u.Bids), u.Stale, ev.Lost, ev.SeqLast)
	}
	asks = true
	push(1, databus.LevelsMax)
	push(1, 1)
	asks = false
	if u := l.Pop().BookUpdate(); !u.Stale || len(u.Asks) != 0 {
		t.Errorf("popped %d asks, stale %t; want a stale mark", len(u.Asks), u.Stale)
	}
	push(1, databus.LevelsMax)
	push(1, 1)
	push(2, 3)
	push(2, 2)
	if u := l.Pop().BookUpdate(); u.Stale || len(u.Bids) != 5 {
		t.Errorf("popped %d levels, stale %t; want the 5 of the new epoch", len(u.Bids), u.Stale)
	}
	if got := l.Stats(); got != (databus.Stats{Merged: 5, Conflated: 2}) {
		t.Errorf("stats %+v, want 5 merged, 2 conflated", got)
	}
}
