package okx_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/okx"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

// One message of each channel, as the venue sends them.
const (
	tradeJSON  = `{"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","tradeId":"338476307","px":"30236","sz":"0.0002","side":"buy","ts":"1652459224818","count":"3","seqId":17}]}`
	tickerJSON = `{"arg":{"channel":"tickers","instId":"BTC-USDT"},"data":[{"instType":"SPOT","instId":"BTC-USDT","last":"30236.1","lastSz":"100","askPx":"30237","askSz":"25","bidPx":"30235","bidSz":"96","open24h":"4.799","high24h":"31000","low24h":"29000","sodUtc0":"4.654","sodUtc8":"5.204","volCcy24h":"577730.7823","vol24h":"289425","ts":"1652459223143"}]}`
	bboJSON    = `{"arg":{"channel":"bbo-tbt","instId":"BTC-USDT"},"data":[{"asks":[["30237","25","0","2"]],"bids":[["30235","96","0","1"]],"ts":"1670324386802","seqId":363996337}]}`
	books5JSON = `{"arg":{"channel":"books5","instId":"BTC-USDT"},"data":[{"asks":[["30237","25","0","2"]],"bids":[["30235","96","0","1"]],"instId":"BTC-USDT","ts":"1670324386802","seqId":363996337}]}`
)

func snapshot() string { return snapshotJSON(5) }

// one feeds a message and returns the canonical JSON of the one event that it must yield, without
// the times and the trace that every event carries alike.
func one(t *testing.T, message string) string {
	t.Helper()
	sink := &providertest.Recorder{}
	a := newAdapter(t, sink, "BTC-USDT")
	providertest.Feed(t, a, 5, message)
	events := sink.Take()
	if len(events) != 1 {
		t.Fatalf("%s: %d events, want 1; %+v", message, len(events), a.Stats())
	}
	ev := events[0]
	if ev.IngestTime != 5 || ev.EmitTime != 5 || ev.TraceID.IsZero() {
		t.Errorf("header of %+v", ev)
	}
	ev.TraceID, ev.IngestTime, ev.EmitTime = eventv1.TraceID{}, 0, 0
	return text(t, ev)
}

