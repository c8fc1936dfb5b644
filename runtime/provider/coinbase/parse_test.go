package coinbase_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/coinbase"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

// Messages as the venue sends them, without a number: 9 is the number of the snapshot's frame.
const (
	tradeJSON     = `{"channel":"market_trades","timestamp":"2026-08-24T22:34:13.813164957Z","sequence_num":10,"events":[{"type":"update","trades":[{"trade_id":"881613","product_id":"BTC-USD","price":"78856.05","size":"0.04","side":"SELL","time":"2026-08-24T22:34:13.244075Z"}]}]}`
	tickerJSON    = `{"channel":"ticker","timestamp":"2026-08-24T22:34:13.81316495Z","sequence_num":10,"events":[{"type":"update","tickers":[{"type":"ticker","product_id":"BTC-USD","price":"78856.05","volume_24_h":"94381.28","low_24_h":"77000.1","high_24_h":"79000.55","low_52_w":"1","high_52_w":"2","price_percent_chg_24_h":"-1.2","best_bid":"78856.05","best_bid_quantity":"0.0476177","best_ask":"78856.06","best_ask_quantity":"0.08011579"}]}]}`
	snapshotJSON  = `{"channel":"l2_data","timestamp":"2026-08-24T22:34:13.793075885Z","sequence_num":9,"events":[{"type":"snapshot","product_id":"BTC-USD","updates":[{"side":"bid","event_time":"2026-08-24T22:34:13.483122Z","price_level":"78856.05","new_quantity":"0.0476177"},{"side":"offer","event_time":"2026-08-24T22:34:13.483122Z","price_level":"78856.06","new_quantity":"1.5"}]}]}`
	updateJSON    = `{"channel":"l2_data","timestamp":"2026-08-24T22:34:13.813365299Z","sequence_num":10,"events":[{"type":"update","product_id":"BTC-USD","updates":[{"side":"bid","event_time":"2026-08-24T22:34:13.592233Z","price_level":"78856.04","new_quantity":"0.04868907"},{"side":"offer","event_time":"2026-08-24T22:34:13.592233Z","price_level":"78857.00","new_quantity":"0"}]}]}`
	emptyJSON     = `{"channel":"l2_data","timestamp":"2026-08-24T22:34:13.813164957Z","sequence_num":10,"events":[{"type":"update","product_id":"BTC-USD","updates":[]}]}`
	ackJSON       = `{"channel":"subscriptions","timestamp":"2026-08-24T22:34:13.813379359Z","sequence_num":10,"events":[{"subscriptions":{"level2":["BTC-USD"]}}]}`
	heartbeatJSON = `{"channel":"heartbeats","timestamp":"2026-08-24T22:34:13.813379359Z","sequence_num":10,"events":[{"current_time":"2026-08-24 22:34:13.8 +0000 UTC m=+1.2","heartbeat_counter":3049}]}`
)

// numbered is a message with another sequence number.
func numbered(message string, n int) string {
	return strings.NewReplacer(`"sequence_num":10,`, fmt.Sprintf(`"sequence_num":%d,`, n),
		`"sequence_num":9,`, fmt.Sprintf(`"sequence_num":%d,`, n)).Replace(message)
}

