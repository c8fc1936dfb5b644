package coinbase_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/coinbase"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

func TestReplay(t *testing.T) {
	f := func(name string, trades, tickers, updates, ignored uint64) {
		t.Run(name, func(t *testing.T) {
			records := providertest.Load(t, "coinbase", name)
			s := providertest.Replay(t, func(sink provider.Sink) *provider.Adapter { return newAdapter(t, coinbase.Config{}, sink) }, records)
			if s.Trades != trades || s.Tickers != tickers || s.BookUpdates != updates {
				t.Errorf("%d trades, %d tickers, %d updates; want %d, %d, %d", s.Trades, s.Tickers, s.BookUpdates, trades, tickers, updates)
			}
			if s.Failed != 0 || s.Ignored != ignored || s.Gaps != 0 || s.Crossed != 0 || s.Exhausted != 0 {
				t.Errorf("got %+v; want %d ignored and no failed, gaps, crossed", s, ignored)
			}
		})
	}
	f("advanced.ws.txt", 85, 85, 6272, 0)
	f("live-2026-08.jsonl", 0, 0, 10, 1)
}

func TestReplayDetectsDamage(t *testing.T) {
	records := providertest.Load(t, "coinbase", "advanced.ws.txt")
	const victim = 4000
	f := func(name string, seen int, failed uint64, damage func([]providertest.Record) []providertest.Record) {
		t.Run(name, func(t *testing.T) {
			damaged := damage(slices.Clone(records))
			a := newAdapter(t, coinbase.Config{}, providertest.NewChecker(t))
			providertest.Play(t, a, damaged[:seen])
			before := a.Stats()
			if before.Gaps != 0 {
				t.Errorf("%d gaps before the first frame that can show it", before.Gaps)
			}
			providertest.Play(t, a, damaged[seen:seen+1])
			live := uint64(0) // the books, which must all break
			for _, r := range records[:victim] {
				if bytes.Contains(r.Data, []byte(`"type":"snapshot"`)) {
					live++
				}
			}
			if s := a.Stats(); s.Gaps != live || s.Failed != failed {
				t.Errorf("%d gaps, %d failed; want all %d books stale and %d failed", s.Gaps, s.Failed, live, failed)
			}
			before = a.Stats()
			providertest.Play(t, a, damaged[seen+1:])
			s := a.Stats()
			if s.Resyncs != 0 || s.BookUpdates != before.BookUpdates || s.Trades == before.Trades {
				t.Errorf("while the books wait: %+v", s)
			}
			// A new connection counts from 0 and sends snapshots.
			a.Disconnected(damaged[len(damaged)-1].Time)
			providertest.Play(t, a, records)
			if s := a.Stats(); s.Resyncs != live || s.Gaps != live || s.Failed != failed {
				t.Errorf("after a new connection: %+v", s)
			}
		})
	}
	f("a missing frame", victim, 0, func(r []providertest.Record) []providertest.Record { return slices.Delete(r, victim, victim+1) })
	f("a frame that comes twice", victim+1, 0, func(r []providertest.Record) []providertest.Record { return slices.Insert(r, victim, r[victim]) })
	f("two frames the wrong way round", victim, 0, func(r []providertest.Record) []providertest.Record {
		r[victim], r[victim+1] = r[victim+1], r[victim]
		return r
	})
	f("a frame that can't be read", victim+1, 1, func(r []providertest.Record) []providertest.Record {
		r[victim].Data = r[victim].Data[:100]
		return r
	})
}
