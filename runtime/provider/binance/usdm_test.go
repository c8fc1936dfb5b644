package binance_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/binance"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

// The messages of USD-M futures, as they come in 2026: with st, nq and ps, which are not read.
const (
	usdmTradeJSON    = `{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161256322,"T":1723161256321,"s":"BTCUSDT","t":5266583935,"p":"61800.30","q":"0.006","X":"MARKET","m":true,"st":1}}`
	usdmAggTradeJSON = `{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":1723161256322,"a":26129,"s":"BTCUSDT","p":"61800.30","q":"0.006","nq":"0.006","f":100,"l":105,"T":1723161256321,"m":false,"st":1}}`
	usdmTopJSON      = `{"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":5123107839020,"s":"BTCUSDT","ps":"BTCUSDT","b":"61800.20","B":"2.507","a":"61800.30","A":"2.510","T":1723161256313,"E":1723161256314,"st":1}}`
	usdmDepthFormat  = `{"stream":"btcusdt@depth@0ms","data":{"e":"depthUpdate","E":1723161256299,"T":1723161256298,"s":"BTCUSDT","U":%d,"u":%d,"pu":%d,"b":[%s],"a":[["61850.00","1.000"]]}}`
	usdmSnapshotJSON = `{"lastUpdateId":100,"E":1723161256501,"T":1723161256493,"bids":[["61800.20","2.909"]],"asks":[["61800.30","2.909"]]}`
	usdmSnapshotURL  = "https://fapi.binance.com/fapi/v1/depth?symbol=BTCUSDT&limit=1000"
)

func usdmDepthJSON(first, last, prev int) string {
	return fmt.Sprintf(usdmDepthFormat, first, last, prev, fmt.Sprintf(`["61700.00","%d.000"]`, 1+last%7))
}