// one feeds a message and returns the canonical JSON of the one event that it must yield,
// without what every event carries alike.
func one(t *testing.T, before, message string) string {
	t.Helper()
	sink := &providertest.Recorder{}
	a := newAdapter(t, coinbase.Config{}, sink, "BTC-USD")
	providertest.Feed(t, a, 5, before)
	sink.Take()
	providertest.Feed(t, a, 5, message)
	events := sink.Take()
	if len(events) != 1 {
		t.Fatalf("%s: %d events, want 1; %+v", message, len(events), a.Stats())
	}
	ev := events[0]
	if ev.Provider != "coinbase" || ev.Symbol != "BTC-USD" || ev.IngestTime != 5 || ev.EmitTime != 5 || ev.Epoch != 1 || ev.TraceID.IsZero() {
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
	f := func(before, message string, first, last uint64, time int64, set func(ev *eventv1.CanonicalEvent)) {
		t.Helper()
		want := eventv1.CanonicalEvent{
			Provider: "coinbase", Symbol: "BTC-USD", Epoch: 1, SeqFirst: first, SeqLast: last, ExchangeTime: time,
		}
		set(&want)
		channel, rest, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(message, "{"), "}"), ",")
		for _, m := range []string{
			message, strings.ReplaceAll(message, `,"`, ` , "`), strings.ReplaceAll(message, `":`, `" : `),
			"{" + rest + "," + channel + "}", strings.Replace(message, `{"ch`, `{"client_id":"","ch`, 1),
		} {
			if diff := cmp.Diff(text(t, &want), one(t, before, m)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", m, diff)
			}
		}
	}
	f(heartbeatJSON, numbered(tradeJSON, 11), 881613, 881613, 1787610853244075e3, func(ev *eventv1.CanonicalEvent) {
		trade := ev.SetTrade()
		trade.TradeID.SetUint(881613)
		trade.Side, trade.Price, trade.Quantity = eventv1.SideBuy, d("78856.05"), d("0.04")
	})
	f(heartbeatJSON, numbered(strings.Replace(tradeJSON, "SELL", "BUY", 1), 11), 881613, 881613, 1787610853244075e3, func(ev *eventv1.CanonicalEvent) {
		trade := ev.SetTrade()
		trade.TradeID.SetUint(881613)
		trade.Side, trade.Price, trade.Quantity = eventv1.SideSell, d("78856.05"), d("0.04")
	})
	ticker := func(bidQuantity, askQuantity string) func(ev *eventv1.CanonicalEvent) {
		return func(ev *eventv1.CanonicalEvent) {
			top := ev.SetTicker()
			top.BidPrice, top.BidQuantity = d("78856.05"), d(bidQuantity)
			top.AskPrice, top.AskQuantity = d("78856.06"), d(askQuantity)
			top.LastPrice, top.High24h, top.Low24h, top.Volume24h = d("78856.05"), d("79000.55"), d("77000.1"), d("94381.28")
		}
	}
	f(heartbeatJSON, numbered(tickerJSON, 11), 0, 0, 1787610853813164950, ticker("0.0476177", "0.08011579"))
	without := strings.NewReplacer(`,"best_bid_quantity":"0.0476177"`, "", `,"best_ask_quantity":"0.08011579"`, "")
	f(heartbeatJSON, numbered(without.Replace(tickerJSON), 11), 0, 0, 1787610853813164950, ticker("0", "0"))
	// Books are numbered from 1; an update covers the frames since the last of its book.
	f(ackJSON, numbered(snapshotJSON, 11), 12, 12, 0, func(ev *eventv1.CanonicalEvent) {
		s := ev.SetBookSnapshot()
		s.Bids = append(s.Bids, eventv1.Level{Price: d("78856.05"), Quantity: d("0.0476177")})
		s.Asks = append(s.Asks, eventv1.Level{Price: d("78856.06"), Quantity: d("1.5")})
	})
	f(snapshotJSON, updateJSON, 11, 11, 1787610853813365299, func(ev *eventv1.CanonicalEvent) {
		u := ev.SetBookUpdate()
		u.Bids = append(u.Bids, eventv1.Level{Price: d("78856.04"), Quantity: d("0.04868907")})
		u.Asks = append(u.Asks, eventv1.Level{Price: d("78857.00"), Quantity: d("0")}) // of a level that never was
	})
	f(snapshotJSON, emptyJSON, 11, 11, 1787610853813164957, func(ev *eventv1.CanonicalEvent) { ev.SetBookUpdate() })
}

func TestUpdateCoversTheFramesBetween(t *testing.T) {
	sink := &providertest.Recorder{}
	a := newAdapter(t, coinbase.Config{}, sink, "BTC-USD")
	providertest.Feed(t, a, 5, snapshotJSON, numbered(heartbeatJSON, 10), numbered(tradeJSON, 11), numbered(ackJSON, 12), numbered(updateJSON, 13))
	events := sink.Take()
	if ev := events[len(events)-1]; ev.SeqFirst != 11 || ev.SeqLast != 14 || a.Stats().Gaps != 0 {
		t.Errorf("update covers %d to %d, want 11 to 14; %+v", ev.SeqFirst, ev.SeqLast, a.Stats())
	}
}

