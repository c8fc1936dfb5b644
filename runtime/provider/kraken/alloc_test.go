package kraken_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/kraken"
)

// steady feeds the messages in a circle and fails if a frame allocates.
func steady(t *testing.T, a *provider.Adapter, messages [][]byte) {
	t.Helper()
	at := 0
	next := func() {
		if err := a.Feed(messages[at%len(messages)], int64(at)*1e6); err != nil {
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
	if s := a.Stats(); s.Failed != 0 || s.Gaps != 0 || s.ChecksumsBad != 0 || s.Normalised+s.Ignored-before.Normalised-before.Ignored != 1001 {
		t.Errorf("the frames were not normalised: %+v", s)
	}
}

func TestFramesDoNotAllocate(t *testing.T) {
	if instrumented {
		t.Skip("the race detector and pooldebug allocate")
	}
	f := func(name string, messages ...string) {
		t.Run(name, func(t *testing.T) {
			a := newAdapter(t, kraken.Config{}, putter{}, "BTC-USD")
			feed(t, a, infoJSON, snapshotJSON)
			var all [][]byte
			for _, m := range messages {
				all = append(all, []byte(m))
			}
			steady(t, a, all)
		})
	}
	f("trade", tradeJSON)
	f("ticker", tickerJSON)
	f("ohlc", barJSON)
	f("heartbeat", `{"channel":"heartbeat"}`)
	// There and back, with a BOOK_SNAPSHOT each second of ingest time.
	f("book", updateJSON, strings.NewReplacer("0.25000000", "0.15445238", "880391738", "3310070434").Replace(updateJSON))
}

func TestRecordedBookDoesNotAllocate(t *testing.T) {
	if instrumented {
		t.Skip("the race detector and pooldebug allocate")
	}
	var messages [][]byte
	for _, r := range load(t, "book1000.v2.ws.txt") {
		messages = append(messages, r.data)
	}
	first := 0 // of the updates
	for bytes.Contains(messages[first], []byte(`"type":"snapshot"`)) {
		first++
	}
	a := newAdapter(t, kraken.Config{Depth: 1000}, putter{})
	for _, m := range messages[:first] {
		feed(t, a, string(m))
	}
	steady(t, a, messages[first:])
}

func BenchmarkFrame(b *testing.B) {
	f := func(name string, messages ...string) {
		b.Run(name, func(b *testing.B) {
			a := newAdapter(b, kraken.Config{}, putter{}, "BTC-USD")
			feed(b, a, snapshotJSON)
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
