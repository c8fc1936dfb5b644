package bybit_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/meltica/meltica/runtime/provider/bybit"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

// tradesJSON is a message of n trades.
func tradesJSON(n int) string {
	head, rest, _ := strings.Cut(tradeJSON, "[")
	one := strings.TrimSuffix(rest, "]}")
	return head + "[" + strings.Repeat(one+",", n-1) + one + "]}"
}

func TestFramesDoNotAllocate(t *testing.T) {
	f := func(name string, cfg bybit.Config, messages ...string) {
		t.Run(name, func(t *testing.T) {
			a := newAdapter(t, cfg, providertest.Discard{}, "BTC-USDT")
			providertest.Feed(t, a, 1, snapshotJSON)
			providertest.NoAllocations(t, a, messages...)
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
			a := newAdapter(b, bybit.Config{}, providertest.Discard{}, "BTC-USDT")
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
