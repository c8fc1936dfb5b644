package bybit_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/bybit"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

// sample is a good message and the category that sends it.
type sample struct {
	category bybit.Category
	message  string
}

func samples() []sample {
	return []sample{
		{bybit.Spot, tradeJSON}, {bybit.Spot, topJSON}, {bybit.Spot, spotJSON}, {bybit.Linear, linearJSON},
		{bybit.Spot, snapshotJSON}, {bybit.Spot, bookJSON(5, 2)},
	}
}

// one feeds a message and returns the canonical JSON of the one event that it must yield,
// without what every event carries alike.
func one(t *testing.T, s sample) string {
	t.Helper()
	sink := &providertest.Recorder{}
	a := newAdapter(t, bybit.Config{Category: s.category}, sink, "BTC-USDT")
	providertest.Feed(t, a, 5, s.message)
	events := sink.Take()
	if len(events) != 1 {
		t.Fatalf("%s: %d events, want 1; %+v", s.message, len(events), a.Stats())
	}
	ev := events[0]
	if ev.Provider != "bybit" || ev.Symbol != "BTC-USDT" || ev.IngestTime != 5 || ev.EmitTime != 5 || ev.Epoch != 1 || ev.TraceID.IsZero() {
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
	f := func(category bybit.Category, message string, seq uint64, time int64, set func(ev *eventv1.CanonicalEvent)) {
		t.Helper()
		want := eventv1.CanonicalEvent{
			Provider: "bybit", Symbol: "BTC-USDT", Epoch: 1, SeqFirst: seq, SeqLast: seq, ExchangeTime: time,
		}
		set(&want)
		text, err := want.AppendJSON(nil)
		if err != nil {
			t.Fatal(err)
		}
		topic, rest, _ := strings.Cut(strings.TrimPrefix(message, "{"), ",")
		reordered := "{" + strings.TrimSuffix(rest, "}") + "," + topic + "}"
		for _, m := range []string{message, strings.ReplaceAll(message, `,"`, ` , "`), reordered} {
			if diff := cmp.Diff(string(text), one(t, sample{category, m})); diff != "" {
				t.Errorf("%s (-want +got):\n%s", m, diff)
			}
		}
	}
	trade := func(side eventv1.Side) func(ev *eventv1.CanonicalEvent) {
		return func(ev *eventv1.CanonicalEvent) {
			trade := ev.SetTrade()
			trade.TradeID.Set("20f43950-d8dd-5b31-9112-a178eb6023af")
			trade.Side, trade.Price, trade.Quantity = side, d("16578.50"), d("0.001")
		}
	}
	f(bybit.Spot, tradeJSON, 0, 1672304486865e6, trade(eventv1.SideBuy))
	f(bybit.Linear, strings.Replace(tradeJSON, "Buy", "Sell", 1), 0, 1672304486865e6, trade(eventv1.SideSell))
	f(bybit.Spot, topJSON, 113099229623, 1787612486094e6, func(ev *eventv1.CanonicalEvent) {
		top := ev.SetTicker()
		top.BidPrice, top.BidQuantity, top.AskPrice, top.AskQuantity = d("78715"), d("1.271882"), d("78715.1"), d("0.039135")
	})
	f(bybit.Spot, strings.Replace(topJSON, `[["78715","1.271882"]]`, "[]", 1), 113099229623, 1787612486094e6, func(ev *eventv1.CanonicalEvent) {
		top := ev.SetTicker()
		top.AskPrice, top.AskQuantity = d("78715.1"), d("0.039135")
	})
	f(bybit.Spot, spotJSON, 2588407389, 1673853746003e6, func(ev *eventv1.CanonicalEvent) {
		top := ev.SetTicker()
		top.LastPrice, top.High24h, top.Low24h, top.Volume24h = d("21109.77"), d("21426.99"), d("20575"), d("6780.866843")
	})
	f(bybit.Linear, linearJSON, 24987956059, 1673272861686e6, func(ev *eventv1.CanonicalEvent) {
		top := ev.SetTicker()
		top.BidPrice, top.BidQuantity, top.AskPrice, top.AskQuantity = d("17215.50"), d("84.489"), d("17216.00"), d("83.020")
		top.LastPrice, top.High24h, top.Low24h, top.Volume24h = d("17216.00"), d("17281.50"), d("16915.00"), d("91705.276")
	})
	f(bybit.Spot, snapshotJSON, 100, 0, func(ev *eventv1.CanonicalEvent) {
		b := ev.SetBookSnapshot()
		b.Bids = []eventv1.Level{{Price: d("78715"), Quantity: d("1.271882")}, {Price: d("78713.8"), Quantity: d("0.050215")}}
		b.Asks = []eventv1.Level{{Price: d("78715.1"), Quantity: d("0.039135")}, {Price: d("78716.4"), Quantity: d("0.011322")}}
	})
}

func TestTickerDeltas(t *testing.T) {
	sink := &providertest.Recorder{}
	a := newAdapter(t, bybit.Config{Category: bybit.Linear}, sink, "BTC-USDT", "ETH-USDT")
	f := func(message, want string) {
		t.Helper()
		providertest.Feed(t, a, 1, message)
		got := ""
		for _, ev := range sink.Take() {
			k := ev.Ticker()
			got += fmt.Sprintf("%s %s %s %s %s %s", ev.Symbol, k.BidPrice, k.BidQuantity, k.AskPrice, k.AskQuantity, k.LastPrice)
		}
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", message, got, want)
		}
	}
	f(deltaJSON, "") // before its snapshot
	f(linearJSON, "BTC-USDT 17215.50 84.489 17216.00 83.020 17216.00")
	f(strings.ReplaceAll(deltaJSON, "BTC", "ETH"), "")
	f(deltaJSON, "BTC-USDT 17215.50 7.5 17216.50 83.020 17216.00")
	f(strings.Replace(deltaJSON, `"7.5"`, `"-7.5"`, 1), "")
	f(strings.Replace(deltaJSON, `"bid1Size":"7.5"`, `"lastPrice":"17000"`, 1), "BTC-USDT 17215.50 7.5 17216.50 83.020 17000")
	f(linearJSON, "BTC-USDT 17215.50 84.489 17216.00 83.020 17216.00") // nothing of the deltas is left
	a.Disconnected(2)
	f(deltaJSON, "")
	if s := a.Stats(); s.Failed != 1 || s.Ignored != 3 || s.Normalised != 4 {
		t.Errorf("got %d failed, %d ignored, %d normalised; want 1, 3, 4", s.Failed, s.Ignored, s.Normalised)
	}
}

