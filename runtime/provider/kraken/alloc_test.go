package kraken_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/kraken"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

func TestFramesDoNotAllocate(t *testing.T) {
	f := func(name string, check func(*testing.T, *provider.Adapter, ...string), messages ...string) {
		t.Run(name, func(t *testing.T) {
			a := newAdapter(t, kraken.Config{}, providertest.Discard{}, "BTC-USD")
			providertest.Feed(t, a, 5, infoJSON, snapshotJSON)
			check(t, a, messages...)
		})
	}
	normalised, ignored := providertest.NoAllocations, providertest.NoAllocationsIgnored
	f("trade", normalised, tradeJSON)
	f("ticker", normalised, tickerJSON)
	f("ohlc", normalised, barJSON)
	f("heartbeat", ignored, `{"channel":"heartbeat"}`)
	// There and back, with a BOOK_SNAPSHOT each second of ingest time.
	f("book", normalised, updateJSON, strings.NewReplacer("0.25000000", "0.15445238", "880391738", "3310070434").Replace(updateJSON))
}

func TestRecordedBookDoesNotAllocate(t *testing.T) {
	var snapshots, updates []string
	for _, r := range providertest.Load(t, "kraken", "book1000.v2.ws.txt") {
		if len(updates) == 0 && bytes.Contains(r.Data, []byte(`"type":"snapshot"`)) {
			snapshots = append(snapshots, string(r.Data))
		} else {
			updates = append(updates, string(r.Data))
		}
	}
	a := newAdapter(t, kraken.Config{Depth: 1000}, providertest.Discard{})
	providertest.Feed(t, a, 5, snapshots...)
	providertest.NoAllocations(t, a, updates...)
}

func BenchmarkFrame(b *testing.B) {
	f := func(name string, messages ...string) {
		b.Run(name, func(b *testing.B) {
			a := newAdapter(b, kraken.Config{}, providertest.Discard{}, "BTC-USD")
			providertest.Feed(b, a, 5, snapshotJSON)
			var all [][]byte
			for _, m := range messages {
				all = append(all, []byte(m))
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if err := a.Feed(all[i%len(all)], 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	f("trade", tradeJSON)
	f("ticker", tickerJSON)
	f("book", updateJSON, strings.NewReplacer("0.25000000", "0.15445238", "880391738", "3310070434").Replace(updateJSON))
}
