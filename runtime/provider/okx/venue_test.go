package okx_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/provider/okx"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

func TestStreamsAndRequests(t *testing.T) {
	v := newVenue(t, okx.Config{
		StreamURL: "ws://h/public", RESTURL: "http://h", InstrumentType: okx.Swap,
		Channels: []okx.Channel{okx.BooksTBT, okx.BBO, okx.Trades},
	})
	f := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s is %s, want %s", what, got, want)
		}
	}
	streams := v.Streams(nil, v.Native("BTC-USDT"))
	want := []string{"books-l2-tbt:BTC-USDT-SWAP", "bbo-tbt:BTC-USDT-SWAP", "trades:BTC-USDT-SWAP"}
	if diff := cmp.Diff(want, streams); diff != "" {
		t.Errorf("streams (-want +got):\n%s", diff)
	}
	f("subscribe", string(v.Subscribe(nil, 7, streams[:2])),
		`{"id":"7","op":"subscribe","args":[{"channel":"books-l2-tbt","instId":"BTC-USDT-SWAP"},{"channel":"bbo-tbt","instId":"BTC-USDT-SWAP"}]}`)
	f("stream URL", v.StreamURL(), "ws://h/public")
	f("snapshot URL", v.SnapshotURL("BTC-USDT-SWAP"), "")
	f("info URL", v.InfoURL([]string{"BTC-USDT-SWAP"}), "http://h/api/v5/public/instruments?instType=SWAP")
	if n := v.Limits().StreamsMax; n != 42 { // 28 depth channels
		t.Errorf("%d streams a connection, want 42", n)
	}
	f("spot's name", newVenue(t, okx.Config{}).Native("BTC-USDT"), "BTC-USDT")
}

func TestConfigIsChecked(t *testing.T) {
	for _, cfg := range []okx.Config{
		{InstrumentType: "FUTURES"}, {Channels: []okx.Channel{0}}, {Channels: []okx.Channel{99}},
		{Channels: []okx.Channel{okx.Trades, okx.Trades}}, {Channels: []okx.Channel{okx.Books, okx.Books5}},
		{Channels: []okx.Channel{okx.Tickers, okx.BBO}},
	} {
		if _, err := okx.New(cfg); err == nil {
			t.Errorf("New took %+v", cfg)
		}
	}
}

func TestCanonical(t *testing.T) {
	v := newVenue(t, okx.Config{})
	f := func(native, want string) {
		t.Helper()
		got, ok := v.Canonical(native)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%s is %q, %v; want %q", native, got, ok, want)
		}
	}
	f("BTC-USDT", "BTC-USDT")
	f("UNI-USD-SWAP", "UNI-USD")
	f("1INCH-USDC", "1INCH-USDC")
	for _, native := range []string{"", "BTC", "BTC-", "-USDT", "BTC-USD-220527", "BTC-USD-220527-30000-C", "btc-usdt", "BTC-USDT-", "BTC-SWAP-SWAP-SWAP", "B\ufffdC-USDT"} {
		f(native, "")
	}
}

// TestTwoInstrumentsOfOneName: a recording of both may not mix them under one symbol.
func TestTwoInstrumentsOfOneName(t *testing.T) {
	sink := &providertest.Recorder{}
	a := newAdapter(t, sink)
	providertest.Feed(t, a, 1, tradeJSON, strings.ReplaceAll(tradeJSON, "BTC-USDT", "BTC-USDT-SWAP"))
	s := a.Stats()
	providertest.Balanced(t, s)
	if events := sink.Take(); len(events) != 1 || events[0].Kind != eventv1.EventKindTrade || s.Failed != 1 {
		t.Errorf("%d events, %d failed; want one of each", len(events), s.Failed)
	}
}