func TestManyTradesInOneMessage(t *testing.T) {
	sink := &providertest.Recorder{}
	a := newAdapter(t, bybit.Config{}, sink, "BTC-USDT")
	providertest.Feed(t, a, 1, tradesJSON(1024))
	if n := len(sink.Take()); n != 1024 {
		t.Errorf("%d trades, want 1024", n)
	}
	// One that is no trade keeps the others not back, and nothing of a message before fills it.
	good := tradesJSON(3)
	for _, old := range []string{`"T":1672304486865,`, `"S":"Buy",`, `"s":"BTCUSDT",`, `"i":"20f43950-d8dd-5b31-9112-a178eb6023af",`} {
		for at := range 3 {
			parts := strings.SplitN(good, old, 4)
			parts[at] += "\x00"
			providertest.Feed(t, a, 2, strings.ReplaceAll(strings.Join(parts, old), "\x00"+old, ""))
		}
	}
	if s := a.Stats(); s.Failed != 12 || len(sink.Take()) != 24 || s.Normalised != 1 {
		t.Errorf("got %+v, want 12 failed, each with two good trades", s)
	}
	providertest.Feed(t, a, 3, good)
	if n := len(sink.Take()); n != 3 {
		t.Errorf("%d trades after the faults, want 3", n)
	}
}

// TestTradesWithoutPool has one event for many trades, and a sink that keeps it.
func TestTradesWithoutPool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pools := eventv1.NewPools(eventv1.PoolsConfig{CanonicalEvent: eventv1.PoolConfig{Capacity: 1}})
		sink := &keeper{}
		a, err := provider.NewAdapter(newVenue(t, bybit.Config{}), provider.Config{
			Name: "bybit", Symbols: []string{"BTC-USDT"}, Pools: pools, Sink: sink, Seed: 1,
		})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		providertest.Feed(t, a, 1, tradesJSON(1024))
		if d := time.Since(start); d != 100*time.Millisecond {
			t.Errorf("the socket waited %v, want for one Get", d)
		}
		if s := a.Stats(); s.Failed != 1 || s.Trades != 1 || s.Exhausted != 1 {
			t.Errorf("got %+v, want one trade, and one failed frame for want of events", s)
		}
		for _, lease := range sink.leases {
			lease.Put()
		}
	})
}

// keeper is a Sink that keeps what it is given.
type keeper struct{ leases []eventv1.CanonicalEventLease }

func (k *keeper) Publish(lease eventv1.CanonicalEventLease) { k.leases = append(k.leases, lease) }

