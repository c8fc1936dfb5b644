package binance_test

import (
	"context"
	"testing"
	"time"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/binance"
	"github.com/meltica/meltica/runtime/provider/providertest"
	"github.com/meltica/meltica/runtime/venuesim"
)

// liveMax bounds what a test waits for; it is not what it takes.
const liveMax = 20 * time.Second

// connect runs a provider of three symbols at a simulated venue.
func connect(t *testing.T, cfg venuesim.Config, symbols ...string) (*venuesim.Server, *provider.Provider, *providertest.Recorder) {
	t.Helper()
	server, err := venuesim.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	sink := &providertest.Recorder{Seen: make(chan struct{}, 1)}
	pools := providertest.NewPools(t)
	p, err := provider.New(newVenue(t, binance.Config{
		StreamURL: server.BinanceStreamURL(), RESTURL: server.BinanceRESTURL(),
		Channels: []binance.Channel{binance.Depth, binance.BookTicker, binance.Trades, binance.Klines},
	}), provider.Config{Name: "binance", Symbols: symbols, Pools: pools, Sink: sink})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }() // ends with ctx; the cleanup waits for it
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(5 * time.Second):
			t.Error("Run did not end within 5s")
		}
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		s := p.Stats()
		providertest.Balanced(t, s)
		if s.Failed != 0 || s.TopsBad != 0 || s.Crossed != 0 || s.Exhausted != 0 {
			t.Errorf("got %+v; want nothing failed, bad, crossed, exhausted", s)
		}
	})
	return server, p, sink
}

// until drains events until done says so.
func until(t *testing.T, sink *providertest.Recorder, what string, done func(ev *eventv1.CanonicalEvent) bool) {
	t.Helper()
	deadline := time.After(liveMax)
	for {
		for _, ev := range sink.Take() {
			if done(ev) {
				return
			}
		}
		select {
		case <-sink.Seen:
		case <-deadline:
			t.Fatalf("not within %v: %s", liveMax, what)
		}
	}
}

func TestLive(t *testing.T) {
	symbols := []string{"BTC-USDT", "ETH-USDT", "SOL-USDT"}
	server, p, sink := connect(t, venuesim.Config{}, symbols...)
	kinds := []eventv1.EventKind{
		eventv1.EventKindTrade, eventv1.EventKindTicker, eventv1.EventKindBookSnapshot, eventv1.EventKindBookUpdate,
		eventv1.EventKindKline, eventv1.EventKindInstrumentStatus,
	}
	missing := map[eventv1.CanonicalEventStreamKey]bool{}
	for _, symbol := range symbols {
		for _, kind := range kinds {
			missing[eventv1.CanonicalEventStreamKey{Provider: "binance", Symbol: symbol, Kind: kind}] = true
		}
	}
	until(t, sink, "an event of each kind of each symbol", func(ev *eventv1.CanonicalEvent) bool {
		delete(missing, ev.StreamKey())
		return len(missing) == 0
	})

	server.Cut()
	stale, synced := map[string]bool{}, map[string]bool{}
	until(t, sink, "every book stale, and live again after the cut", func(ev *eventv1.CanonicalEvent) bool {
		if u := ev.BookUpdate(); u != nil && u.Stale {
			stale[ev.Symbol] = true
		}
		if ev.BookSnapshot() != nil && stale[ev.Symbol] {
			synced[ev.Symbol] = true
			if ev.Epoch < 2 {
				t.Errorf("%s: epoch %d after a reconnect", ev.Symbol, ev.Epoch)
			}
		}
		return len(synced) == len(symbols)
	})
	until(t, sink, "tops that agree", func(*eventv1.CanonicalEvent) bool { return p.Stats().TopsOK > 20 })
	if s := p.Stats(); s.Reconnects != 1 || s.Resyncs != 3 || s.Gaps != 0 {
		t.Errorf("%d reconnects, %d resyncs, %d gaps; want 1, 3, 0", s.Reconnects, s.Resyncs, s.Gaps)
	}
}

func TestLiveConnectionThatTheVenueEnds(t *testing.T) {
	cfg := venuesim.Config{Binance: venuesim.BinanceConfig{ConnectionLife: 1100 * time.Millisecond}}
	_, p, sink := connect(t, cfg, "BTC-USDT")
	until(t, sink, "trades of a third connection", func(ev *eventv1.CanonicalEvent) bool {
		return ev.Kind == eventv1.EventKindTrade && ev.Epoch >= 3
	})
	if s := p.Stats(); s.Reconnects < 2 {
		t.Errorf("%d reconnects, want 2", s.Reconnects)
	}
}

func TestLiveSnapshotThatDoesNotCome(t *testing.T) {
	cfg := venuesim.Config{Binance: venuesim.BinanceConfig{DepthDelay: time.Hour}}
	_, p, sink := connect(t, cfg, "BTC-USDT")
	trades := 0
	until(t, sink, "trades while the snapshot is under way", func(ev *eventv1.CanonicalEvent) bool {
		if ev.Kind == eventv1.EventKindTrade {
			trades++
		}
		return trades >= 20
	})
	if s := p.Stats(); s.SnapshotsRequested != 1 || s.BookUpdates != 0 {
		t.Errorf("%d snapshots requested, %d book updates; want 1 and none", s.SnapshotsRequested, s.BookUpdates)
	}
}
