package binance_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/runtime/provider/binance"
)

func config() binance.Config { return binance.Config{} }

func TestStreamsAndRequests(t *testing.T) {
	v := newVenue(t, binance.Config{
		StreamURL: "ws://h", RESTURL: "http://h", SnapshotLimit: 5000, Intervals: []string{"1m", "1M"},
		Channels: []binance.Channel{binance.Depth, binance.BookTicker, binance.AggTrades, binance.Klines},
	})
	f := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s is %s, want %s", what, got, want)
		}
	}
	streams := v.Streams(nil, v.Native("BTC-USDT"))
	want := []string{"btcusdt@depth@100ms", "btcusdt@bookTicker", "btcusdt@aggTrade", "btcusdt@kline_1m", "btcusdt@kline_1M"}
	if diff := cmp.Diff(want, streams); diff != "" {
		t.Errorf("streams (-want +got):\n%s", diff)
	}
	f("subscribe", string(v.Subscribe(nil, 7, streams[:2])), `{"method":"SUBSCRIBE","params":["btcusdt@depth@100ms","btcusdt@bookTicker"],"id":7}`)
	f("stream URL", v.StreamURL(), "ws://h/stream")
	f("snapshot URL", v.SnapshotURL("BTCUSDT"), "http://h/api/v3/depth?symbol=BTCUSDT&limit=5000")
	f("info URL", v.InfoURL([]string{"BTCUSDT", "ETHBTC"}), "http://h/api/v3/exchangeInfo?symbols=%5B%22BTCUSDT%22%2C%22ETHBTC%22%5D")
	if w := v.Limits().SnapshotWeight; w != 250 {
		t.Errorf("weight of 5000 levels is %d, want 250", w)
	}
}

func TestConfigIsChecked(t *testing.T) {
	for _, cfg := range []binance.Config{
		{Channels: []binance.Channel{binance.Trades, binance.AggTrades}},
		{SnapshotLimit: 5001}, {SnapshotLimit: -1}, {Intervals: []string{"2m"}},
	} {
		if _, err := binance.New(cfg); err == nil {
			t.Errorf("New took %+v", cfg)
		}
	}
}