func TestKeysDifferByCaseOnly(t *testing.T) {
	f := func(message, before string, extras ...string) {
		t.Helper()
		want := one(t, sample{bybit.Spot, message})
		for _, extra := range extras {
			key, _, _ := strings.Cut(extra, ":")
			first := strings.Replace(message, before, before+extra+",", 1)
			last := strings.Replace(message, before, before, 1)
			end := strings.LastIndex(last, "}]}")
			if end < 0 {
				end = strings.LastIndex(last, `},"cts"`)
			}
			last = last[:end] + "," + extra + last[end:]
			for _, m := range []string{first, last} {
				if got := one(t, sample{bybit.Spot, m}); got != want {
					t.Errorf("%s in %s\n got %s\nwant %s", key, m, got, want)
				}
			}
		}
	}
	f(tradeJSON, `"data":[{`, `"t":1`, `"V":"9"`, `"P":"9"`, `"I":"9"`, `"V":true`, `"P":7`)
	f(topJSON, `"data":{`, `"S":"ETHUSDT"`, `"B":[]`, `"A":[["1","1"]]`, `"U":7`, `"S":7`)
}

// outcome feeds one message to a fresh adapter.
func outcome(t *testing.T, s sample) provider.Stats {
	t.Helper()
	sink := &providertest.Recorder{}
	a := newAdapter(t, bybit.Config{Category: s.category}, sink, "BTC-USDT")
	providertest.Feed(t, a, 1, s.message)
	stats := a.Stats()
	providertest.Balanced(t, stats)
	if stats.Normalised == 0 && len(sink.Take()) != 0 {
		t.Errorf("%s: published and not normalised", s.message)
	}
	return stats
}

func mustFail(t *testing.T, s sample) {
	t.Helper()
	if got := outcome(t, s); got.Failed != 1 {
		t.Errorf("%.300s: got %d normalised, %d ignored, %d failed; want failed", s.message, got.Normalised, got.Ignored, got.Failed)
	}
}

func mustIgnore(t *testing.T, message string) {
	t.Helper()
	if got := outcome(t, sample{bybit.Spot, message}); got.Ignored != 1 {
		t.Errorf("%.300s: got %d normalised, %d ignored, %d failed; want ignored", message, got.Normalised, got.Ignored, got.Failed)
	}
}

func TestDamagedMessagesFail(t *testing.T) {
	for _, s := range samples() {
		m := s.message
		for _, damaged := range providertest.Damaged(m) {
			mustFail(t, sample{s.category, damaged})
		}
		for _, damaged := range []string{
			strings.Replace(m, `"data":`, `"data":[`, 1), strings.Replace(m, `"data":`, `"data":[],"_":[`, 1), strings.Replace(m, `"data":`, `"data":7,"_":`, 1),
		} {
			mustFail(t, sample{s.category, damaged})
		}
	}
	for _, m := range []string{
		`{"topic":""}`, `{"topic":"tickers.BTCUSDT"}`, `{"topic":"publicTrade.BTCUSDT","data":null}`,
		`{"success":true}`, `{"success":false,"ret_msg":"no","op":""}`, `{"success":false,"ret_msg":"no","op":"ping"}`,
	} {
		mustFail(t, sample{bybit.Spot, m})
	}
}

func TestEachKeyIsRequired(t *testing.T) {
	f := func(category bybit.Category, message string, keys ...string) {
		t.Helper()
		for _, key := range keys {
			i := strings.Index(message, `"`+key+`":`)
			if i < 0 {
				t.Fatalf("%s lacks %s", message, key)
			}
			at := i + len(key) + 3
			mustFail(t, sample{category, message[:i+1] + "_" + message[i+1:]}) // an unknown key in its place
			end := at + strings.IndexAny(message[at:], ",}")
			if message[at] == '[' {
				end = at + strings.Index(message[at:], "]]") + 2
			}
			mustFail(t, sample{category, message[:at] + "null" + message[end:]})
		}
	}
	f(bybit.Spot, tradeJSON, "topic", "type", "T", "s", "S", "v", "p", "i")
	f(bybit.Spot, topJSON, "topic", "type", "s", "b", "a", "u", "seq", "cts")
	f(bybit.Spot, snapshotJSON, "topic", "type", "s", "b", "a", "u", "seq", "cts")
	f(bybit.Spot, bookJSON(5, 2), "topic", "type", "s", "b", "a", "u", "seq", "cts")
	f(bybit.Spot, spotJSON, "topic", "type", "symbol", "ts", "cs", "lastPrice")
	f(bybit.Linear, linearJSON, "topic", "type", "symbol", "ts", "cs", "lastPrice", "bid1Price", "bid1Size", "ask1Price", "ask1Size")
}

