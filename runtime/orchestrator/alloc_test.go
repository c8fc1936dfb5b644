//go:build !race && !pooldebug

package orchestrator_test

import (
	"context"
	"testing"
	"time"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/orchestrator"
)

// publisher returns a function that publishes the next event of one of three providers. With it
// windows of 16 events open, close, and become merged events.
func publisher(t testing.TB, kind eventv1.EventKind) (*orchestrator.Orchestrator, func()) {
	t.Helper()
	pools := eventv1.NewPools(eventv1.PoolsConfig{})
	r := rule()
	r.Providers, r.EventsMax, r.Window = []string{"binance", "bybit", "okx"}, 16, time.Second
	o, err := orchestrator.New(orchestrator.Config{Rules: []orchestrator.Rule{r}, Pools: pools, Next: putter{}})
	if err != nil {
		t.Fatal(err)
	}
	prices := []decimal.Decimal{decimal.MustParse("61837.63000000"), decimal.MustParse("61840.1"), decimal.MustParse("61838.55")}
	quantities := []decimal.Decimal{decimal.MustParse("0.02713000"), decimal.MustParse("1.002713"), decimal.MustParse("0.5")}
	at := 0
	return o, func() {
		lease, err := pools.CanonicalEvent.Get(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		ev := lease.Value()
		switch kind {
		case eventv1.EventKindTrade:
			body := ev.SetTrade()
			body.Price, body.Quantity = prices[at%3], quantities[at%3]
		case eventv1.EventKindTicker:
			body := ev.SetTicker()
			body.BidPrice, body.AskPrice, body.BidQuantity, body.AskQuantity = prices[0], prices[1], quantities[0], quantities[1]
		case eventv1.EventKindBookSnapshot:
			body := ev.SetBookSnapshot()
			body.Bids = append(body.Bids, eventv1.Level{Price: prices[0], Quantity: quantities[0]})
			body.Asks = append(body.Asks, eventv1.Level{Price: prices[1], Quantity: quantities[1]})
		default:
			ev.SetKline()
		}
		ev.Provider, ev.Symbol, ev.IngestTime = r.Providers[at%3], "BTC-USDT", int64(at)*1e6
		at++
		o.Publish(lease)
		o.Tick(int64(at) * 1e6)
	}
}

func TestEventsDoNotAllocate(t *testing.T) {
	f := func(kind eventv1.EventKind) {
		t.Helper()
		o, publish := publisher(t, kind)
		for range 100 {
			publish()
		}
		before := o.Stats()
		// Runs of 16: AllocsPerRun rounds down, and a window is one of them.
		if n := testing.AllocsPerRun(1000, func() {
			for range 16 {
				publish()
			}
		}); n != 0 {
			t.Errorf("%v: %v allocations for 16 events and their window, want 0", kind, n)
		}
		if n := o.Stats().Merged - before.Merged; kind != eventv1.EventKindKline && n != 1001 {
			t.Errorf("%v: %d windows merged, want 1001", kind, n)
		}
	}
	f(eventv1.EventKindTrade)
	f(eventv1.EventKindTicker)
	f(eventv1.EventKindBookSnapshot)
	f(eventv1.EventKindKline)
}

func BenchmarkPublish(b *testing.B) {
	for _, kind := range []eventv1.EventKind{eventv1.EventKindTrade, eventv1.EventKindTicker, eventv1.EventKindKline} {
		b.Run(kind.String(), func(b *testing.B) {
			_, publish := publisher(b, kind)
			b.ReportAllocs()
			for b.Loop() {
				publish()
			}
		})
	}
}
