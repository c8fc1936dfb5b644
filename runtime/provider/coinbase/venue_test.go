package coinbase_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/coinbase"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

func TestStreamsAndRequests(t *testing.T) {
	v := newVenue(t, coinbase.Config{})
	streams := v.Streams(nil, v.Native("BTC-USD"))
	want := []string{"heartbeats", "level2 BTC-USD", "ticker BTC-USD", "market_trades BTC-USD"}
	if diff := cmp.Diff(want, streams); diff != "" {
		t.Errorf("streams (-want +got):\n%s", diff)
	}
	f := func(want string, streams ...string) {
		t.Helper()
		if got := string(v.Subscribe(nil, 7, streams)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	f(`{"type":"subscribe","channel":"heartbeats"}`, "heartbeats")
	f(`{"type":"subscribe","product_ids":["BTC-USD","ETH-USD"],"channel":"level2"}`, "level2 BTC-USD", "level2 ETH-USD")
	f(`{"type":"subscribe","product_ids":["BTC-USD"],"channel":"market_trades"}`, "market_trades BTC-USD")
}

func TestSymbols(t *testing.T) {
	v := newVenue(t, coinbase.Config{})
	for symbol, want := range map[string]string{"BTC-USD": "BTC-USD", "BTC-USDC": "BTC-USD", "USDT-USDC": "USDT-USDC", "EURC-USDC": "EURC-USDC", "BTC-USDT": "BTC-USDT"} {
		if got := v.Native(symbol); got != want {
			t.Errorf("%s is %s, want %s", symbol, got, want)
		}
	}
	for native, want := range map[string]bool{"BTC-USD": true, "00-USD": true, "BTC-PERP-INTX": false, "BTCUSD": false, "-USD": false, "BTC-": false, "btc-usd": false} {
		if _, ok := v.Canonical(native); ok != want {
			t.Errorf("%q is canonical: %t, want %t", native, ok, want)
		}
	}
	_, err := provider.NewAdapter(v, provider.Config{Name: "coinbase", Symbols: []string{"BTC-USD", "BTC-USDC"}, Pools: providertest.NewPools(t), Sink: providertest.Discard{}})
	if err == nil {
		t.Error("two symbols of one product were taken")
	}
}

func TestConfigIsChecked(t *testing.T) {
	for _, c := range []coinbase.Channel{0, 99} {
		if _, err := coinbase.New(coinbase.Config{Channels: []coinbase.Channel{c}}); err == nil {
			t.Errorf("New took channel %d", c)
		}
	}
}
