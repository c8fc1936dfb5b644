package kraken_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/kraken"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

// Messages as the venue sends them.
const (
	tradeJSON  = `{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"sell","price":78878.0,"qty":0.00005100,"ord_type":"limit","trade_id":4665906,"timestamp":"2026-08-24T22:21:56.724795Z"}]}`
	tickerJSON = `{"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD","bid":78871.5,"bid_qty":0.01266503,"ask":78871.6,"ask_qty":4.21103066,"last":78871.0,"volume":2124.10000000,"vwap":78000.1,"low":77000.0,"high":79000.0,"change":-1.5,"change_pct":-0.01,"timestamp":"2026-08-24T22:21:56.724795Z"}]}`
	barJSON    = `{"channel":"ohlc","type":"update","timestamp":"2023-10-04T16:26:30.524394914Z","data":[{"symbol":"BTC/USD","open":27500.1,"high":27510.0,"low":27490.0,"close":27505.5,"trades":13,"volume":1.50000000,"vwap":27501.2,"interval_begin":"2023-10-04T16:25:00.000000000Z","interval":5,"timestamp":"2023-10-04T16:30:00.000000Z"}]}`
	pairJSON   = `{"symbol":"BTC/USD","base":"BTC","quote":"USD","status":"online","qty_precision":8,"qty_increment":1E-8,"price_precision":1,"cost_precision":5,"marginable":true,"cost_min":"0.5","tick_size":0.1,"price_increment":0.1,"qty_min":0.00005}`
	infoJSON   = `{"channel":"instrument","type":"snapshot","data":{"assets":[{"id":"USD","precision":4}],"pairs":[` + pairJSON + `]}}`

	// The venue's own example of the checksum: docs.kraken.com, book-checksum-v2.
	snapshotJSON = `{"channel":"book","type":"snapshot","data":[{"symbol":"BTC/USD","bids":[{"price":45283.5,"qty":0.10000000},{"price":45283.4,"qty":1.54582015},{"price":45282.1,"qty":0.10000000},{"price":45281.0,"qty":0.10000000},{"price":45280.3,"qty":1.54592586},{"price":45279.0,"qty":0.07990000},{"price":45277.6,"qty":0.03310103},{"price":45277.5,"qty":0.30000000},{"price":45277.3,"qty":1.54602737},{"price":45276.6,"qty":0.15445238}],"asks":[{"price":45285.2,"qty":0.00100000},{"price":45286.4,"qty":1.54571953},{"price":45286.6,"qty":1.54571109},{"price":45289.6,"qty":1.54560911},{"price":45290.2,"qty":0.15890660},{"price":45291.8,"qty":1.54553491},{"price":45294.7,"qty":0.04454749},{"price":45296.1,"qty":0.35380000},{"price":45297.5,"qty":0.09945542},{"price":45299.5,"qty":0.18772827}],"checksum":3310070434,"timestamp":"2026-08-24T22:21:57.110183Z"}]}`
	// An update of it that changes the tenth bid, and the checksum with it.
	updateJSON = `{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":45276.6,"qty":0.25000000}],"asks":[],"checksum":880391738,"timestamp":"2026-08-24T22:21:58.343688Z"}]}`
)

// one feeds a message and returns the canonical JSON of the one event that it must yield,
// without what every event carries alike.
func one(t *testing.T, message string) string {
	t.Helper()
	sink := &providertest.Recorder{}
	a := newAdapter(t, kraken.Config{}, sink, "BTC-USD")
	providertest.Feed(t, a, 5, message)
	events := sink.Take()
	if len(events) != 1 {
		t.Fatalf("%s: %d events, want 1; %+v", message, len(events), a.Stats())
	}
	ev := events[0]
	if ev.Provider != "kraken" || ev.Symbol != "BTC-USD" || ev.IngestTime != 5 || ev.EmitTime != 5 || ev.Epoch != 1 || ev.TraceID.IsZero() {
		t.Errorf("header of %+v", ev)
	}
	ev.TraceID, ev.IngestTime, ev.EmitTime = eventv1.TraceID{}, 0, 0
	return text(t, ev)
}

