package coinbase_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/provider/coinbase"
)

// position is where a stream is.
type position struct {
	epoch uint32
	seq   uint64
}

// checker is a Sink that checks what no stream may break, and hashes all events.
type checker struct {
	t    *testing.T
	last map[eventv1.CanonicalEventStreamKey]position
	hash uint64
	json []byte
}

func newChecker(t *testing.T) *checker {
	return &checker{t: t, last: make(map[eventv1.CanonicalEventStreamKey]position)}
}

func (c *checker) Publish(lease eventv1.CanonicalEventLease) {
	defer lease.Put()
	ev := lease.Value()
	if last, ok := c.last[ev.StreamKey()]; ok && ev.Epoch == last.epoch && ev.Kind == eventv1.EventKindBookUpdate {
		if ev.SeqFirst != last.seq+1 && last.seq != 0 {
			c.t.Errorf("%s: update %d to %d after %d", ev.Symbol, ev.SeqFirst, ev.SeqLast, last.seq)
		}
	}
	if ev.ExchangeTime == 0 && ev.Kind == eventv1.EventKindBookUpdate && !ev.BookUpdate().Stale {
		c.t.Errorf("%s: update without a time", ev.Symbol)
	}
	c.last[ev.StreamKey()] = position{ev.Epoch, ev.SeqLast}
	var err error
	if c.json, err = ev.AppendJSON(c.json[:0]); err != nil {
		c.t.Error(err)
	}
	for _, b := range c.json { // FNV-1a over all events
		c.hash = (c.hash ^ uint64(b)) * 1099511628211
	}
}

func TestReplay(t *testing.T) {
	f := func(name string, trades, tickers, updates, ignored uint64) {
		t.Run(name, func(t *testing.T) {
			records := load(t, name)
			sink := newChecker(t)
			a := newAdapter(t, coinbase.Config{}, sink)
			play(t, a, records)
			s := a.Stats()
			balanced(t, s)
			if s.Trades != trades || s.Tickers != tickers || s.BookUpdates != updates {
				t.Errorf("%d trades, %d tickers, %d updates; want %d, %d, %d", s.Trades, s.Tickers, s.BookUpdates, trades, tickers, updates)
			}
			if s.Failed != 0 || s.Ignored != ignored || s.Gaps != 0 || s.Crossed != 0 || s.Exhausted != 0 {
				t.Errorf("got %+v; want %d ignored and no failed, gaps, crossed", s, ignored)
			}
			again := newChecker(t)
			play(t, newAdapter(t, coinbase.Config{}, again), records)
			if again.hash != sink.hash {
				t.Errorf("two replays differ: %x and %x", sink.hash, again.hash)
			}
		})
	}
	f("advanced.ws.txt", 85, 85, 6272, 0)
	f("live-2026-08.jsonl", 0, 0, 10, 1)
}

func TestReplayDetectsDamage(t *testing.T) {
	records := load(t, "advanced.ws.txt")
	const victim = 4000
	f := func(name string, seen int, failed uint64, damage func([]record) []record) {
		t.Run(name, func(t *testing.T) {
			damaged := damage(slices.Clone(records))
			a := newAdapter(t, coinbase.Config{}, newChecker(t))
			play(t, a, damaged[:seen])
			before := a.Stats()
			if before.Gaps != 0 {
				t.Errorf("%d gaps before the first frame that can show it", before.Gaps)
			}
			play(t, a, damaged[seen:seen+1])
			live := uint64(0) // the books, which must all break
			for _, r := range records[:victim] {
				if bytes.Contains(r.data, []byte(`"type":"snapshot"`)) {
					live++
				}
			}
			if s := a.Stats(); s.Gaps != live || s.Failed != failed {
				t.Errorf("%d gaps, %d failed; want all %d books stale and %d failed", s.Gaps, s.Failed, live, failed)
			}
			before = a.Stats()
			play(t, a, damaged[seen+1:])
			s := a.Stats()
			if s.Resyncs != 0 || s.BookUpdates != before.BookUpdates || s.Trades == before.Trades {
				t.Errorf("while the books wait: %+v", s)
			}
			// A new connection counts from 0 and sends snapshots.
			a.Disconnected(damaged[len(damaged)-1].time)
			play(t, a, records)
			if s := a.Stats(); s.Resyncs != live || s.Gaps != live || s.Failed != failed {
				t.Errorf("after a new connection: %+v", s)
			}
		})
	}
	f("a missing frame", victim, 0, func(r []record) []record { return slices.Delete(r, victim, victim+1) })
	f("a frame that comes twice", victim+1, 0, func(r []record) []record { return slices.Insert(r, victim, r[victim]) })
	f("two frames the wrong way round", victim, 0, func(r []record) []record {
		r[victim], r[victim+1] = r[victim+1], r[victim]
		return r
	})
	f("a frame that can't be read", victim+1, 1, func(r []record) []record {
		r[victim].data = r[victim].data[:100]
		return r
	})
}