func TestEveryFrameCounts(t *testing.T) {
	between := []string{
		heartbeatJSON, ackJSON, tradeJSON, tickerJSON, emptyJSON, strings.ReplaceAll(updateJSON, "BTC-USD", "ETH-USD"),
		strings.ReplaceAll(tradeJSON, "BTC-USD", "ETH-USD"), strings.Replace(heartbeatJSON, "heartbeats", "candles", 1),
		strings.Replace(tradeJSON, `"0.04"`, `"-1"`, 1), strings.Replace(tradeJSON, `"0.04"`, `4`, 1), // failed, but its number is known
	}
	for _, m := range between {
		a := newAdapter(t, coinbase.Config{}, providertest.Discard{}, "BTC-USD")
		providertest.Feed(t, a, 5, snapshotJSON, m, numbered(updateJSON, 11))
		if s := a.Stats(); s.Gaps != 0 || s.BookUpdates == 0 {
			t.Errorf("%s was not counted: %+v", m, s)
		}
		a = newAdapter(t, coinbase.Config{}, providertest.Discard{}, "BTC-USD")
		providertest.Feed(t, a, 5, snapshotJSON, numbered(m, 11))
		if s := a.Stats(); s.Gaps != 1 {
			t.Errorf("%s after a hole: %+v", m, s)
		}
	}
	a := newAdapter(t, coinbase.Config{}, providertest.Discard{}, "BTC-USD")
	providertest.Feed(t, a, 5, snapshotJSON, `{"type":"error","message":"authentication failure"}`, updateJSON) // errors have no number
	if s := a.Stats(); s.Gaps != 0 || s.BookUpdates != 1 || s.Ignored != 1 {
		t.Errorf("an error was counted: %+v", s)
	}
}

func TestTradesAreHandedOnOldestFirst(t *testing.T) {
	sink := &providertest.Recorder{}
	a := newAdapter(t, coinbase.Config{}, sink, "BTC-USD")
	element := tradeJSON[strings.Index(tradeJSON, `{"trade_id`) : len(tradeJSON)-len("]}]}")]
	list := func(elements ...string) string {
		return strings.Replace(tradeJSON, element, strings.Join(elements, ","), 1)
	}
	of := func(id string) string { return strings.Replace(element, "881613", id, 1) }
	f := func(message string, failed uint64, want ...uint64) {
		t.Helper()
		before := a.Stats().Failed
		providertest.Feed(t, a, 5, message)
		var got []uint64
		for _, ev := range sink.Take() {
			got = append(got, ev.SeqLast)
		}
		if diff := cmp.Diff(want, got); diff != "" || a.Stats().Failed-before != failed {
			t.Errorf("%s: %d failed, trades (-want +got):\n%s", message, a.Stats().Failed-before, diff)
		}
		a.Disconnected(5) // the next message may have the same number
	}
	f(list(of("13"), of("12"), of("11")), 0, 11, 12, 13)
	f(list(of("13"), strings.Replace(of("12"), "BTC-USD", "FOO-USD", 1), of("11")), 0, 11, 13)
	f(list(of("13"), strings.Replace(of("12"), "78856.05", "0", 1), of("11")), 1, 11, 13)
	f(list(of("13"), `{"trade_id":"12","product_id":"BTC-USD"}`), 1, 13) // nothing is left of the one before
	f(list(of("13"), `null`), 1, 13)
	f(strings.Replace(list(of("13"), of("12")), "update", "snapshot", 1), 0)
	f(list(), 0)
}

func TestSeveralBooksInAFrame(t *testing.T) {
	a := newAdapter(t, coinbase.Config{}, providertest.Discard{}, "BTC-USD", "ETH-USD")
	book := snapshotJSON[strings.Index(snapshotJSON, `{"type":"snapshot`) : len(snapshotJSON)-len("]}")]
	eth := strings.ReplaceAll(book, "BTC-USD", "ETH-USD")
	foreign := strings.ReplaceAll(book, "BTC-USD", "FOO-USD")
	// FOO's best bid would cross the others.
	foreign = strings.Replace(foreign, "78856.05", "88856.05", 1)
	providertest.Feed(t, a, 5, strings.Replace(snapshotJSON, book, foreign+","+book+","+eth, 1))
	if s := a.Stats(); s.BookSnapshots != 2 || s.SnapshotsFailed != 0 || s.Failed != 0 {
		t.Fatalf("got %+v; want 2 books", s)
	}
	// One that can't be read costs its book, not the other.
	update := updateJSON[strings.Index(updateJSON, `{"type":"update`) : len(updateJSON)-len("]}")]
	bad := strings.Replace(strings.ReplaceAll(update, "BTC-USD", "ETH-USD"), `"0"`, `"-1"`, 1)
	providertest.Feed(t, a, 5, strings.Replace(updateJSON, update, bad+","+update, 1), numbered(updateJSON, 11))
	if s := a.Stats(); s.Gaps != 1 || s.Failed != 1 || s.BookUpdates != 1+2 { // with the stale one
		t.Errorf("got %+v; want one book stale", s)
	}
	// Nor do its levels, which would cross the other.
	bad = strings.NewReplacer("BTC-USD", "ETH-USD", `"update"`, `"delta"`, "78856.04", "88856.04").Replace(update)
	providertest.Feed(t, a, 5, numbered(strings.Replace(updateJSON, update, bad+","+update, 1), 12))
	if s := a.Stats(); s.Gaps != 1 || s.Failed != 2 || s.Crossed != 0 || s.BookUpdates != 1+3 {
		t.Errorf("got %+v; want one book stale", s)
	}
}

