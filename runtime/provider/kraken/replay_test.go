package kraken_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/kraken"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

func TestReplay(t *testing.T) {
	f := func(name string, depth int, sums, updates, ignored uint64) {
		t.Run(name, func(t *testing.T) {
			records := providertest.Load(t, "kraken", name)
			s := providertest.Replay(t, func(sink provider.Sink) *provider.Adapter { return newAdapter(t, kraken.Config{Depth: depth}, sink) }, records)
			if s.ChecksumsOK != sums || s.ChecksumsBad != 0 || s.BookUpdates != updates {
				t.Errorf("%d checksums agreed, %d not, %d updates; want %d, 0, %d", s.ChecksumsOK, s.ChecksumsBad, s.BookUpdates, sums, updates)
			}
			if s.Failed != 0 || s.Ignored != ignored || s.Gaps != 0 || s.Crossed != 0 || s.Exhausted != 0 {
				t.Errorf("got %+v; want %d ignored and no failed, gaps, crossed", s, ignored)
			}
		})
	}
	f("book1000.v2.ws.txt", 1000, 2600, 2595, 0)
	f("live-2026-08.jsonl", 10, 4, 3, 4)
}

// until feeds records until done says so, and returns how many.
func until(t *testing.T, a *provider.Adapter, records []providertest.Record, done func(provider.Stats) bool) int {
	t.Helper()
	for i, r := range records {
		if err := a.Feed(r.Data, r.Time); err != nil {
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
	records := providertest.Load(t, "kraken", "book1000.v2.ws.txt")
	symbol := []byte(`"XMR/USD"`)
	of := func(r providertest.Record, kind string) bool {
		return bytes.Contains(r.Data, symbol) && bytes.Contains(r.Data, []byte(`"type":"`+kind+`"`))
	}
	snapshot := slices.IndexFunc(records, func(r providertest.Record) bool { return of(r, "snapshot") })
	victim := snapshot + slices.IndexFunc(records[snapshot:], func(r providertest.Record) bool { return of(r, "update") })
	f := func(name string, damage func([]providertest.Record) []providertest.Record) {
		t.Run(name, func(t *testing.T) {
			damaged := damage(slices.Clone(records))
			a := newAdapter(t, kraken.Config{Depth: 1000}, providertest.NewChecker(t))
			n := until(t, a, damaged, func(s provider.Stats) bool { return s.ChecksumsBad == 1 })
			first := victim + slices.IndexFunc(damaged[victim:], func(r providertest.Record) bool { return of(r, "update") })
			if n != first+1 {
				t.Errorf("seen at record %d, want %d: the first of the symbol from the damage on", n, first+1)
			}
			// Nothing of the symbol is believed until a snapshot comes; the others go on.
			before := a.Stats()
			providertest.Play(t, a, damaged[n:n+500])
			if s := a.Stats(); s.ChecksumsBad != 1 || s.Resyncs != 0 || s.BookUpdates == before.BookUpdates {
				t.Errorf("while the book waits: %+v", s)
			}
			providertest.Feed(t, a, 5, string(records[snapshot].Data))
			if s := a.Stats(); s.Resyncs != 1 || s.Failed != 0 {
				t.Errorf("after a snapshot: %+v", s)
			}
		})
	}
	f("a quantity", func(r []providertest.Record) []providertest.Record {
		r[victim].Data = bytes.Replace(r[victim].Data, []byte(`"qty":5.`), []byte(`"qty":6.`), 1)
		return r
	})
	f("a missing message", func(r []providertest.Record) []providertest.Record { return slices.Delete(r, victim, victim+1) })
}
