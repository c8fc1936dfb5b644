package coinbase_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/meltica/meltica/runtime/provider/coinbase"
)

func TestFramesDoNotAllocate(t *testing.T) {
	if instrumented {
		t.Skip("the race detector and pooldebug allocate")
	}
	f := func(name string, messages ...string) {
		t.Run(name, func(t *testing.T) {
			a := newAdapter(t, coinbase.Config{}, putter{}, "BTC-USD")
			feed(t, a, snapshotJSON)
			var all [][]byte
			for i := range 2002 {
				all = append(all, []byte(numbered(messages[i%len(messages)], 10+i)))
			}
			at := 0
			next := func() {
				if err := a.Feed(all[at], int64(at)*1e6); err != nil {
					t.Fatal(err)
				}
				at++
			}
			for range 1000 {
				next()
			}
			before := a.Stats()
			if n := testing.AllocsPerRun(1000, next); n != 0 {
				t.Errorf("%v allocations a frame, want 0", n)
			}
			if s := a.Stats(); s.Failed != 0 || s.Gaps != 0 || s.Normalised+s.Ignored-before.Normalised-before.Ignored != 1001 {
				t.Errorf("the frames were not normalised: %+v", s)
			}
		})
	}
	f("trade", tradeJSON)
	f("ticker", tickerJSON)
	f("heartbeat", heartbeatJSON)
	f("empty", emptyJSON)
	f("book", updateJSON, strings.Replace(updateJSON, "0.04868907", "0", 1)) // with a BOOK_SNAPSHOT each second
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
	sink := &recorder{}
	a := newAdapter(t, coinbase.Config{}, sink, "BTC-USD")
	message := snapshotOf(22_000)
	if len(message) < 4_800_000 {
		t.Fatalf("%d bytes, want those of the venue's largest", len(message))
	}
	feed(t, a, message, updateJSON)
	if s := a.Stats(); s.Failed != 0 || s.BookSnapshots != 1 || s.BookUpdates != 1 {
		t.Errorf("got %+v; want a snapshot and an update", s)
	}
	if s := sink.take()[0].BookSnapshot(); s.Bids[0].Price.String() != "200000.05" || s.Asks[0].Price.String() != "200000.06" {
		t.Errorf("got %v, %v", s.Bids[0], s.Asks[0])
	}
}

func BenchmarkFrame(b *testing.B) {
	f := func(name, before, message string) {
		b.Run(name, func(b *testing.B) {
			a := newAdapter(b, coinbase.Config{}, putter{}, "BTC-USD")
			feed(b, a, before)
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