func text(t *testing.T, ev *eventv1.CanonicalEvent) string {
	t.Helper()
	text, err := ev.AppendJSON(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEvents(t *testing.T) {
	d := decimal.MustParse
	f := func(message string, seq uint64, time int64, set func(ev *eventv1.CanonicalEvent)) {
		t.Helper()
		want := eventv1.CanonicalEvent{
			Provider: "kraken", Symbol: "BTC-USD", Epoch: 1, SeqFirst: seq, SeqLast: seq, ExchangeTime: time,
		}
		set(&want)
		_, rest, _ := strings.Cut(strings.TrimSuffix(message, "}"), ",")
		channel, _, _ := strings.Cut(strings.TrimPrefix(message, "{"), ",")
		for _, m := range []string{
			message, strings.ReplaceAll(message, `,"`, ` , "`), strings.ReplaceAll(message, `":`, `" : `),
			"{" + rest + "," + channel + "}", // the channel comes last
		} {
			if diff := cmp.Diff(text(t, &want), one(t, m)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", m, diff)
			}
		}
	}
	f(tradeJSON, 4665906, 1787610116724795e3, func(ev *eventv1.CanonicalEvent) {
		trade := ev.SetTrade()
		trade.TradeID.SetUint(4665906)
		trade.Side, trade.Price, trade.Quantity = eventv1.SideSell, d("78878.0"), d("0.00005100")
	})
	f(tickerJSON, 0, 1787610116724795e3, func(ev *eventv1.CanonicalEvent) {
		top := ev.SetTicker()
		top.BidPrice, top.BidQuantity = d("78871.5"), d("0.01266503")
		top.AskPrice, top.AskQuantity = d("78871.6"), d("4.21103066")
		top.LastPrice, top.High24h, top.Low24h, top.Volume24h = d("78871.0"), d("79000.0"), d("77000.0"), d("2124.10000000")
	})
	f(barJSON, 0, 0, func(ev *eventv1.CanonicalEvent) {
		k := ev.SetKline()
		k.Interval, k.OpenTime, k.CloseTime = eventv1.KlineIntervalM5, 1696436700000e6, 1696436999999e6
		k.Open, k.High, k.Low, k.Close = d("27500.1"), d("27510.0"), d("27490.0"), d("27505.5")
		k.Volume, k.TradeCount = d("1.50000000"), 13
	})
	f(infoJSON, 0, 0, func(ev *eventv1.CanonicalEvent) {
		s := ev.SetInstrumentStatus()
		s.Status, s.PriceIncrement, s.QuantityIncrement = eventv1.TradingStatusTrading, d("0.1"), d("0.00000001")
		s.QuantityMin, s.NotionalMin = d("0.00005"), d("0.5")
	})
	if _, want := tickerJSON, one(t, tickerJSON); !strings.Contains(want, "exchange_time") {
		t.Fatalf("no time in %s", want)
	}
	one(t, strings.Replace(tickerJSON, `,"timestamp":"2026-08-24T22:21:56.724795Z"`, "", 1)) // older tickers have no time
}

func TestChecksumOfTheVenuesExample(t *testing.T) {
	sink := &providertest.Recorder{}
	a := newAdapter(t, kraken.Config{}, sink, "BTC-USD")
	providertest.Feed(t, a, 5, snapshotJSON)
	if s := a.Stats(); s.ChecksumsOK != 1 || s.BookSnapshots != 1 {
		t.Fatalf("got %+v; want one good checksum", s)
	}
	providertest.Feed(t, a, 5, strings.Replace(updateJSON, "880391738", "880391739", 1))
	if s := a.Stats(); s.ChecksumsBad != 1 || s.Failed != 0 {
		t.Errorf("got %+v; want one bad checksum", s)
	}
	events := sink.Take()
	if u := events[len(events)-1].BookUpdate(); u == nil || !u.Stale {
		t.Errorf("the consumers were not told: %v", events)
	}
}

func TestLostZerosArePadded(t *testing.T) {
	lossy := strings.NewReplacer(`0.10000000`, `0.1`, `45281.0`, `45281`, `0.07990000`, `0.0799`, `0.30000000`, `0.3`,
		`45279.0`, `45279`, `0.00100000`, `0.001`, `0.15890660`, `0.1589066`, `0.35380000`, `0.3538`, `0.25000000`, `0.25`)
	f := func(want uint64, messages ...string) {
		t.Helper()
		sink := &providertest.Recorder{}
		a := newAdapter(t, kraken.Config{}, sink, "BTC-USD")
		providertest.Feed(t, a, 5, messages...)
		if s := a.Stats(); s.ChecksumsOK != want || s.Failed > 1 {
			t.Errorf("%d checksums agreed, want %d; %+v", s.ChecksumsOK, want, s)
		}
		for _, ev := range sink.Take() {
			if s := ev.BookSnapshot(); s != nil && (s.Bids[0].Quantity.String() != "0.10000000" || s.Bids[3].Price.String() != "45281.0") {
				t.Errorf("got %v", s.Bids)
			}
		}
	}
	f(2, infoJSON, lossy.Replace(snapshotJSON), lossy.Replace(updateJSON))
	f(2, infoJSON, snapshotJSON, updateJSON)
	f(2, snapshotJSON, infoJSON, lossy.Replace(updateJSON))
	f(0, lossy.Replace(snapshotJSON))
	// The instrument channel came late: the next snapshot repairs it.
	f(1, lossy.Replace(snapshotJSON), infoJSON, lossy.Replace(snapshotJSON))
}

func TestDepthIsTheVenues(t *testing.T) {
	sink := &providertest.Recorder{}
	a := newAdapter(t, kraken.Config{}, sink, "BTC-USD")
	better := `{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":45283.6,"qty":1.00000000}],"asks":[],"checksum":%d,"timestamp":"2026-08-24T22:21:58.343688Z"}]}`
	providertest.Feed(t, a, 5, snapshotJSON, strings.Replace(better, "%d", "1050624739", 1))
	// 45276.6 was pushed out and must not come back when the better one goes.
	providertest.Feed(t, a, 5, strings.NewReplacer("%d", "2678639429", "1.00000000}", `0.00000000},{"price":45270.0,"qty":2.00000000}`).Replace(better))
	if s := a.Stats(); s.ChecksumsOK != 3 || s.ChecksumsBad != 0 {
		t.Errorf("got %+v; want 3 good checksums", s)
	}
}

func TestSeveralElementsInAMessage(t *testing.T) {
	sink := &providertest.Recorder{}
	a := newAdapter(t, kraken.Config{}, sink, "BTC-USD")
	element := strings.TrimSuffix(tradeJSON[strings.Index(tradeJSON, `{"symbol`):], "]}")
	foreign := strings.Replace(element, "BTC/USD", "FOO/USD", 1)
	bad := strings.Replace(element, "0.00005100", "-1", 1)
	list := func(elements ...string) string {
		return strings.Replace(tradeJSON, element, strings.Join(elements, ","), 1)
	}
	f := func(message string, trades int, normalised, ignored, failed uint64) {
		t.Helper()
		before := a.Stats()
		providertest.Feed(t, a, 5, message)
		s := a.Stats()
		if n := len(sink.Take()); n != trades || s.Normalised-before.Normalised != normalised ||
			s.Ignored-before.Ignored != ignored || s.Failed-before.Failed != failed {
			t.Errorf("%d trades, %+v; want %d and %d normalised, %d ignored, %d failed", n, s, trades, normalised, ignored, failed)
		}
	}
	f(list(element, element, element), 3, 1, 0, 0)
	f(list(element, foreign), 1, 1, 0, 0)
	f(list(foreign, foreign), 0, 0, 1, 0)
	f(list(element, bad, element), 2, 0, 0, 1)
	f(list(element, element), 2, 1, 0, 0)
	f(list(element, `{"symbol":"BTC/USD"}`), 1, 0, 0, 1) // nothing is left of the one before
	f(list(element, "null"), 1, 0, 0, 1)
	f(list(), 0, 0, 0, 1)

	// The levels of a foreign book must not come into ours.
	book := snapshotJSON[strings.Index(snapshotJSON, `{"symbol`) : len(snapshotJSON)-2]
	providertest.Feed(t, a, 5, strings.Replace(snapshotJSON, book, strings.Replace(book, "BTC/USD", "FOO/USD", 1)+","+book, 1))
	if s := a.Stats(); s.ChecksumsOK != 1 || s.ChecksumsBad != 0 {
		t.Errorf("got %+v; want one good checksum", s)
	}
}

// outcome feeds one message to an adapter with a live book.
func outcome(t *testing.T, message string) provider.Stats {
	t.Helper()
	a := newAdapter(t, kraken.Config{}, providertest.Discard{}, "BTC-USD")
	providertest.Feed(t, a, 5, snapshotJSON, message)
	s := a.Stats()
	providertest.Balanced(t, s)
	return s
}

func mustFail(t *testing.T, message string) {
	t.Helper()
	s := outcome(t, message)
	if s.Failed != 1 {
		t.Errorf("%.300s: got %d normalised, %d ignored, %d failed; want failed", message, s.Normalised, s.Ignored, s.Failed)
	}
	if isBook := strings.HasPrefix(message, `{"channel":"book"`); isBook && s.Gaps != 1 && s.ChecksumsBad != 1 {
		t.Errorf("%.300s: the book is live without it: %+v", message, s)
	}
}

func samples() []string {
	return []string{tradeJSON, tickerJSON, barJSON, infoJSON, updateJSON, `{"channel":"heartbeat"}`}
}

func TestDamagedMessagesFail(t *testing.T) {
	for _, m := range samples() {
		for _, damaged := range providertest.Damaged(m) {
			mustFail(t, damaged)
		}
		mustFail(t, strings.Replace(m, `":`, `":[`, 2))
	}
	mustFail(t, strings.Replace(tradeJSON, `"trade"`, `"trade","channel":"ohlc"`, 1))
	for _, m := range []string{
		`{"channel":"book"}`, `{"channel":"book","type":"update","data":null}`,
		`{"channel":"trade","type":"update","data":{}}`, `{"channel":"trade","channel":"book","type":"update","data":[{}]}`,
		`{"channel":"instrument","type":"update","data":[]}`, `{"Error":"Exceeded msg rate"}`, `{"error":"no","method":"x"}`,
	} {
		mustFail(t, m)
	}
}

func TestEachKeyIsRequired(t *testing.T) {
	f := func(message string, optional ...string) {
		t.Helper()
		for at := 0; ; {
			i := strings.Index(message[at:], `":`)
			if i < 0 {
				return
			}
			i += at
			at = i + 2
			start := strings.LastIndexByte(message[:i], '"') + 1
			key := message[start:i]
			if strings.Contains(" "+strings.Join(optional, " ")+" ", " "+key+" ") || strings.IndexByte(`[{`, message[at]) >= 0 && message[at+1] != ']' {
				continue
			}
			mustFail(t, message[:i]+"_"+message[i:]) // an unknown key in its place
			end := at + strings.IndexAny(message[at:], ",}")
			mustFail(t, message[:at]+"null"+message[end:])
		}
	}
	f(tradeJSON, "ord_type")
	f(tickerJSON, "last", "volume", "vwap", "low", "high", "change", "change_pct", "timestamp")
	f(strings.Replace(barJSON, `"timestamp":"2023-10-04T16:26:30.524394914Z",`, "", 1), "vwap", "timestamp")
	f(updateJSON)
	f(infoJSON, "type", "id", "precision", "base", "quote", "qty_increment", "cost_precision", "marginable", "cost_min", "tick_size", "price_increment", "qty_min")
}

func TestImpossibleValuesFail(t *testing.T) {
	f := func(message, old string, values ...string) {
		t.Helper()
		if !strings.Contains(message, old) {
			t.Fatalf("%s lacks %s", message, old)
		}
		for _, v := range values {
			mustFail(t, strings.Replace(message, old, v, 1))
		}
	}
	bad := []string{`""`, `-1`, `1e5`, `"NaN"`, `"+1"`, `" 1"`, `"0x1"`, `01`, `1.`, `.5`, strings.Repeat("9", 400), `true`, `{}`, `[]`}
	f(tradeJSON, "78878.0", append(bad, "0", "-0", "0.0")...)
	f(tradeJSON, "0.00005100", append(bad, "0.000")...)
	f(tickerJSON, "0.01266503", bad...)
	f(tickerJSON, "79000.0", bad...)
	f(barJSON, "27510.0", bad...)
	f(updateJSON, "45276.6", append(bad, "0")...)
	f(updateJSON, "0.25000000", bad...)
	whole := []string{"-1", "1.5", "1e3", `"x"`, "18446744073709551616", "null"}
	f(tradeJSON, "4665906", whole...)
	f(barJSON, `"trades":13`, `"trades":-1`, `"trades":1.5`)
	f(barJSON, `"interval":5`, `"interval":7`, `"interval":-5`, `"interval":21600`)
	f(updateJSON, "880391738", append(whole, "4294967296")...)
	f(tradeJSON, `"side":"sell"`, `"side":"SELL"`, `"side":""`, `"side":1`)
	f(tradeJSON, `"type":"update"`, `"type":"delta"`, `"type":""`)
	times := []string{`"1969-12-31T23:59:59Z"`, `"2262-01-01T00:00:00Z"`, `"2026-08-24 22:21:56"`, `"2026-13-24T22:21:56Z"`, `"x"`, `1`}
	f(tradeJSON, `"2026-08-24T22:21:56.724795Z"`, append(times, `""`)...)
	f(updateJSON, `"2026-08-24T22:21:58.343688Z"`, append(times, `""`)...)
	f(tickerJSON, `"2026-08-24T22:21:56.724795Z"`, times...)
	f(barJSON, `"2023-10-04T16:25:00.000000000Z"`, times...)
	f(infoJSON, `"online"`, `"open"`, `""`)
	f(infoJSON, `1E-8`, `1E-80`, `"x"`, `-1`)
	f(tradeJSON, `"BTC/USD"`, `""`, `7`, "\"BTC\xff/USD\"")
}

func TestLevelsAreObjects(t *testing.T) {
	good := `{"price":45276.6,"qty":0.25000000}`
	for _, l := range []string{`{"price":45276.6}`, `{"qty":1}`, `{}`, `null`, `[45276.6,1]`, `45276.6`, `{"price":null,"qty":1}`} {
		mustFail(t, strings.Replace(updateJSON, good, l, 1))
		mustFail(t, strings.Replace(updateJSON, good, good+","+l, 1))
	}
	// An earlier, longer message must not fill what a later one leaves out.
	a := newAdapter(t, kraken.Config{}, providertest.Discard{}, "BTC-USD")
	providertest.Feed(t, a, 5, snapshotJSON, strings.Replace(updateJSON, good, good+`,{"price":45276.7}`, 1), snapshotJSON)
	providertest.Feed(t, a, 5, strings.Replace(updateJSON, `"asks":[]`, `"asks":[null,{"qty":1}]`, 1), snapshotJSON)
	// Nor one that failed, and hid levels behind the end of its list.
	providertest.Feed(t, a, 5, strings.Replace(updateJSON, good+"]", good+","+good+`],"bids":[]`, 1)+"x")
	providertest.Feed(t, a, 5, strings.Replace(updateJSON, good, good+`,{"price":45276.6}`, 1))
	if s := a.Stats(); s.Failed != 4 || s.ChecksumsBad != 0 {
		t.Errorf("got %+v; want 4 failed", s)
	}
}

func TestIgnoredByRule(t *testing.T) {
	for _, m := range []string{
		`{"channel":"heartbeat"}`, `{"channel": "heartbeat"}`, `{"method":"pong","req_id":1,"time_in":"x","time_out":"y"}`,
		`{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"online","api_version":"v2","connection_id":806193442143087786}]}`,
		`{"method":"subscribe","result":{"channel":"book","depth":10,"snapshot":true,"symbol":"BTC/USD"},"success":true,"req_id":1}`,
		`{"error":"Currency pair not supported FOO/USD","method":"subscribe","success":false,"symbol":"FOO/USD","req_id":1}`,
		`{"method":"unsubscribe","result":{},"success":true}`, `{"channel":"level3","type":"update","data":[{}]}`,
		strings.ReplaceAll(tradeJSON, "BTC/USD", "ETH/USD"), strings.ReplaceAll(updateJSON, "BTC/USD", "ETH/USD"),
		strings.ReplaceAll(infoJSON, "BTC/USD", "ETH/USD"), strings.Replace(infoJSON, "BTC/USD", "AAPLx/USD", 1),
		strings.Replace(tradeJSON, "update", "snapshot", 1), strings.Replace(barJSON, "update", "snapshot", 1),
	} {
		if s := outcome(t, m); s.Ignored != 1 || s.Gaps != 0 {
			t.Errorf("%s: got %+v; want ignored", m, s)
		}
	}
}

func TestPairStatus(t *testing.T) {
	for status, want := range map[string]eventv1.TradingStatus{
		"online": eventv1.TradingStatusTrading, "limit_only": eventv1.TradingStatusTrading, "reduce_only": eventv1.TradingStatusTrading,
		"post_only": eventv1.TradingStatusAuction, "cancel_only": eventv1.TradingStatusCancelOnly,
		"maintenance": eventv1.TradingStatusHalted, "work_in_progress": eventv1.TradingStatusHalted, "delisted": eventv1.TradingStatusDelisted,
	} {
		if got := one(t, strings.Replace(infoJSON, "online", status, 1)); !strings.Contains(got, `"`+want.String()+`"`) {
			t.Errorf("%s: got %s, want %v", status, got, want)
		}
	}
	for number, want := range map[string]string{`1E-8`: "0.00000001", `1.5e-2`: "0.015", `1e-05`: "0.00001", `5E0`: "5", `2.5e1`: "25", `1e+2`: "100", `0.1`: "0.1"} {
		if got := one(t, strings.Replace(infoJSON, `1E-8`, number, 1)); !strings.Contains(got, `"quantity_increment":"`+want+`"`) {
			t.Errorf("%s: got %s, want %s", number, got, want)
		}
	}
}

func FuzzFeed(f *testing.F) {
	providertest.FuzzFeed(f, providertest.FuzzConfig{
		Open: func(t testing.TB) *provider.Adapter {
			a := newAdapter(t, kraken.Config{}, providertest.Discard{}, "BTC-USD")
			providertest.Feed(t, a, 5, snapshotJSON)
			return a
		},
		Trade: tradeJSON,
		Then: func(t testing.TB, a *provider.Adapter) {
			before := a.Stats()
			providertest.Feed(t, a, 5, snapshotJSON)
			if s := a.Stats(); s.ChecksumsOK != before.ChecksumsOK+1 {
				t.Errorf("a good snapshot was not normalised afterwards: %+v", s)
			}
		},
		Seeds: append(samples(), snapshotJSON, `{"method":"pong"}`),
	})
}