func TestUSDCIsReadAsUSD(t *testing.T) {
	sink := &providertest.Recorder{}
	a := newAdapter(t, coinbase.Config{}, sink, "BTC-USDC")
	providertest.Feed(t, a, 5, snapshotJSON)
	if events := sink.Take(); len(events) != 1 || events[0].Symbol != "BTC-USDC" {
		t.Errorf("got %v", events)
	}
}

// outcome feeds one message to an adapter with a live book, and a good update after it.
func outcome(t *testing.T, message string) provider.Stats {
	t.Helper()
	a := newAdapter(t, coinbase.Config{}, providertest.Discard{}, "BTC-USD")
	providertest.Feed(t, a, 5, snapshotJSON, message)
	s := a.Stats()
	providertest.Balanced(t, s)
	providertest.Feed(t, a, 5, numbered(updateJSON, 11))
	s.Gaps, s.BookUpdates = a.Stats().Gaps, a.Stats().BookUpdates
	return s
}

// mustFail fails unless a message is refused, and the next shows a book to be stale that may
// have missed something.
func mustFail(t *testing.T, message string) {
	t.Helper()
	s := outcome(t, message)
	if s.Failed != 1 {
		t.Errorf("%.300s: got %d normalised, %d ignored, %d failed; want failed", message, s.Normalised, s.Ignored, s.Failed)
	}
	if strings.HasPrefix(message, `{"channel":"l2_data"`) && s.Gaps != 1 {
		t.Errorf("%.300s: the book is live without it: %+v", message, s)
	}
}

func samples() []string {
	return []string{tradeJSON, tickerJSON, updateJSON, emptyJSON, ackJSON, heartbeatJSON}
}

func TestDamagedMessagesFail(t *testing.T) {
	for _, m := range samples() {
		for _, damaged := range providertest.Damaged(m) {
			mustFail(t, damaged)
		}
		mustFail(t, strings.Replace(m, `":`, `":[`, 1))
	}
	for _, m := range []string{
		`{"channel":"l2_data"}`, `{"type":"x"}`, `{"channel":"heartbeats"}`, `{"sequence_num":10}`,
		strings.Replace(updateJSON, `[{"type"`, `null,"x":[{"type"`, 1), strings.Replace(tradeJSON, `[{"type"`, `[],"x":[{"type"`, 1),
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
			key := message[strings.LastIndexByte(message[:i], '"')+1 : i]
			if strings.Contains(" "+strings.Join(optional, " ")+" ", " "+key+" ") {
				continue
			}
			mustFail(t, message[:i]+"_"+message[i:]) // an unknown key in its place
			if message[at] == '[' {
				mustFail(t, message[:at]+`null,"x":`+message[at:])
				continue
			}
			end := at + strings.IndexAny(message[at:], ",}")
			mustFail(t, message[:at]+"null"+message[end:])
		}
	}
	f(tradeJSON, "timestamp")
	f(strings.Replace(tickerJSON, `"type":"ticker",`, "", 1), "price", "volume_24_h", "low_24_h", "high_24_h", "low_52_w", "high_52_w", "price_percent_chg_24_h", "best_bid_quantity", "best_ask_quantity")
	f(updateJSON, "event_time")
	f(emptyJSON)
	f(heartbeatJSON, "timestamp", "events", "current_time", "heartbeat_counter")
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
	bad := []string{`""`, `"-1"`, `"1e5"`, `"NaN"`, `"+1"`, `" 1"`, `"1."`, `".5"`, `"0x1"`, `"` + strings.Repeat("9", 400) + `"`, `1.5`, `true`, `{}`, `[]`}
	f(tradeJSON, `"78856.05"`, append(bad, `"0"`, `"-0"`)...)
	f(tradeJSON, `"0.04"`, append(bad, `"0.000"`)...)
	f(tickerJSON, `"78856.06"`, bad...)
	f(tickerJSON, `"79000.55"`, bad[1:]...)
	f(updateJSON, `"78856.04"`, append(bad, `"0"`)...)
	f(updateJSON, `"0.04868907"`, bad...)
	f(updateJSON, `"bid"`, `"buy"`, `"BID"`, `""`, `1`)
	f(updateJSON, `"update"`, `"delta"`, `""`)
	f(tradeJSON, `"881613"`, `"-1"`, `"1.5"`, `"x"`, `""`, `"18446744073709551616"`, `881613`)
	f(tradeJSON, `"SELL"`, `"sell"`, `"UNKNOWN_ORDER_SIDE"`, `""`)
	f(tradeJSON, `"update"`, `"x"`)
	for _, m := range samples() {
		f(m, `"sequence_num":10`, `"sequence_num":-1`, `"sequence_num":1.5`, `"sequence_num":"x"`, `"sequence_num":18446744073709551616`, `"sequence_num":null`)
	}
	times := []string{`"1969-12-31T23:59:59Z"`, `"2262-01-01T00:00:00Z"`, `"2026-08-24 22:21:56"`, `"2026-13-24T22:21:56Z"`, `"x"`, `""`, `1`}
	f(tradeJSON, `"2026-08-24T22:34:13.244075Z"`, times...)
	f(tickerJSON, `"2026-08-24T22:34:13.81316495Z"`, times...)
	f(updateJSON, `"2026-08-24T22:34:13.813365299Z"`, times...)
	f(tradeJSON, `"BTC-USD"`, `""`, `7`, "\"BTC\xff-USD\"")
	f(updateJSON, `{"side":"offer"`, `null,{"side":"offer"`, `{},{"side":"offer"`, `7,{"side":"offer"`)
}

