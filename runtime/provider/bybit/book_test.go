package bybit_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/runtime/provider/bybit"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

func TestBookChain(t *testing.T) {
	sink := &providertest.Recorder{}
	a := newAdapter(t, bybit.Config{}, sink, "BTC-USDT")
	f := func(message string, want ...string) {
		t.Helper()
		providertest.Feed(t, a, 1, message)
		if diff := cmp.Diff(want, sink.Lines()); diff != "" {
			t.Errorf("%.120s (-want +got):\n%s", message, diff)
		}
	}
	at := func(u string) string { return strings.Replace(snapshotJSON, `"u":100`, `"u":`+u, 1) }
	f(bookJSON(99, 1)) // before the first snapshot
	f(snapshotJSON, "BOOK_SNAPSHOT e1 100-100")
	f(bookJSON(100, 1)) // the book has it
	f(bookJSON(101, 1), "BOOK_UPDATE e1 101-101")
	f(bookJSON(102, 0), "BOOK_UPDATE e1 102-102") // no levels: the sequence moves
	f(bookJSON(104, 1), "BOOK_UPDATE e2 0-0 stale")
	f(bookJSON(105, 1))
	f(at("300"), "BOOK_SNAPSHOT e2 300-300")
	f(at("300"), "BOOK_SNAPSHOT e2 300-300") // sent again
	f(bookJSON(301, 1), "BOOK_UPDATE e2 301-301")
	f(at("400"), "BOOK_UPDATE e3 0-0 stale", "BOOK_SNAPSHOT e3 400-400") // the venue had a problem
	f(bookJSON(401, 1), "BOOK_UPDATE e3 401-401")
	f(at("1"), "BOOK_UPDATE e4 0-0 stale", "BOOK_SNAPSHOT e4 1-1") // the service restarted
	f(bookJSON(2, 1), "BOOK_UPDATE e4 2-2")
	f(strings.Replace(at("1"), "snapshot", "delta", 1), "BOOK_UPDATE e5 0-0 stale", "BOOK_SNAPSHOT e5 1-1")
	f(bookJSON(2, 1), "BOOK_UPDATE e5 2-2")
	providertest.Balanced(t, a.Stats())
	if s := a.Stats(); s.Failed != 0 || s.Gaps != 1 || s.Crossed != 0 {
		t.Errorf("%d failed, %d gaps, %d crossed; want 0, 1, 0", s.Failed, s.Gaps, s.Crossed)
	}
}

func TestReplay(t *testing.T) {
	play := func(records []providertest.Record) (lines []string, text []byte, ignored uint64) {
		sink := &providertest.Recorder{}
		a := newAdapter(t, bybit.Config{}, sink)
		for i, r := range records {
			providertest.Feed(t, a, int64(i)*2e9, string(r.Data)) // a BOOK_SNAPSHOT after each update
		}
		s := a.Stats()
		providertest.Balanced(t, s)
		if s.Failed != 0 || s.Crossed != 0 || s.Gaps > 1 {
			t.Errorf("got %+v; want none failed or crossed, and one gap at most", s)
		}
		for _, ev := range sink.Take() {
			lines = append(lines, providertest.Line(ev))
			if b := ev.BookSnapshot(); b != nil && (len(b.Bids) != 50 || len(b.Asks) != 50) {
				t.Errorf("%d bids and %d asks at %d, want 50 of each", len(b.Bids), len(b.Asks), ev.SeqLast)
			}
			var err error
			if text, err = ev.AppendJSON(text); err != nil {
				t.Fatal(err)
			}
		}
		return lines, text, s.Ignored
	}
	records := providertest.Load(t, "bybit", "live-2026-08.jsonl")
	want := []string{"BOOK_SNAPSHOT e1 217107084-217107084"}
	for u := 217107085; u <= 217107092; u++ {
		n := strconv.Itoa(u)
		want = append(want, "BOOK_UPDATE e1 "+n+"-"+n, "BOOK_SNAPSHOT e1 "+n+"-"+n)
	}
	lines, text, ignored := play(records)
	if ignored != 1 {
		t.Errorf("%d ignored, want the ack alone", ignored)
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if _, again, _ := play(records); string(again) != string(text) {
		t.Error("two replays differ")
	}

	// Without any one of its deltas the recording is stale from the very next one on, and the
	// snapshot, sent again, makes the book live.
	for missing := 2; missing < len(records)-1; missing++ {
		cut := slices.Delete(slices.Clone(records), missing, missing+1)
		lines, _, _ := play(append(cut, records[1]))
		want := append(slices.Clone(want[:1+2*(missing-2)]), "BOOK_UPDATE e2 0-0 stale", "BOOK_SNAPSHOT e2 217107084-217107084")
		if diff := cmp.Diff(want, lines); diff != "" {
			t.Errorf("without line %d (-want +got):\n%s", missing+1, diff)
		}
	}
}

func TestVenue(t *testing.T) {
	f := func(what string, got, want any) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	channels := []bybit.Channel{bybit.Books, bybit.Trades, bybit.Tickers}
	spot := newVenue(t, bybit.Config{})
	linear := newVenue(t, bybit.Config{StreamURL: "ws://h", Category: bybit.Linear, Depth: 200, Channels: channels})
	f("spot streams", spot.Streams(nil, "BTCUSDT"), []string{"orderbook.50.BTCUSDT", "orderbook.1.BTCUSDT", "publicTrade.BTCUSDT"})
	f("linear streams", linear.Streams(nil, "BTCPERP"), []string{"orderbook.200.BTCPERP", "publicTrade.BTCPERP", "tickers.BTCPERP"})
	f("spot URL", spot.StreamURL(), "wss://stream.bybit.com/v5/public/spot")
	f("linear URL", linear.StreamURL(), "ws://h/v5/public/linear")
	f("request", string(spot.Subscribe(nil, 7, []string{"a.B", "c.D"})), `{"req_id":"7","op":"subscribe","args":["a.B","c.D"]}`)
	f("end", string(spot.Unsubscribe(nil, 8, []string{spot.BookStream("BTCUSDT")})), `{"req_id":"8","op":"unsubscribe","args":["orderbook.50.BTCUSDT"]}`)
	names := func(v *bybit.Venue, native, symbol string) {
		t.Helper()
		got, ok := v.Canonical(native)
		if got != symbol || ok != (symbol != "") {
			t.Errorf("Canonical(%s) = %s, %t; want %q", native, got, ok, symbol)
		}
		if symbol != "" {
			f("Native("+symbol+")", v.Native(symbol), native)
		}
	}
	names(spot, "BTCUSDT", "BTC-USDT")
	names(spot, "ETHBTC", "ETH-BTC")
	names(spot, "BTCUSDC", "BTC-USDC")
	names(spot, "PERPUSDT", "PERP-USDT")
	names(spot, "BTC-27DEC24", "")
	names(linear, "1000PEPEUSDT", "1000PEPE-USDT")
	names(linear, "BTCPERP", "BTC-USDC")
	names(linear, "PERPUSDT", "PERP-USDT")
	names(linear, "BTC-27DEC24", "")
	names(linear, "PERP", "")
	for _, cfg := range []bybit.Config{
		{Category: "option"}, {Depth: 25}, {Depth: 1}, {Channels: []bybit.Channel{bybit.Tops, bybit.Tickers}}, {Channels: []bybit.Channel{9}},
		{Channels: []bybit.Channel{0}},
	} {
		if _, err := bybit.New(cfg); err == nil {
			t.Errorf("New took %+v", cfg)
		}
	}
}