func TestImpossibleValuesFail(t *testing.T) {
	f := func(category bybit.Category, message, old string, values ...string) {
		t.Helper()
		if !strings.Contains(message, old) {
			t.Fatalf("%s lacks %s", message, old)
		}
		for _, v := range values {
			mustFail(t, sample{category, strings.Replace(message, old, v, 1)})
		}
	}
	digits := strings.Repeat("9", 400)
	bad := []string{`""`, `"-1"`, `"1e5"`, `"NaN"`, `"+1"`, `" 1"`, `"1."`, `".5"`, `"0x1"`, `"` + digits + `"`, `1.5`, `true`, `{}`, `[]`}
	f(bybit.Spot, tradeJSON, `"16578.50"`, append(bad, `"0"`, `"-0"`)...)
	f(bybit.Spot, tradeJSON, `"0.001"`, append(bad, `"0.000"`)...)
	f(bybit.Spot, tradeJSON, `"Buy"`, `"buy"`, `"None"`, `1`)
	f(bybit.Spot, tradeJSON, `"20f43950-`, `"x20f43950-`, "\"\xff0f43950-")
	f(bybit.Spot, tradeJSON, `"snapshot"`, `"delta"`)
	f(bybit.Spot, tradeJSON, `"s":"BTCUSDT"`, `"s":"ETHUSDT"`, `"s":"BTC\ud800USDT"`, `"s":7`)
	f(bybit.Spot, topJSON, `"1.271882"`, bad...)
	f(bybit.Spot, topJSON, `["78715","1.271882"]`, `["78715"]`, `[]`, `["78715","1","2"]`, `["78715",null]`, `[null,"1"]`, `null`, `["78715","1"],["78714","1"]`)
	f(bybit.Spot, topJSON, `"snapshot"`, `"delta"`)
	f(bybit.Spot, snapshotJSON, `["78713.8","0.050215"]`, `["78713.8"]`, `[]`, `["78713.8","1","2"]`, `["78713.8","1",""]`, `["78713.8",null]`, `null`, `"78713.8"`, `{"p":"1"}`, `[78713.8,1]`)
	f(bybit.Spot, snapshotJSON, `"78715"`, append(bad, `"0"`)...)
	f(bybit.Spot, snapshotJSON, `"snapshot"`, `"update"`)
	f(bybit.Linear, linearJSON, `"84.489"`, bad...)
	f(bybit.Linear, linearJSON, `"91705.276"`, `"-1"`, `"1e5"`, `1.5`)
	f(bybit.Linear, linearJSON, `"symbol":"BTCUSDT"`, `"symbol":"ETHUSDT"`)
	f(bybit.Spot, spotJSON, `"snapshot"`, `"delta"`) // spot sends none
	numbers := []string{"-1", "1.5", "1e3", `"1"`, "9223372036854775808", digits}
	f(bybit.Spot, tradeJSON, "1672304486865", append(numbers, "0", "9223372036855")...)
	f(bybit.Spot, snapshotJSON, "1787612486094", append(numbers, "9223372036855")...)
	f(bybit.Spot, snapshotJSON, `"u":100`, `"u":-1`, `"u":"5"`, `"u":9223372036854775808`)
}

func TestIgnoredByRule(t *testing.T) {
	for _, m := range []string{
		`{"success":true,"ret_msg":"subscribe","conn_id":"x","op":"subscribe"}`,
		`{"success":true,"ret_msg":"","conn_id":"x","req_id":"1","op":"subscribe"}`,
		`{"success":false,"ret_msg":"Invalid topic: x","conn_id":"x","req_id":"7","op":"subscribe"}`,
		`{"success":true,"ret_msg":"pong","conn_id":"x","op":"ping"}`,
		`{"req_id":"","op":"pong","args":["1672916271846"],"conn_id":"x"}`,
		strings.Replace(snapshotJSON, "orderbook.50.", "orderbook.200.", 1), // another depth
		`{"topic":"liquidation.BTCUSDT","type":"snapshot","data":{}}`,
		`{"topic":"kline.1.BTCUSDT","type":"snapshot","data":[]}`,
		strings.ReplaceAll(tradeJSON, "BTCUSDT", "ETHUSDT"),
		strings.ReplaceAll(topJSON, "BTCUSDT", "ETHUSDT"),
		strings.ReplaceAll(snapshotJSON, "BTCUSDT", "ETHUSDT"),
	} {
		mustIgnore(t, m)
	}
}

func FuzzFeed(f *testing.F) {
	seeds := []string{deltaJSON, tradesJSON(3), `{"success":true,"ret_msg":"pong","conn_id":"x","op":"ping"}`}
	for _, s := range samples() {
		seeds = append(seeds, s.message)
	}
	providertest.FuzzFeed(f, providertest.FuzzConfig{
		Open: func(t testing.TB) *provider.Adapter {
			a := newAdapter(t, bybit.Config{Category: bybit.Linear}, &providertest.Recorder{}, "BTC-USDT")
			providertest.Feed(t, a, 1, snapshotJSON)
			return a
		},
		Trade: tradeJSON,
		Seeds: seeds,
	})
}
