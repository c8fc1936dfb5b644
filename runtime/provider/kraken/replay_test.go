package kraken_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/kraken"
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
	f := func(name string, depth int, sums, updates, ignored uint64) {
		t.Run(name, func(t *testing.T) {
			records := load(t, name)
			sink := newChecker(t)
			a := newAdapter(t, kraken.Config{Depth: depth}, sink)
			play(t, a, records)
			s := a.Stats()
			balanced(t, s)
			if s.ChecksumsOK != sums || s.ChecksumsBad != 0 || s.BookUpdates != updates {
				t.Errorf("%d checksums agreed, %d not, %d updates; want %d, 0, %d", s.ChecksumsOK, s.ChecksumsBad, s.BookUpdates, sums, updates)
			}
			if s.Failed != 0 || s.Ignored != ignored || s.Gaps != 0 || s.Crossed != 0 || s.Exhausted != 0 {
				t.Errorf("got %+v; want %d ignored and no failed, gaps, crossed", s, ignored)
			}
			again := newChecker(t)
			play(t, newAdapter(t, kraken.Config{Depth: depth}, again), records)
			if again.hash != sink.hash {
				t.Errorf("two replays differ: %x and %x", sink.hash, again.hash)
			}
		})
	}
	f("book1000.v2.ws.txt", 1000, 2600, 2595, 0)
	f("live-2026-08.jsonl", 10, 4, 3, 4)
}

// until feeds records until done says so, and returns how many.
func until(t *testing.T, a *provider.Adapter, records []record, done func(provider.Stats) bool) int {
	t.Helper()
	for i, r := range records {
		if err := a.Feed(r.data, r.time); err != nil {
			t.Fatal(err)
		}
		if done(a.Stats()) {
			return i + 1
		}
	}
	t.Fatalf("not within %d records: %+v", len(records), a.Stats())
	return 0
}

func TestReplayDetectsDamage(t *testing.T) {
	records := load(t, "book1000.v2.ws.txt")
	symbol := []byte(`"XMR/USD"`)
	of := func(r record, kind string) bool {
		return bytes.Contains(r.data, symbol) && bytes.Contains(r.data, []byte(`"type":"`+kind+`"`))
	}
	snapshot := slices.IndexFunc(records, func(r record) bool { return of(r, "snapshot") })
	victim := snapshot + slices.IndexFunc(records[snapshot:], func(r record) bool { return of(r, "update") })
	f := func(name string, damage func([]record) []record) {
		t.Run(name, func(t *testing.T) {
			damaged := damage(slices.Clone(records))
			a := newAdapter(t, kraken.Config{Depth: 1000}, newChecker(t))
			n := until(t, a, damaged, func(s provider.Stats) bool { return s.ChecksumsBad == 1 })
			first := victim + slices.IndexFunc(damaged[victim:], func(r record) bool { return of(r, "update") })
			if n != first+1 {
				t.Errorf("seen at record %d, want %d: the first of the symbol from the damage on", n, first+1)
			}
			// Nothing of the symbol is believed until a snapshot comes; the others go on.
			before := a.Stats()
			play(t, a, damaged[n:n+500])
			if s := a.Stats(); s.ChecksumsBad != 1 || s.Resyncs != 0 || s.BookUpdates == before.BookUpdates {
				t.Errorf("while the book waits: %+v", s)
			}
			feed(t, a, string(records[snapshot].data))
			if s := a.Stats(); s.Resyncs != 1 || s.Failed != 0 {
				t.Errorf("after a snapshot: %+v", s)
			}
		})
	}
	f("a quantity", func(r []record) []record {
		r[victim].data = bytes.Replace(r[victim].data, []byte(`"qty":5.`), []byte(`"qty":6.`), 1)
		return r
	})
	f("a missing message", func(r []record) []record { return slices.Delete(r, victim, victim+1) })
}
