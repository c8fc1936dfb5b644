package kraken_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/runtime/provider/kraken"
)

func TestStreamsAndRequests(t *testing.T) {
	v := newVenue(t, kraken.Config{
		Depth: 25, Intervals: []time.Duration{time.Minute, time.Hour},
		Channels: []kraken.Channel{kraken.Books, kraken.Tops, kraken.Trades, kraken.Klines},
	})
	f := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s is %s, want %s", what, got, want)
		}
	}
	streams := v.Streams(nil, v.Native("BTC-USD"))
	want := []string{"instrument", "book BTC/USD", "ticker BTC/USD", "trade BTC/USD", "ohlc-1 BTC/USD", "ohlc-60 BTC/USD"}
	if diff := cmp.Diff(want, streams); diff != "" {
		t.Errorf("streams (-want +got):\n%s", diff)
	}
	subscribe := func(streams ...string) string { return string(v.Subscribe(nil, 7, streams)) }
	f("instrument", subscribe("instrument"), `{"method":"subscribe","params":{"channel":"instrument"},"req_id":7}`)
	f("book", subscribe("book BTC/USD", "book ETH/USD"), `{"method":"subscribe","params":{"channel":"book","symbol":["BTC/USD","ETH/USD"],"depth":25,"snapshot":true},"req_id":7}`)
	f("ticker", subscribe("ticker BTC/USD"), `{"method":"subscribe","params":{"channel":"ticker","symbol":["BTC/USD"],"event_trigger":"bbo","snapshot":true},"req_id":7}`)
	f("trade", subscribe("trade BTC/USD"), `{"method":"subscribe","params":{"channel":"trade","symbol":["BTC/USD"],"snapshot":false},"req_id":7}`)
	f("ohlc", subscribe("ohlc-60 BTC/USD"), `{"method":"subscribe","params":{"channel":"ohlc","symbol":["BTC/USD"],"interval":60,"snapshot":false},"req_id":7}`)

	f("book stream", v.BookStream("BTC/USD"), streams[1])
	f("unsubscribe", string(v.Unsubscribe(nil, 8, streams[1:2])), `{"method":"unsubscribe","params":{"channel":"book","symbol":["BTC/USD"],"depth":25},"req_id":8}`)

	l := v.Limits()
	if a, b := l.ChannelOf("ohlc-1 BTC/USD"), l.ChannelOf("ohlc-60 BTC/USD"); a == b {
		t.Error("bars of two lengths in one request")
	}
	if l.BookDepthMax != 25 || !l.AckEach {
		t.Errorf("got %+v", l)
	}
}

func TestSymbols(t *testing.T) {
	v := newVenue(t, kraken.Config{})
	for native, want := range map[string]string{
		"BTC/USD": "BTC-USD", "1INCH/EUR": "1INCH-EUR", "BTCUSD": "", "/USD": "", "BTC/": "", "AAPLx/USD": "", "A/B/C": "", "": "",
	} {
		if got, ok := v.Canonical(native); got != want || ok != (want != "") {
			t.Errorf("%q is %q, %t; want %q", native, got, ok, want)
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	for _, cfg := range []kraken.Config{
		{Depth: 20}, {Depth: -1}, {Channels: []kraken.Channel{0}}, {Channels: []kraken.Channel{99}},
		{Intervals: []time.Duration{2 * time.Minute}}, {Intervals: []time.Duration{61 * time.Second}}, {Intervals: []time.Duration{360 * time.Hour}},
	} {
		if _, err := kraken.New(cfg); err == nil {
			t.Errorf("New took %+v", cfg)
		}
	}
}
