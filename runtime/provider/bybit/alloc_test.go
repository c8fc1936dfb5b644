package bybit_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/meltica/meltica/runtime/provider/bybit"
)

// tradesJSON is a message of n trades.
func tradesJSON(n int) string {
	head, rest, _ := strings.Cut(tradeJSON, "[")
	one := strings.TrimSuffix(rest, "]}")
	return head + "[" + strings.Repeat(one+",", n-1) + one + "]}"
}

func TestFramesDoNotAllocate(t *testing.T) {
	if instrumented {
		t.Skip("the race detector and pooldebug allocate")
	}
	f := func(name string, cfg bybit.Config, messages ...string) {
		t.Run(name, func(t *testing.T) {
			a := newAdapter(t, cfg, putter{}, "BTC-USDT")
			feed(t, a, snapshotJSON, 1)
			data := make([][]byte, len(messages))
			for i, m := range messages {
				data[i] = []byte(m)
			}
			at := 0
			next := func() {
				if err := a.Feed(data[at%len(data)], int64(at)*1e6); err != nil {
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
			if s := a.Stats(); s.Failed != 0 || s.Gaps != 0 || s.Normalised-before.Normalised != 1001 {
				t.Errorf("the frames were not normalised: %+v", s)
			}
		})
	}
	linear := bybit.Config{Category: bybit.Linear}
	f("trade", bybit.Config{}, tradeJSON)
	f("trades", bybit.Config{}, tradesJSON(200), tradeJSON)
	f("top", bybit.Config{}, topJSON)
	f("spot ticker", bybit.Config{}, spotJSON)
	f("linear ticker", linear, linearJSON, deltaJSON)
	var deltas []string
	for i := range 2002 {
		deltas = append(deltas, bookJSON(101+i, 20))
	}
	f("book", bybit.Config{}, deltas...) // with a BOOK_SNAPSHOT each second of ingest time
	f("snapshot", bybit.Config{}, snapshotJSON)
}

func BenchmarkFrame(b *testing.B) {
	f := func(name, message string, events int) {
		b.Run(name, func(b *testing.B) {
			a := newAdapter(b, bybit.Config{}, putter{}, "BTC-USDT")
			m := []byte(message)
			b.ReportAllocs()
			for b.Loop() {
				if err := a.Feed(m, 1); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*events), "ns/event")
		})
	}
	for _, n := range []int{1, 16, 1024} {
		f(fmt.Sprintf("trades=%d", n), tradesJSON(n), n)
	}
	f("top", topJSON, 1)
}
