package consumer_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/consumer"
	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/lib/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func event(provider, symbol string) *eventv1.CanonicalEvent {
	return &eventv1.CanonicalEvent{Provider: provider, Symbol: symbol}
}

func trade(provider, symbol, price string) *eventv1.CanonicalEvent {
	ev := event(provider, symbol)
	ev.ExchangeTime = 7
	body := ev.SetTrade()
	body.Side, body.Price, body.Quantity = eventv1.SideSell, decimal.MustParse(price), decimal.MustParse("2")
	return ev
}

func level(price, quantity string) eventv1.Level {
	return eventv1.Level{Price: decimal.MustParse(price), Quantity: decimal.MustParse(quantity)}
}

func TestTapeKeepsTheLastTrade(t *testing.T) {
	var tape consumer.Tape
	ticker := event("x", "C-D")
	ticker.SetTicker()
	for _, ev := range []*eventv1.CanonicalEvent{
		trade("y", "A-B", "1.0"), trade("x", "A-B", "1.1"), trade("x", "A-B", "1.2"), ticker,
	} {
		if err := tape.Handle(t.Context(), ev); err != nil {
			t.Fatal(err)
		}
		ev.Reset() // what the tape kept must not be the event's memory
	}
	want := []consumer.TapeLine{
		{Symbol: "A-B", Provider: "x", Side: eventv1.SideSell, Price: decimal.MustParse("1.2"), Quantity: decimal.MustParse("2"), ExchangeTime: 7, Trades: 2},
		{Symbol: "A-B", Provider: "y", Side: eventv1.SideSell, Price: decimal.MustParse("1.0"), Quantity: decimal.MustParse("2"), ExchangeTime: 7, Trades: 1},
	}
	if diff := cmp.Diff(want, tape.Lines()); diff != "" {
		t.Error("(-want +got):\n", diff)
	}
}

func TestSpreadFollowsTickersAndBooks(t *testing.T) {
	var spread consumer.Spread
	check := func(ev *eventv1.CanonicalEvent, want consumer.SpreadLine) {
		t.Helper()
		if err := spread.Handle(t.Context(), ev); err != nil {
			t.Fatal(err)
		}
		ev.Reset()
		if diff := cmp.Diff([]consumer.SpreadLine{want}, spread.Lines()); diff != "" {
			t.Error("(-want +got):\n", diff)
		}
	}
	line := consumer.SpreadLine{Symbol: "A-B", Provider: "x", Events: 1}

	ev := event("x", "A-B")
	body := ev.SetTicker()
	body.BidPrice, body.BidQuantity = decimal.MustParse("1"), decimal.MustParse("10")
	body.AskPrice, body.AskQuantity = decimal.MustParse("2"), decimal.MustParse("20")
	line.Bid, line.Ask = level("1", "10"), level("2", "20")
	check(ev, line)

	ev = event("x", "A-B")
	ev.SetBookUpdate().Stale = true
	line.Stale, line.Events = true, 2
	check(ev, line)

	// An ordinary update does not make the book fresh again.
	ev = event("x", "A-B")
	ev.SetBookUpdate()
	line.Events = 3
	check(ev, line)

	ev = event("x", "A-B")
	ev.SetBookSnapshot().Bids = []eventv1.Level{level("1.5", "5"), level("1.4", "1")}
	line.Stale, line.Events, line.Bid, line.Ask = false, 4, level("1.5", "5"), eventv1.Level{}
	check(ev, line)

	// Nor does a snapshot that is stale itself.
	ev = event("x", "A-B")
	ev.SetBookSnapshot().Stale = true
	line.Stale, line.Events, line.Bid = true, 5, eventv1.Level{}
	check(ev, line)
}