func newUSDM(t testing.TB, cfg binance.Config) *binance.USDM {
	t.Helper()
	v, err := binance.NewUSDM(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func newUSDMAdapter(t testing.TB, sink provider.Sink, symbols ...string) *provider.Adapter {
	t.Helper()
	return providertest.NewAdapter(t, newUSDM(t, binance.Config{}), provider.Config{Name: "usdm", Symbols: symbols, Sink: sink})
}

// usdmLive returns an adapter whose BTC-USDT book is live at update id 110.
func usdmLive(t testing.TB, sink provider.Sink) *provider.Adapter {
	t.Helper()
	a := newUSDMAdapter(t, sink, "BTC-USDT")
	providertest.Feed(t, a, 1, usdmDepthJSON(95, 110, 90))
	if err := a.Respond(usdmSnapshotURL, []byte(usdmSnapshotJSON), 1); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestUSDMReplay(t *testing.T) {
	records := providertest.Load(t, "binance", "usdm-btcusdt.ws.gz")
	tops := uint64(629)
	if providertest.Instrumented {
		records, tops = records[:20_000], 50 // a tenth of the speed
	}
	s := providertest.Replay(t, func(sink provider.Sink) *provider.Adapter { return newUSDMAdapter(t, sink) }, records)
	if s.Failed != 0 || s.Gaps != 0 || s.Crossed != 0 || s.TopsBad != 0 || s.Exhausted != 0 {
		t.Errorf("got %+v; want no failed, gaps, crossed, bad tops", s)
	}
	if s.TopsOK < tops || !providertest.Instrumented && s.TopsOK != tops {
		t.Errorf("%d tops agreed, want %d", s.TopsOK, tops)
	}
}

// TestUSDMCorruptedRecording takes one diff after another out of the recording: the next one must
// show it, and the snapshot, asked for again, must repair it.
func TestUSDMCorruptedRecording(t *testing.T) {
	records := providertest.Load(t, "binance", "usdm-btcusdt.ws.gz")[:4000]
	var diffs []providertest.Record
	var snapshot []byte
	for _, r := range records {
		switch {
		case bytes.Contains(r.Data, []byte(`"depthUpdate"`)):
			diffs = append(diffs, r)
		case bytes.HasPrefix(r.Data, []byte(`{"lastUpdateId"`)):
			snapshot = r.Data
		}
	}
	at := 0 // the first diff behind the snapshot
	a := newUSDMAdapter(t, providertest.Discard{}, "BTC-USDT")
	providertest.Play(t, a, diffs[:8])
	providertest.Feed(t, a, 1, string(snapshot))
	if s := a.Stats(); s.BookSnapshots != 1 || s.Failed != 0 {
		t.Fatalf("no live book after 8 diffs and the snapshot: %+v", s)
	}
	for at = 8; at+1 < min(len(diffs), 60); at++ {
		a := newUSDMAdapter(t, providertest.Discard{}, "BTC-USDT")
		providertest.Play(t, a, diffs[:8])
		providertest.Feed(t, a, 1, string(snapshot))
		providertest.Play(t, a, diffs[8:at])
		if s := a.Stats(); s.Gaps != 0 {
			t.Fatalf("a gap before diff %d was taken out", at)
		}
		providertest.Play(t, a, diffs[at+1:at+2])
		if s := a.Stats(); s.Gaps != 1 || s.Failed != 0 {
			t.Fatalf("diff %d was taken out: got %+v; want a gap at once", at, s)
		}
		// A snapshot in the middle of the kept diffs.
		providertest.Play(t, a, diffs[at+2:at+4])
		last := strings.Split(string(diffs[at+2].Data), `"u":`)[1]
		last, _, _ = strings.Cut(last, ",")
		fresh := fmt.Sprintf(`{"lastUpdateId":%s,"bids":[["1.00","1.000"]],"asks":[["999999.00","1.000"]]}`, last)
		if err := a.Respond(usdmSnapshotURL, []byte(fresh), 2); err != nil {
			t.Fatalf("diff %d: %v", at, err)
		}
		providertest.Play(t, a, diffs[at+4:at+6])
		s := a.Stats()
		providertest.Balanced(t, s)
		if s.Gaps != 1 || s.Resyncs != 1 || s.Failed != 0 {
			t.Fatalf("diff %d was taken out: got %+v; want 1 gap, 1 resync", at, s)
		}
	}
}

func TestUSDMEvents(t *testing.T) {
	d := decimal.MustParse
	f := func(message string, seqFirst, seqLast uint64, time int64, set func(ev *eventv1.CanonicalEvent)) {
		t.Helper()
		want := eventv1.CanonicalEvent{
			Provider: "usdm", Symbol: "BTC-USDT", Epoch: 1, SeqFirst: seqFirst, SeqLast: seqLast, ExchangeTime: time,
		}
		set(&want)
		for _, m := range []string{message, data(message), reordered(message)} {
			sink := &providertest.Recorder{}
			providertest.Feed(t, newUSDMAdapter(t, sink, "BTC-USDT"), 5, m)
			events := sink.Take()
			if len(events) != 1 {
				t.Fatalf("%s: %d events, want 1", m, len(events))
			}
			got := events[0]
			got.TraceID, got.IngestTime, got.EmitTime = eventv1.TraceID{}, 0, 0
			wantText, err := want.AppendJSON(nil)
			if err != nil {
				t.Fatal(err)
			}
			gotText, err := got.AppendJSON(nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(wantText), string(gotText)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", m, diff)
			}
		}
	}
	trade := func(id uint64, side eventv1.Side) func(*eventv1.CanonicalEvent) {
		return func(ev *eventv1.CanonicalEvent) {
			trade := ev.SetTrade()
			trade.TradeID.SetUint(id)
			trade.Side, trade.Price, trade.Quantity = side, d("61800.30"), d("0.006")
		}
	}
	f(usdmTradeJSON, 5266583935, 5266583935, 1723161256321e6, trade(5266583935, eventv1.SideSell))
	f(usdmAggTradeJSON, 100, 105, 1723161256321e6, trade(26129, eventv1.SideBuy))
	f(usdmTopJSON, 5123107839020, 5123107839020, 1723161256314e6, func(ev *eventv1.CanonicalEvent) {
		*ev.SetTicker() = eventv1.Ticker{
			BidPrice: d("61800.20"), BidQuantity: d("2.507"), AskPrice: d("61800.30"), AskQuantity: d("2.510"),
		}
	})
}

func TestUSDMChain(t *testing.T) {
	sink := &providertest.Recorder{}
	a := usdmLive(t, sink)
	for _, m := range []string{
		usdmDepthJSON(120, 130, 110), usdmDepthJSON(140, 141, 130), // ranges with holes, chained by pu
		usdmDepthJSON(140, 141, 130), // again: skipped
		usdmDepthJSON(142, 150, 142), // U follows u, but pu does not: a diff is missing
	} {
		providertest.Feed(t, a, 2, m)
	}
	want := []string{
		"BOOK_SNAPSHOT e1 110-110", "BOOK_UPDATE e1 111-130", "BOOK_UPDATE e1 131-141", "BOOK_UPDATE e2 0-0 stale",
	}
	if diff := cmp.Diff(want, sink.Lines()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// usdmOutcome feeds one message to a fresh adapter.
func usdmOutcome(t *testing.T, message string) provider.Stats {
	t.Helper()
	a := newUSDMAdapter(t, providertest.Discard{}, "BTC-USDT")
	providertest.Feed(t, a, 1, message)
	s := a.Stats()
	providertest.Balanced(t, s)
	return s
}

func TestUSDMDamagedMessagesFail(t *testing.T) {
	fails := func(message string) {
		t.Helper()
		if s := usdmOutcome(t, message); s.Failed != 1 {
			t.Errorf("%s: got %+v; want failed", message, s)
		}
	}
	for _, m := range []string{usdmTradeJSON, usdmAggTradeJSON, usdmTopJSON, usdmDepthJSON(95, 110, 90)} {
		for _, damaged := range providertest.Damaged(m) {
			fails(damaged)
		}
	}
	f := func(message, old string, values ...string) {
		t.Helper()
		if !strings.Contains(message, old) {
			t.Fatalf("%s lacks %s", message, old)
		}
		for _, v := range values {
			fails(strings.Replace(message, old, v, 1))
		}
	}
	f(usdmDepthJSON(95, 110, 90), `"pu":90`, `"pu":null`, `"pu":-1`, `"pu":"90"`, `"pv":90`, `"pu":111`)
	f(usdmTopJSON, `"e":"bookTicker"`, `"e":null`, `"e":""`, `"f":"bookTicker"`)
	f(usdmTopJSON, `"E":1723161256314`, `"E":null`, `"E":-1`, `"F":1`)
}

func TestUSDMTradesThatAreNone(t *testing.T) {
	for _, kind := range []string{"INSURANCE_FUND", "ADL", "NA"} {
		m := strings.NewReplacer("MARKET", kind, "61800.30", "0", "0.006", "0").Replace(usdmTradeJSON)
		if s := usdmOutcome(t, m); s.Ignored != 1 {
			t.Errorf("%s: got %+v; want ignored", kind, s)
		}
	}
}

func TestUSDMFramesDoNotAllocate(t *testing.T) {
	f := func(name string, messages ...string) {
		t.Run(name, func(t *testing.T) { providertest.NoAllocations(t, usdmLive(t, providertest.Discard{}), messages...) })
	}
	f("trade", usdmTradeJSON)
	f("aggTrade", usdmAggTradeJSON)
	f("bookTicker", usdmTopJSON)
	var diffs []string
	for i := range 2002 {
		diffs = append(diffs, usdmDepthJSON(115+10*i, 120+10*i, 110+10*i))
	}
	f("depth", diffs...)
}

func TestUSDMRoutesAndRequests(t *testing.T) {
	v := newUSDM(t, binance.Config{
		StreamURL: "ws://h", RESTURL: "http://h", SnapshotLimit: 500,
		Channels: []binance.Channel{binance.DepthFast, binance.AggTrades, binance.BookTicker, binance.Klines},
	})
	var got []string
	for _, route := range v.Routes() {
		got = append(got, route.StreamURL()+" "+strings.Join(route.Streams(nil, "BTCUSDT"), " "))
	}
	want := []string{
		"ws://h/public/stream btcusdt@depth@0ms btcusdt@bookTicker",
		"ws://h/market/stream btcusdt@aggTrade btcusdt@kline_1m",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
	if n := len(newUSDM(t, binance.Config{}).Routes()); n != 1 { // trade comes with the books
		t.Errorf("%d routes of the default channels, want 1", n)
	}
	if got, want := v.SnapshotURL("BTCUSDT"), "http://h/fapi/v1/depth?symbol=BTCUSDT&limit=500"; got != want {
		t.Errorf("snapshot URL is %s, want %s", got, want)
	}
	if got, want := v.InfoURL([]string{"BTCUSDT"}), "http://h/fapi/v1/exchangeInfo"; got != want {
		t.Errorf("info URL is %s, want %s", got, want)
	}
	for limit, weight := range map[int]int{5: 2, 50: 2, 100: 5, 500: 10, 1000: 20} {
		if got := newUSDM(t, binance.Config{SnapshotLimit: limit}).Limits().SnapshotWeight; got != weight {
			t.Errorf("weight of %d levels is %d, want %d", limit, got, weight)
		}
	}
	for _, cfg := range []binance.Config{
		{SnapshotLimit: 5000}, {SnapshotLimit: 200}, {Channels: []binance.Channel{binance.Depth, binance.DepthFast}},
	} {
		if _, err := binance.NewUSDM(cfg); err == nil {
			t.Errorf("NewUSDM took %+v", cfg)
		}
	}
	if _, err := binance.New(binance.Config{Channels: []binance.Channel{binance.DepthFast}}); err == nil {
		t.Error("spot took DepthFast")
	}
}

func TestUSDMInstruments(t *testing.T) {
	sink := &providertest.Recorder{}
	a := newUSDMAdapter(t, sink, "BTC-USDT")
	body := `{"symbols":[{"symbol":"XXXUSDT","status":"PENDING_TRADING"},{"symbol":"BTCUSDT_250328","status":"SETTLING"},` +
		`{"symbol":"BTCUSDT","status":"TRADING","filters":[{"filterType":"PRICE_FILTER","tickSize":"0.10"},` +
		`{"filterType":"LOT_SIZE","stepSize":"0.001","minQty":"0.001"},{"filterType":"MIN_NOTIONAL","notional":"100"}]}]}`
	if err := a.Respond("https://fapi.binance.com/fapi/v1/exchangeInfo", []byte(body), 1); err != nil {
		t.Fatal(err)
	}
	d := decimal.MustParse
	want := eventv1.InstrumentStatus{
		Status: eventv1.TradingStatusTrading, PriceIncrement: d("0.10"), QuantityIncrement: d("0.001"), QuantityMin: d("0.001"), NotionalMin: d("100"),
	}
	if events := sink.Take(); len(events) != 1 || *events[0].InstrumentStatus() != want {
		t.Errorf("got %+v, want one of %+v", events, want)
	}
}

func FuzzUSDMFeed(f *testing.F) {
	var seeds []string
	for _, m := range []string{usdmTradeJSON, usdmAggTradeJSON, usdmTopJSON, usdmDepthJSON(120, 130, 110), usdmSnapshotJSON} {
		seeds = append(seeds, m, data(m))
	}
	providertest.FuzzFeed(f, providertest.FuzzConfig{
		Open:  func(t testing.TB) *provider.Adapter { return usdmLive(t, providertest.Discard{}) },
		Trade: usdmTradeJSON,
		Seeds: seeds,
	})
}
