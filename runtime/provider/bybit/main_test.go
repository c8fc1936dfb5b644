package bybit_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/meltica/meltica/runtime/lib/leaktest"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/bybit"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// The messages of the hot path, as the venue sends them, key order and all.
const (
	tradeJSON    = `{"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1672304486868,"data":[{"T":1672304486865,"s":"BTCUSDT","S":"Buy","v":"0.001","p":"16578.50","L":"PlusTick","i":"20f43950-d8dd-5b31-9112-a178eb6023af","BT":false,"RPI":false,"seq":1783284617}]}`
	topJSON      = `{"topic":"orderbook.1.BTCUSDT","ts":1787612486096,"type":"snapshot","data":{"s":"BTCUSDT","b":[["78715","1.271882"]],"a":[["78715.1","0.039135"]],"u":98,"seq":113099229623},"cts":1787612486094}`
	spotJSON     = `{"topic":"tickers.BTCUSDT","ts":1673853746003,"type":"snapshot","cs":2588407389,"data":{"symbol":"BTCUSDT","lastPrice":"21109.77","highPrice24h":"21426.99","lowPrice24h":"20575","prevPrice24h":"20704.93","volume24h":"6780.866843","turnover24h":"141946527.22907118","price24hPcnt":"0.0196","usdIndexPrice":"21120.2400136"}}`
	linearJSON   = `{"topic":"tickers.BTCUSDT","type":"snapshot","data":{"symbol":"BTCUSDT","tickDirection":"PlusTick","price24hPcnt":"0.017103","lastPrice":"17216.00","prevPrice24h":"16926.50","highPrice24h":"17281.50","lowPrice24h":"16915.00","prevPrice1h":"17238.00","markPrice":"17217.33","indexPrice":"17227.36","openInterest":"68744.761","openInterestValue":"1183601235.91","turnover24h":"1570383121.943499","volume24h":"91705.276","nextFundingTime":"1673280000000","fundingRate":"-0.000212","bid1Price":"17215.50","bid1Size":"84.489","ask1Price":"17216.00","ask1Size":"83.020"},"cs":24987956059,"ts":1673272861686}`
	deltaJSON    = `{"topic":"tickers.BTCUSDT","type":"delta","data":{"symbol":"BTCUSDT","bid1Size":"7.5","ask1Price":"17216.50"},"cs":24987956060,"ts":1673272861786}`
	snapshotJSON = `{"topic":"orderbook.50.BTCUSDT","ts":1787612486096,"type":"snapshot","data":{"s":"BTCUSDT","b":[["78715","1.271882"],["78713.8","0.050215"]],"a":[["78715.1","0.039135"],["78716.4","0.011322"]],"u":100,"seq":113099229623},"cts":1787612486094}`
	deltaFormat  = `{"topic":"orderbook.50.BTCUSDT","ts":1787612486116,"type":"delta","data":{"s":"BTCUSDT","b":[%s],"a":[%s],"u":%d,"seq":%d},"cts":1787612486108}`
)

// bookJSON is the delta number u, of n levels on each side.
func bookJSON(u, n int) string {
	side := func(price, step int) string {
		var levels []string
		for i := range n {
			levels = append(levels, fmt.Sprintf(`["%d.5","%d.25"]`, price+i*step, 1+(u+i)%7))
		}
		return strings.Join(levels, ",")
	}
	return fmt.Sprintf(deltaFormat, side(78714, -1), side(78715, 1), u, u+1000)
}

func newVenue(t testing.TB, cfg bybit.Config) *bybit.Venue {
	t.Helper()
	v, err := bybit.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// newAdapter returns an adapter for symbols (none: derived) that publishes to sink.
func newAdapter(t testing.TB, cfg bybit.Config, sink provider.Sink, symbols ...string) *provider.Adapter {
	t.Helper()
	return providertest.NewAdapter(t, newVenue(t, cfg), provider.Config{Name: "bybit", Symbols: symbols, Sink: sink, BookDepth: 1000})
}