func text(t *testing.T, ev *eventv1.CanonicalEvent) string {
	t.Helper()
	json, err := ev.AppendJSON(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(json)
}

func TestEvents(t *testing.T) {
	d := decimal.MustParse
	f := func(message string, seqFirst, seqLast uint64, time int64, set func(ev *eventv1.CanonicalEvent)) {
		t.Helper()
		want := eventv1.CanonicalEvent{
			Provider: "okx", Symbol: "BTC-USDT", Epoch: 1, SeqFirst: seqFirst, SeqLast: seqLast, ExchangeTime: time,
		}
		set(&want)
		_, data, _ := strings.Cut(message, `},"data":`)
		reordered := `{"data":` + strings.TrimSuffix(data, "}") + `,` + strings.TrimSuffix(message[1:], `,"data":`+data) + "}"
		for _, m := range []string{message, strings.ReplaceAll(message, `,"`, ` , "`), reordered} {
			if diff := cmp.Diff(text(t, &want), one(t, m)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", m, diff)
			}
		}
	}
	f(tradeJSON, 338476305, 338476307, 1652459224818e6, func(ev *eventv1.CanonicalEvent) {
		trade := ev.SetTrade()
		trade.TradeID.SetUint(338476307)
		trade.Side, trade.Price, trade.Quantity = eventv1.SideBuy, d("30236"), d("0.0002")
	})
	sell := strings.NewReplacer(`"buy"`, `"sell"`, `,"count":"3"`, "").Replace(tradeJSON)
	f(sell, 338476307, 338476307, 1652459224818e6, func(ev *eventv1.CanonicalEvent) {
		trade := ev.SetTrade()
		trade.TradeID.SetUint(338476307)
		trade.Side, trade.Price, trade.Quantity = eventv1.SideSell, d("30236"), d("0.0002")
	})
	f(tickerJSON, 0, 0, 1652459223143e6, func(ev *eventv1.CanonicalEvent) {
		*ev.SetTicker() = eventv1.Ticker{
			BidPrice: d("30235"), BidQuantity: d("96"), AskPrice: d("30237"), AskQuantity: d("25"),
			LastPrice: d("30236.1"), High24h: d("31000"), Low24h: d("29000"), Volume24h: d("289425"),
		}
	})
	top := func(ev *eventv1.CanonicalEvent) {
		*ev.SetTicker() = eventv1.Ticker{BidPrice: d("30235"), BidQuantity: d("96"), AskPrice: d("30237"), AskQuantity: d("25")}
	}
	f(bboJSON, 363996337, 363996337, 1670324386802e6, top)
	f(strings.Replace(bboJSON, `["30235","96","0","1"]`, "", 1), 363996337, 363996337, 1670324386802e6, func(ev *eventv1.CanonicalEvent) {
		top(ev)
		ev.Ticker().BidPrice, ev.Ticker().BidQuantity = d("0"), d("0")
	})
	f(strings.NewReplacer(`"30235"`, `""`, `"96"`, `""`).Replace(tickerJSON), 0, 0, 1652459223143e6, func(ev *eventv1.CanonicalEvent) {
		*ev.SetTicker() = eventv1.Ticker{
			AskPrice: d("30237"), AskQuantity: d("25"),
			LastPrice: d("30236.1"), High24h: d("31000"), Low24h: d("29000"), Volume24h: d("289425"),
		}
	})
}

// outcome feeds one message to a fresh adapter.
func outcome(t *testing.T, message string) provider.Stats {
	t.Helper()
	sink := &providertest.Recorder{}
	a := newAdapter(t, sink, "BTC-USDT")
	providertest.Feed(t, a, 1, message)
	s := a.Stats()
	providertest.Balanced(t, s)
	if s.Normalised == 0 && len(sink.Take()) != 0 {
		t.Errorf("%s: published and not normalised", message)
	}
	return s
}

func mustFail(t *testing.T, message string) {
	t.Helper()
	if s := outcome(t, message); s.Failed != 1 {
		t.Errorf("%.300s: got %d normalised, %d ignored, %d failed; want failed", message, s.Normalised, s.Ignored, s.Failed)
	}
}

func mustIgnore(t *testing.T, message string) {
	t.Helper()
	if s := outcome(t, message); s.Ignored != 1 {
		t.Errorf("%.300s: got %d normalised, %d ignored, %d failed; want ignored", message, s.Normalised, s.Ignored, s.Failed)
	}
}

func samples() []string {
	return []string{tradeJSON, tickerJSON, bboJSON, books5JSON, snapshot(), updateJSON(5, 6)}
}

func TestDamagedMessagesFail(t *testing.T) {
	for _, m := range samples() {
		for _, damaged := range providertest.Damaged(m) {
			mustFail(t, damaged)
		}
		for _, damaged := range []string{
			strings.Replace(m, `"data":[`, `"data":[[`, 1), strings.Replace(m, `"arg":`, `"arh":`, 1),
		} {
			mustFail(t, damaged)
		}
		for _, element := range []string{"null", "{}"} { // before a good one, which may be published
			a := newAdapter(t, providertest.Discard{}, "BTC-USDT")
			providertest.Feed(t, a, 1, strings.Replace(m, `"data":[`, `"data":[`+element+`,`, 1))
			if s := a.Stats(); s.Failed != 1 {
				t.Errorf("%s before the data of %s: got %+v; want failed", element, m, s)
			}
		}
		head, _, _ := strings.Cut(m, `"data":`)
		for _, data := range []string{`null`, `[]`, `{}`, `[{}]`, `[null]`, `""`} {
			mustFail(t, head+`"data":`+data+"}")
		}
	}
	for _, m := range []string{"ping", "pong ", `{"arg":null}`, `{"arg":{}}`, `{"event":null}`} {
		mustFail(t, m)
	}
}

// keys calls f with a message in which one of the keys of data is another, or its value null.
func keys(message, optional string, f func(changed string)) {
	at := strings.Index(message, `"data":[{`) + 8
	for {
		i := strings.Index(message[at:], `":`)
		if i < 0 {
			return
		}
		end := at + i + 2
		start := strings.LastIndexByte(message[:end-2], '"')
		key := message[start+1 : end-2]
		at = end
		if strings.Contains(optional, " "+key+" ") {
			continue
		}
		f(message[:start+1] + "_" + message[start+1:])
		value := end + strings.IndexAny(message[end:], ",}")
		if message[end] == '[' {
			value = end + strings.Index(message[end:], "]]") + 2
		}
		f(message[:end] + "null" + message[value:])
	}
}

func TestEachKeyIsRequired(t *testing.T) {
	f := func(message, optional string) {
		t.Helper()
		keys(message, optional, func(changed string) { mustFail(t, changed) })
	}
	f(tradeJSON, " count seqId ")
	f(tickerJSON, " instType lastSz open24h sodUtc0 sodUtc8 volCcy24h ")
	f(bboJSON, "")
	f(books5JSON, " instId ")
	f(snapshot(), " checksum ")
	// With a checksum the ids may be missing, but not one of them.
	f(strings.Replace(snapshot(), `"checksum":0`, `"checksum":5`, 1), " checksum ")
	for _, m := range samples() {
		mustFail(t, strings.Replace(m, `"instId":"BTC-USDT"}`, `"instId":null}`, 1))
		mustFail(t, strings.Replace(m, `"channel":"`, `"channel":null,"c":"`, 1))
	}
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
	digits := strings.Repeat("9", 400)
	bad := []string{`"-1"`, `"1e5"`, `"NaN"`, `"+1"`, `" 1"`, `"1."`, `".5"`, `"0x1"`, `"` + digits + `"`, `1.5`, `true`, `{}`, `[]`, `"?"`}
	f(tradeJSON, `"30236"`, append(bad, `""`, `"0"`, `"-0"`)...)
	f(tradeJSON, `"0.0002"`, append(bad, `""`, `"0.000"`)...)
	f(tradeJSON, `"338476307"`, append(bad, `""`, `"18446744073709551616"`, `338476307`)...)
	f(tradeJSON, `"3"`, append(bad, `""`, `"0"`, `"338476308"`, `3`, "\"\xff\"")...)
	f(tradeJSON, `"1652459224818"`, append(bad, `""`, `"9223372036855"`, `1652459224818`)...)
	f(tradeJSON, `"buy"`, `""`, `"BUY"`, `"hold"`, `1`)
	f(tradeJSON, `"tradeId"`, `"TradeID2"`)
	f(tickerJSON, `"30235"`, bad...)
	f(tickerJSON, `"96"`, bad...)
	f(tickerJSON, `"31000"`, bad...)
	f(bboJSON, `"30235"`, append(bad, `""`)...)
	f(bboJSON, `363996337`, "-1", `"1"`, "1.5", "9223372036854775808", digits)
	f(snapshot(), `"10"`, append(bad, `"0"`, `""`)...)
	f(snapshot(), `"seqId":5`, `"seqId":-1`, `"seqId":"5"`, `"seqId":1.5`, `"seqId":9223372036854775808`)
	f(updateJSON(5, 6), `"prevSeqId":5`, `"prevSeqId":-1`, `"prevSeqId":"5"`, `"prevSeqId":1.5`)
	f(snapshot(), `"checksum":0`, `"checksum":2147483648`, `"checksum":-2147483649`, `"checksum":"1"`, `"checksum":1.5`)
	f(snapshot(), `"snapshot"`, `""`, `"SNAPSHOT"`, `null`, `1`)
	// The symbol of the data is that of the subscription.
	f(tradeJSON, `{"instId":"BTC-USDT"`, `{"instId":"ETH-USDT"`, `{"instId":""`)
	f(tickerJSON, `"SPOT","instId":"BTC-USDT"`, `"SPOT","instId":"ETH-USDT"`)
	// The channel is what the first bytes say, also where it is written twice.
	f(tradeJSON, `"trades"`, `"trades","channel":"tickers"`)
}

func TestLevelsHaveFourElements(t *testing.T) {
	for _, m := range []string{snapshot(), bboJSON, books5JSON} {
		good := `["10","1","0","1"]`
		if !strings.Contains(m, good) {
			good = `["30235","96","0","1"]`
		}
		for _, l := range []string{
			`["9.5"]`, `[]`, `["9.5","1"]`, `["9.5","1","0"]`, `["9.5","1","0","1",""]`, `["9.5",null,"0","1"]`,
			`[null,"1","0","1"]`, `null`, `"9.5"`, `{"p":"1"}`, `[["9.5","1","0","1"]]`, `[9.5,1,0,1]`,
		} {
			mustFail(t, strings.Replace(m, good, l, 1))
			mustFail(t, strings.Replace(m, good, good+","+l, 1))
		}
	}
}

func TestNothingIsLeftOfAnEarlierMessage(t *testing.T) {
	a := newAdapter(t, &providertest.Recorder{}, "BTC-USDT")
	providertest.Feed(t, a, 1, samples()...)
	before := a.Stats()
	failed := uint64(0)
	for m, optional := range map[string]string{
		tradeJSON: " count seqId ", tickerJSON: " instType lastSz open24h sodUtc0 sodUtc8 volCcy24h ",
		bboJSON: "", books5JSON: " instId ", snapshot(): " checksum ",
	} {
		keys(m, optional, func(changed string) {
			providertest.Feed(t, a, 1, m, changed) // the same message whole, right before
			failed++
		})
	}
	if s := a.Stats(); s.Failed-before.Failed != failed {
		t.Errorf("%d of %d incomplete messages failed", s.Failed-before.Failed, failed)
	}
}

func TestSeveralTrades(t *testing.T) {
	_, rest, _ := strings.Cut(tradeJSON, "[")
	second := strings.ReplaceAll(strings.TrimSuffix(rest, "]}"), "338476307", "338476310")
	m := strings.Replace(tradeJSON, "}]}", "},"+second+"]}", 1)
	sink := &providertest.Recorder{}
	a := newAdapter(t, sink, "BTC-USDT")
	providertest.Feed(t, a, 1, m)
	want := []string{"TRADE e1 338476305-338476307", "TRADE e1 338476308-338476310"}
	if diff := cmp.Diff(want, sink.Lines()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	providertest.Feed(t, a, 1, strings.Replace(m, `"338476307"`, `"x"`, 1)) // the second one is good
	if diff := cmp.Diff(want[1:], sink.Lines()); diff != "" {
		t.Errorf("events of a message that failed (-want +got):\n%s", diff)
	}
	if s := a.Stats(); s.Normalised != 1 || s.Failed != 1 || s.Trades != 3 {
		t.Errorf("got %+v; want 1 normalised, 1 failed, 3 trades", s)
	}
}

func TestIgnoredByRule(t *testing.T) {
	for _, m := range []string{
		"pong", `{"id":"1","event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"},"connId":"32f4414f"}`,
		`{"event":"unsubscribe","arg":{"channel":"books","instId":"BTC-USDT"},"connId":"32f4414f"}`,
		`{"event":"error","code":"60012","msg":"Invalid request: {}","connId":"32f4414f"}`,
		`{"event":"notice","code":"64008","msg":"The connection will soon be closed.","connId":"32f4414f"}`,
		`{"event":"channel-conn-count","channel":"orders","connCount":"2","connId":"32f4414f"}`,
		`{"arg":{"channel":"funding-rate","instId":"BTC-USD-SWAP"},"data":[{"fundingRate":"0.1"}]}`,
		strings.ReplaceAll(tradeJSON, "BTC-USDT", "ETH-USDT"), strings.ReplaceAll(tickerJSON, "BTC-USDT", "ETH-USDT"),
		strings.ReplaceAll(bboJSON, "BTC-USDT", "ETH-USDT"), strings.ReplaceAll(snapshot(), "BTC-USDT", "ETH-USDT"),
		strings.ReplaceAll(updateJSON(5, 6), "BTC-USDT", "ETH-USDT"),
	} {
		mustIgnore(t, m)
	}
}

func TestInstruments(t *testing.T) {
	sink := &providertest.Recorder{}
	a := newAdapter(t, sink, "BTC-USDT", "ETH-USDT")
	url := newVenue(t, okx.Config{}).InfoURL(nil)
	respond := func(body string) error { return a.Respond(url, []byte(body), 1) }
	body := `{"code":"0","msg":"","data":[{"instId":"BTC-USDT","state":"live","tickSz":"0.1","lotSz":"0.00000001","minSz":"0.00001","lever":""},` +
		`{"instId":"XXX-USDT","state":"preopen"},{"instId":"ETH-USDT","state":"suspend"}]}`
	if err := respond(body); err != nil {
		t.Fatal(err)
	}
	events := sink.Take()
	if len(events) != 2 {
		t.Fatalf("%d events, want 2", len(events))
	}
	want := eventv1.InstrumentStatus{
		Status:         eventv1.TradingStatusTrading,
		PriceIncrement: decimal.MustParse("0.1"), QuantityIncrement: decimal.MustParse("0.00000001"), QuantityMin: decimal.MustParse("0.00001"),
	}
	if got := *events[0].InstrumentStatus(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := events[1].InstrumentStatus().Status; got != eventv1.TradingStatusHalted {
		t.Errorf("got %v, want halted", got)
	}
	for _, bad := range []string{
		"", "{}", `{"code":"0"}`, `{"code":"50011","msg":"Too Many Requests","data":[]}`, `{"data":[]}`,
		strings.Replace(body, `"live"`, `"new"`, 1), strings.Replace(body, `"0.1"`, `"x"`, 1),
	} {
		if respond(bad) == nil {
			t.Errorf("%s was taken", bad)
		}
	}
	if a.Respond("https://www.okx.com/api/v5/market/books?instId=BTC-USDT", []byte(body), 1) == nil {
		t.Error("the answer to a request that is not ours was taken")
	}
}

func FuzzFeed(f *testing.F) {
	providertest.FuzzFeed(f, providertest.FuzzConfig{
		Open: func(t testing.TB) *provider.Adapter {
			a := newAdapter(t, providertest.Discard{}, "BTC-USDT")
			providertest.Feed(t, a, 1, samples()...)
			return a
		},
		Trade: tradeJSON,
		Seeds: append(samples(), "pong", `{"event":"error","code":"60012","msg":"Invalid request","connId":"1"}`),
	})
}
