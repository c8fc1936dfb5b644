package coinbase_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/coinbase"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

func TestFramesDoNotAllocate(t *testing.T) {
	f := func(name string, check func(*testing.T, *provider.Adapter, ...string), messages ...string) {
		t.Run(name, func(t *testing.T) {
			a := newAdapter(t, coinbase.Config{}, providertest.Discard{}, "BTC-USD")
			providertest.Feed(t, a, 5, snapshotJSON)
			all := make([]string, 2002) // numbers do not repeat
			for i := range all {
				all[i] = numbered(messages[i%len(messages)], 10+i)
			}
			check(t, a, all...)
		})
	}
	normalised, ignored := providertest.NoAllocations, providertest.NoAllocationsIgnored
	f("trade", normalised, tradeJSON)
	f("ticker", normalised, tickerJSON)
	f("heartbeat", ignored, heartbeatJSON)
	f("empty", normalised, emptyJSON)
	f("book", normalised, updateJSON, strings.Replace(updateJSON, "0.04868907", "0", 1)) // with a BOOK_SNAPSHOT each second
}

// snapshotOf is a snapshot of n levels on each side.
func snapshotOf(n int) string {
	var levels []string
	for i := range n {
		levels = append(levels, fmt.Sprintf(`{"side":"bid","event_time":"2026-08-24T22:34:13.483122Z","price_level":"%d.05","new_quantity":"0.0476177"}`, 200_000-i))
	}
	for i := range n {
		levels = append(levels, fmt.Sprintf(`{"side":"offer","event_time":"2026-08-24T22:34:13.483122Z","price_level":"%d.06","new_quantity":"0.0476177"}`, 200_000+i))
	}
	head, rest, _ := strings.Cut(snapshotJSON, `"updates":[`)
	_, tail, _ := strings.Cut(rest, "]")
	return head + `"updates":[` + strings.Join(levels, ",") + "]" + tail
}

func TestLargeSnapshot(t *testing.T) {
	sink := &providertest.Recorder{}
	a := newAdapter(t, coinbase.Config{}, sink, "BTC-USD")
	message := snapshotOf(22_000)
	if len(message) < 4_800_000 {
		t.Fatalf("%d bytes, want those of the venue's largest", len(message))
	}
	providertest.Feed(t, a, 5, message, updateJSON)
	if s := a.Stats(); s.Failed != 0 || s.BookSnapshots != 1 || s.BookUpdates != 1 {
		t.Errorf("got %+v; want a snapshot and an update", s)
	}
	if s := sink.Take()[0].BookSnapshot(); s.Bids[0].Price.String() != "200000.05" || s.Asks[0].Price.String() != "200000.06" {
		t.Errorf("got %v, %v", s.Bids[0], s.Asks[0])
	}
}

func BenchmarkFrame(b *testing.B) {
	f := func(name, before, message string) {
		b.Run(name, func(b *testing.B) {
			a := newAdapter(b, coinbase.Config{}, providertest.Discard{}, "BTC-USD")
			providertest.Feed(b, a, 5, before)
			m := []byte(message)
			b.SetBytes(int64(len(m)))
			b.ReportAllocs()
			for b.Loop() { // the number stays: every frame is a gap, but nothing is live that could break
				if err := a.Feed(m, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	f("trade", heartbeatJSON, tradeJSON)
	f("ticker", heartbeatJSON, tickerJSON)
	f("snapshot of 44,000 levels", heartbeatJSON, snapshotOf(22_000))
}