func TestNothingIsLeftOfAnEarlierMessage(t *testing.T) {
	sink := &providertest.Recorder{}
	a := newAdapter(t, coinbase.Config{}, sink, "BTC-USD")
	providertest.Feed(t, a, 5, snapshotJSON, updateJSON, strings.Replace(numbered(updateJSON, 11), `"new_quantity":"0"`, `"new":"0"`, 1))
	providertest.Feed(t, a, 5, numbered(snapshotJSON, 12), strings.Replace(numbered(updateJSON, 13), `"price_level":"78857.00",`, "", 1))
	// Nor of one that failed, and hid levels behind the end of its list.
	providertest.Feed(t, a, 5, numbered(snapshotJSON, 14), strings.Replace(numbered(updateJSON, 15), `}]}]}`, `}],"updates":[]}]}x`, 1))
	providertest.Feed(t, a, 5, strings.Replace(numbered(updateJSON, 15), `"price_level":"78857.00",`, "", 1))
	if s := a.Stats(); s.Failed != 4 || s.Gaps != 3 {
		t.Errorf("got %+v; want 4 failed, 3 gaps", s)
	}
}

func TestIgnoredByRule(t *testing.T) {
	for _, m := range []string{
		heartbeatJSON, ackJSON, strings.Replace(heartbeatJSON, "heartbeats", "status", 1), `{"type":"error","message":"x"}`,
		strings.ReplaceAll(tradeJSON, "BTC-USD", "ETH-USD"), strings.ReplaceAll(updateJSON, "BTC-USD", "ETH-USD"),
		strings.ReplaceAll(tickerJSON, "BTC-USD", "ETH-USD"), strings.Replace(tradeJSON, "update", "snapshot", 1),
	} {
		if s := outcome(t, m); s.Ignored != 1 {
			t.Errorf("%s: got %+v; want ignored", m, s)
		}
	}
}

func FuzzFeed(f *testing.F) {
	providertest.FuzzFeed(f, providertest.FuzzConfig{
		Open: func(t testing.TB) *provider.Adapter {
			a := newAdapter(t, coinbase.Config{}, providertest.Discard{}, "BTC-USD")
			providertest.Feed(t, a, 5, snapshotJSON)
			return a
		},
		Trade: tradeJSON,
		Then: func(t testing.TB, a *provider.Adapter) {
			before := a.Stats()
			providertest.Feed(t, a, 5, numbered(snapshotJSON, 11), numbered(updateJSON, 12))
			if s := a.Stats(); s.BookSnapshots == before.BookSnapshots || s.BookUpdates == before.BookUpdates {
				t.Errorf("a good snapshot and update were not normalised afterwards: %+v", s)
			}
		},
		Seeds: append(samples(), snapshotJSON, `{"type":"error","message":"x"}`),
	})
}
