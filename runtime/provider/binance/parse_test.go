package binance_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

// one feeds a message and returns the canonical JSON of the one event that it must yield,
// without what every event carries alike.
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
	if ev.Provider != "binance" || ev.Symbol != "BTC-USDT" || ev.IngestTime != 5 || ev.EmitTime != 5 || ev.Epoch != 1 || ev.TraceID.IsZero() {
		t.Errorf("header of %+v", ev)
	}
	ev.TraceID, ev.IngestTime, ev.EmitTime = eventv1.TraceID{}, 0, 0
	text, err := ev.AppendJSON(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEvents(t *testing.T) {
	d := decimal.MustParse
	f := func(message string, seqFirst, seqLast uint64, time int64, set func(ev *eventv1.CanonicalEvent)) {
		t.Helper()
		want := eventv1.CanonicalEvent{
			Provider: "binance", Symbol: "BTC-USDT", Epoch: 1, SeqFirst: seqFirst, SeqLast: seqLast, ExchangeTime: time,
		}
		set(&want)
		text, err := want.AppendJSON(nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range []string{message, data(message), strings.ReplaceAll(message, `,"`, ` , "`), reordered(message)} {
			if diff := cmp.Diff(string(text), one(t, m)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", m, diff)
			}
		}
	}
	f(tradeJSON, 3735683259, 3735683259, 1723161255342e6, func(ev *eventv1.CanonicalEvent) {
		trade := ev.SetTrade()
		trade.TradeID.SetUint(3735683259)
		trade.Side, trade.Price, trade.Quantity = eventv1.SideBuy, d("61837.63000000"), d("0.02000000")
	})
	f(aggTradeJSON, 100, 105, 1723161255342e6, func(ev *eventv1.CanonicalEvent) {
		trade := ev.SetTrade()
		trade.TradeID.SetUint(26129)
		trade.Side, trade.Price, trade.Quantity = eventv1.SideSell, d("61837.63000000"), d("0.02000000")
	})
	f(topJSON, 50093239212, 50093239212, 0, func(ev *eventv1.CanonicalEvent) {
		top := ev.SetTicker()
		top.BidPrice, top.BidQuantity = d("61837.63000000"), d("3.78826000")
		top.AskPrice, top.AskQuantity = d("61837.64000000"), d("1.54698000")
	})
	f(klineJSON, 0, 0, 1672515782136e6, func(ev *eventv1.CanonicalEvent) {
		k := ev.SetKline()
		k.Interval, k.OpenTime, k.CloseTime = eventv1.KlineIntervalM1, 1672515780000e6, 1672515839999e6
		k.Open, k.High, k.Low, k.Close = d("0.0010"), d("0.0025"), d("0.0015"), d("0.0020")
		k.Volume, k.QuoteVolume, k.TradeCount = d("1000"), d("1.0000"), 100
	})
}

// reordered is a combined message with its wrapper the other way round.
func reordered(message string) string {
	stream, _, _ := strings.Cut(strings.TrimPrefix(message, `{"stream":"`), `"`)
	return fmt.Sprintf(`{"data":%s,"stream":%q}`, data(message), stream)
}

func TestKeysDifferByCaseOnly(t *testing.T) {
	// Every key of the other case, before and after its twin: neither may win.
	for _, extra := range []string{`"B":true`, `"M":true`, `"P":"9"`, `"Q":"9"`, `"S":"ETHUSDT"`, `"S":7`} {
		for _, m := range []string{
			strings.Replace(data(tradeJSON), `"s":`, extra+`,"s":`, 1),
			strings.TrimSuffix(data(tradeJSON), "}") + "," + extra + "}",
		} {
			if got, want := one(t, m), one(t, data(tradeJSON)); got != want {
				t.Errorf("%s\n got %s\nwant %s", m, got, want)
			}
		}
	}
	m := `{"stream":"btcusdt@bookTicker","data":{"A":"4","a":"3","B":"2","b":"1","S":"X","s":"BTCUSDT","U":1,"u":9}}`
	want := strings.NewReplacer("61837.63000000", "1", "3.78826000", "2", "61837.64000000", "3", "1.54698000", "4", "50093239212", "9").Replace(one(t, topJSON))
	if got := one(t, m); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
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
	return []string{tradeJSON, aggTradeJSON, topJSON, klineJSON, depthJSON(5, 7, 2), `{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}}`}
}

func TestDamagedMessagesFail(t *testing.T) {
	for _, m := range samples() {
		for _, damaged := range providertest.Damaged(m) {
			mustFail(t, damaged)
		}
		mustFail(t, strings.Replace(m, `"data":{`, `"data":[{`, 1))
	}
	for _, m := range []string{`{"stream":"btcusdt@trade"}`, `{"stream":"btcusdt@trade","data":null}`, `{"id":null}`} {
		mustFail(t, m)
	}
}

func TestEachKeyIsRequired(t *testing.T) {
	f := func(message string, optional string) {
		t.Helper()
		payload := data(message)
		keys := strings.Count(payload, `":`)
		if keys < 6 {
			t.Fatalf("%s has %d keys", message, keys)
		}
		for at := 0; ; {
			i := strings.Index(payload[at:], `":`)
			if i < 0 {
				return
			}
			i += at
			at = i + 2
			key := payload[i-1 : i]
			if strings.Contains(optional, key) || payload[at] == '{' {
				continue
			}
			mustFail(t, payload[:i-1]+"_"+payload[i:]) // an unknown key in its place
			end := at + strings.IndexAny(payload[at:], ",}")
			if payload[at] == '[' {
				end = at + strings.Index(payload[at:], "]]") + 2
			}
			mustFail(t, payload[:at]+"null"+payload[end:])
		}
	}
	f(tradeJSON, "M")
	f(aggTradeJSON, "M")
	f(topJSON, "")
	f(depthJSON(5, 7, 2), "")
	// s of the bar repeats s; the rest is not read.
	f(strings.Replace(klineJSON, `"s":"BTCUSDT","i"`, `"i"`, 1), "fLVQB")
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
	bad := []string{`""`, `"-1"`, `"1e5"`, `"NaN"`, `"+1"`, `" 1"`, `"1."`, `".5"`, `"0x1"`, `"` + digits + `"`, `1.5`, `true`, `{}`, `[]`}
	f(tradeJSON, `"61837.63000000"`, append(bad, `"0"`, `"-0"`)...)
	f(tradeJSON, `"0.02000000"`, append(bad, `"0.000"`)...)
	f(topJSON, `"3.78826000"`, bad...)
	f(klineJSON, `"0.0025"`, bad...)
	f(depthJSON(5, 7, 2), `"61830.50000000"`, append(bad, `"0"`)...)
	f(depthJSON(5, 7, 2), `"6.25000000"`, bad...)
	numbers := []string{"-1", "1.5", "1e3", `"1"`, "9223372036854775808", "18446744073709551616", digits}
	f(tradeJSON, "3735683259", numbers...)
	f(tradeJSON, "1723161255342", append(numbers, "9223372036855")...)
	f(depthJSON(5, 7, 2), `"U":5`, `"U":8`, `"U":-1`, `"U":"5"`, `"U":9223372036854775808`)
	f(topJSON, "50093239212", numbers...)
	f(klineJSON, `"1m"`, `"1y"`, `""`, `"1M "`, `1`)
	f(klineJSON, `"T":1672515839999`, `"T":1`)
	f(tradeJSON, `"m":false`, `"m":0`, `"m":"false"`, `"m":null`, `"n":false`)
	f(tradeJSON, `"e":"trade"`, `"e":"kline"`, `"e":""`)
	f(aggTradeJSON, `"f":100`, `"f":106`)
	f(tradeJSON, `"s":"BTCUSDT"`, `"s":""`, `"s":"BTC\ud800USDT"`, "\"s\":\"BTC\xffUSDT\"", `"s":7`)
}

func TestLevelsHaveTwoElements(t *testing.T) {
	m := depthJSON(5, 7, 2)
	good := `["61830.50000000","6.25000000"]`
	for _, l := range []string{
		`["61830.5"]`, `[]`, `["61830.5","1","2"]`, `["61830.5","1",""]`, `["61830.5","1",null]`, `["61830.5",null]`,
		`[null,"1"]`, `null`, `"61830.5"`, `{"p":"1"}`, `[["61830.5","1"]]`, `[61830.5,1]`,
	} {
		mustFail(t, strings.Replace(m, good, l, 1))
		mustFail(t, strings.Replace(m, good, good+","+l, 1))
	}
}

func TestNothingIsLeftOfAnEarlierMessage(t *testing.T) {
	sink := &providertest.Recorder{}
	a := live(t, sink)
	sink.Take()
	providertest.Feed(t, a, 2, depthJSON(101, 101, 20))
	providertest.Feed(t, a, 3, strings.Replace(depthJSON(102, 102, 2), `"6.25000000"`, "null", 1))
	providertest.Feed(t, a, 3, strings.Replace(depthJSON(102, 102, 2), `"a":`, `"c":`, 1))
	providertest.Feed(t, a, 4, fmt.Sprintf(depthFormat, 102, 102, "", `["61850","1"]`))
	events := sink.Take()
	if s := a.Stats(); s.Failed != 2 || s.Gaps != 0 || len(events) != 2 {
		t.Fatalf("%d events, %+v", len(events), s)
	}
	if u := events[1].BookUpdate(); len(u.Bids) != 0 || len(u.Asks) != 1 || u.Asks[0].Price.String() != "61850" {
		t.Errorf("got %+v, want one ask", u)
	}
}

func TestIgnoredByRule(t *testing.T) {
	for _, m := range []string{
		`{"result":null,"id":1}`, `{"id":1,"result":["btcusdt@trade"]}`, `{"result":null,"id":null}`, `{"result":null,"id":"x"}`,
		`{"code":2,"msg":"Invalid request: unknown variant"}`, `{"error":{"code":2,"msg":"no"},"id":3}`,
		`{"stream":"btcusdt@miniTicker","data":{"e":"24hrMiniTicker","s":"BTCUSDT"}}`,
		`{"stream":"btcusdt@depth20","data":{"lastUpdateId":1,"bids":[],"asks":[]}}`,
		`{"e":"newThing","s":"BTCUSDT","x":{}}`,
		strings.ReplaceAll(tradeJSON, "BTCUSDT", "ETHUSDT"),
		strings.ReplaceAll(topJSON, "BTCUSDT", "ETHUSDT"),
		strings.ReplaceAll(depthJSON(1, 2, 1), "BTCUSDT", "ETHUSDT"),
		`{"e":"serverShutdown","E":1770123456789}`,
	} {
		mustIgnore(t, m)
	}
}

func TestFailedFramesAreReported(t *testing.T) {
	var reasons []string
	a, err := provider.NewAdapter(newVenue(t, config()), provider.Config{
		Name: "binance", Symbols: []string{"BTC-USDT"}, Pools: providertest.NewPools(t), Sink: providertest.Discard{},
		OnFailed: func(raw *eventv1.ProviderRaw, reason error) {
			reasons = append(reasons, fmt.Sprintf("%d %s %s: %v", raw.FrameSeq, raw.Symbol, raw.Data.Bytes(), reason))
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	providertest.Feed(t, a, 1, topJSON)
	providertest.Feed(t, a, 2, `{"e":"trade"`)
	bad := strings.Replace(data(tradeJSON), "61837.63000000", "-1", 1)
	providertest.Feed(t, a, 3, bad)
	if len(reasons) != 2 || !strings.HasPrefix(reasons[0], `2  {"e":"trade": `) || !strings.HasPrefix(reasons[1], "3 BTC-USDT "+bad) {
		t.Errorf("got %q", reasons)
	}
}

func TestSymbolsAreDerived(t *testing.T) {
	sink := &providertest.Recorder{}
	a := newAdapter(t, sink)
	f := func(native, want string) {
		t.Helper()
		providertest.Feed(t, a, 1, strings.ReplaceAll(topJSON, "BTCUSDT", native))
		events := sink.Take()
		if want == "" {
			if len(events) != 0 {
				t.Errorf("%q became %q", native, events[0].Symbol)
			}
			return
		}
		if len(events) != 1 || events[0].Symbol != want {
			t.Errorf("%s: got %v, want %s", native, events, want)
		}
	}
	f("BTCUSDT", "BTC-USDT")
	f("ETHBTC", "ETH-BTC")
	f("BTCFDUSD", "BTC-FDUSD")
	f("RUNEEUR", "RUNE-EUR")
	f("1000SATSUSDT", "1000SATS-USDT")
	f("USDT", "")
	f("btcusdt", "")
	f("FOOBAR", "")
	f("BTC-USDT", "")
	providertest.Balanced(t, a.Stats())
}

func FuzzFeed(f *testing.F) {
	seeds := []string{snapshotJSON, `{"result":null,"id":1}`}
	for _, m := range samples() {
		seeds = append(seeds, m, data(m))
	}
	providertest.FuzzFeed(f, providertest.FuzzConfig{
		Open:  func(t testing.TB) *provider.Adapter { return live(t, &providertest.Recorder{}) },
		Trade: tradeJSON,
		Seeds: seeds,
	})
}
