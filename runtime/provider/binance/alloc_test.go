package binance_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

// The messages of the hot path, as the venue sends them. U, u and t are printf verbs where the
// sequence must move.
const (
	tradeJSON    = `{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":false,"M":true}}`
	aggTradeJSON = `{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1723161255343,"s":"BTCUSDT","a":26129,"p":"61837.63000000","q":"0.02000000","f":100,"l":105,"T":1723161255342,"m":true,"M":true}}`
	topJSON      = `{"stream":"btcusdt@bookTicker","data":{"u":50093239212,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000","a":"61837.64000000","A":"1.54698000"}}`
	klineJSON    = `{"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1672515782136,"s":"BTCUSDT","k":{"t":1672515780000,"T":1672515839999,"s":"BTCUSDT","i":"1m","f":100,"L":200,"o":"0.0010","c":"0.0020","h":"0.0025","l":"0.0015","v":"1000","n":100,"x":false,"q":"1.0000","V":"500","Q":"0.500","B":"123456"}}}`
	depthFormat  = `{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT","U":%d,"u":%d,"b":[%s],"a":[%s]}}`
	snapshotJSON = `{"lastUpdateId":100,"bids":[["61837.63000000","3.78826000"],["61837.00000000","1.00000000"]],"asks":[["61837.64000000","1.54698000"],["61838.00000000","2.00000000"]]}`
	snapshotURL  = "https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=1000"
)

// depthJSON is a diff of n levels on each side.
func depthJSON(first, last, n int) string {
	side := func(price int, step int) string {
		var levels []string
		for i := range n {
			levels = append(levels, fmt.Sprintf(`["%d.50000000","%d.25000000"]`, price+i*step, 1+(first+i)%7))
		}
		return strings.Join(levels, ",")
	}
	return fmt.Sprintf(depthFormat, first, last, side(61830, -1), side(61840, 1))
}

// live returns an adapter whose BTC-USDT book is live at update id 100.
func live(t testing.TB, sink provider.Sink) *provider.Adapter {
	t.Helper()
	a := newAdapter(t, sink, "BTC-USDT")
	providertest.Feed(t, a, 1, depthJSON(100, 100, 1))
	if err := a.Respond(snapshotURL, []byte(snapshotJSON), 1); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestFramesDoNotAllocate(t *testing.T) {
	f := func(name string, messages ...string) {
		t.Run(name, func(t *testing.T) { providertest.NoAllocations(t, live(t, providertest.Discard{}), messages...) })
	}
	f("trade", tradeJSON)
	f("aggTrade", aggTradeJSON)
	f("bookTicker", topJSON)
	f("kline", klineJSON)
	f("raw trade", data(tradeJSON))
	var diffs []string
	for i := range 2002 {
		diffs = append(diffs, depthJSON(101+i, 101+i, 20))
	}
	f("depth", diffs...) // with a BOOK_SNAPSHOT each second of ingest time
}

// data returns the payload of a combined message, as /ws sends it.
func data(message string) string {
	_, payload, _ := strings.Cut(message, `"data":`)
	return strings.TrimSuffix(payload, "}")
}

func BenchmarkFrame(b *testing.B) {
	f := func(name, message string) {
		b.Run(name, func(b *testing.B) {
			a := live(b, providertest.Discard{})
			m := []byte(message)
			b.SetBytes(int64(len(m)))
			b.ReportAllocs()
			for b.Loop() {
				if err := a.Feed(m, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	f("trade", tradeJSON)
	f("bookTicker", topJSON)
	f("kline", klineJSON)
}

func BenchmarkReplay(b *testing.B) {
	records := providertest.Load(b, "binance", "btcusdt-1.ws.gz", "btcusdt-2.ws.gz")
	b.ReportAllocs()
	for b.Loop() {
		a := newAdapter(b, providertest.Discard{})
		for _, r := range records {
			if err := a.Feed(r.Data, r.Time); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(records)), "ns/frame")
}
