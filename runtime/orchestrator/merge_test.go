package orchestrator_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/decimal"
)

func TestMergedTrades(t *testing.T) {
	d := decimal.MustParse
	f := newFixture(t, rule())
	at := func(seq uint64, exchange int64, set func(*eventv1.CanonicalEvent)) func(*eventv1.CanonicalEvent) {
		return func(ev *eventv1.CanonicalEvent) {
			set(ev)
			ev.SeqFirst, ev.SeqLast, ev.ExchangeTime = seq, seq, exchange
		}
	}
	// The venue of b is 1 h ahead, and its clock has no say.
	f.publish("b", 1000, at(70, 3600e9+5, trade("100.50", "0.2500")))
	f.publish("a", 1010, at(9, 7, trade("101.00", "1.50")))
	f.publish("a", 1005, at(8, 6, trade("99", "0.5"))) // older than the last of a
	if direct := f.next.last; direct.Provider != "a" || direct.SeqLast != 8 || direct.Trade().Price.String() != "99" {
		t.Errorf("the event was not handed on as it came: %+v", direct)
	}
	f.publish("b", 1020, at(71, 3600e9+9, trade("101", "1")))
	got := f.takeMerged()
	if len(got) != 1 {
		t.Fatalf("%d windows, want 1", len(got))
	}
	want := &eventv1.MergedEvent{
		MergeID: got[0].MergeID, Symbol: "BTC-USDT", Kind: eventv1.EventKindTrade, Complete: true, SchemaRevision: eventv1.MergedEventRevision,
		EventCount: 4, TradeCount: 4, WindowOpen: 1000, WindowClose: 1021, EmitTime: 1020,
		// 99*0.5 + 101*1.5 + 100.5*0.25 + 101 = 327.125
		Volume: d("3.2500"), VWAP: d("100.6538461538461538"), TraceID: eventv1.TraceID{'b', 0xfc}, // 1020 & 0xff
		Fragments: []eventv1.Fragment{
			{Provider: "a", EventCount: 2, SeqFirst: 8, SeqLast: 9, ExchangeTime: 7, IngestTime: 1010, LastPrice: d("101.00"), Volume: d("2.00"), Notional: d("201.0")},
			{Provider: "b", EventCount: 2, SeqFirst: 70, SeqLast: 71, ExchangeTime: 3600e9 + 9, IngestTime: 1020, LastPrice: d("101"), Volume: d("1.2500"), Notional: d("126.125")},
		},
	}
	if diff := cmp.Diff(text(t, want), text(t, got[0])); diff != "" {
		t.Errorf("merged (-want +got):\n%s", diff)
	}
	if got[0].MergeID.IsZero() {
		t.Error("no merge id")
	}
	f.check()
}

func text(t *testing.T, m *eventv1.MergedEvent) string {
	t.Helper()
	b, err := m.AppendJSON(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestConsolidation gives one ticker of each of a, b and c to a window.
func TestConsolidation(t *testing.T) {
	r := rule()
	r.Providers, r.EventsMax = []string{"c", "a", "b"}, 3
	f := func(bid, ask string, crossed bool, quotes ...[2]string) {
		t.Helper()
		fix := newFixture(t, r)
		for i, q := range quotes {
			fix.publish(string("cab"[i]), int64(i), ticker(q[0], "1", q[1], "2"))
		}
		got := fix.takeMerged()
		if len(got) != 1 {
			t.Fatalf("%v: %d windows, want 1", quotes, len(got))
		}
		m := got[0]
		if b, a := m.BestBid.Provider+m.BestBid.Price.String(), m.BestAsk.Provider+m.BestAsk.Price.String(); b != bid || a != ask || m.Crossed != crossed {
			t.Errorf("%v: got %s and %s, crossed %t; want %s and %s, %t", quotes, b, a, m.Crossed, bid, ask, crossed)
		}
		if m.BestBid.Provider != "" && m.BestBid.Quantity.String() != "1" || m.BestAsk.Provider != "" && m.BestAsk.Quantity.String() != "2" {
			t.Errorf("%v: quantities of %+v and %+v, want 1 and 2", quotes, m.BestBid, m.BestAsk)
		}
		for i, p := range []string{"a", "b", "c"} {
			if m.Fragments[i].Provider != p {
				t.Errorf("fragment %d is of %s, want %s", i, m.Fragments[i].Provider, p)
			}
		}
		fix.check()
	}
	// Quotes of c, a, b.
	f("a10.1", "b10.5", false, [2]string{"9", "11"}, [2]string{"10.1", "12"}, [2]string{"10.0", "10.5"})
	f("a10.0", "a11", false, [2]string{"10", "11"}, [2]string{"10.0", "11"}, [2]string{"10", "11.00"}) // of equals the first
	f("c12", "b11.9", true, [2]string{"12", "13"}, [2]string{"10", "14"}, [2]string{"10", "11.9"})
	f("c12", "b12", true, [2]string{"12", "13"}, [2]string{"10", "14"}, [2]string{"10", "12"}) // at
	f("b12", "b11", false, [2]string{"8", "20"}, [2]string{"9", "21"}, [2]string{"12", "11"})  // with itself
	f("b12", "b7", true, [2]string{"8", "20"}, [2]string{"9", "21"}, [2]string{"12", "7"})     // and with another's bid
	f("b10", "c20", false, [2]string{"0", "20"}, [2]string{"0", "21"}, [2]string{"10", "0"})   // sides without orders
	f("0", "0", false, [2]string{"0", "0"}, [2]string{"0", "0"}, [2]string{"0", "0"})          // nobody
	f("c5", "a1", true, [2]string{"5", "0"}, [2]string{"0", "1"}, [2]string{"0", "0"})         // one side each
}

func book(stale bool, bids, asks []string) func(ev *eventv1.CanonicalEvent) {
	return func(ev *eventv1.CanonicalEvent) {
		b := ev.SetBookSnapshot()
		b.Stale = stale
		for _, p := range bids {
			b.Bids = append(b.Bids, eventv1.Level{Price: decimal.MustParse(p), Quantity: decimal.MustParse("1")})
		}
		for _, p := range asks {
			b.Asks = append(b.Asks, eventv1.Level{Price: decimal.MustParse(p), Quantity: decimal.MustParse("1")})
		}
	}
}

func TestStaleBooksHaveNoSay(t *testing.T) {
	broken := func(ev *eventv1.CanonicalEvent) { ev.SetBookUpdate().Stale = true }
	ok := func(ev *eventv1.CanonicalEvent) { ev.SetBookUpdate() }
	type step struct {
		provider string
		at       int64
		set      func(*eventv1.CanonicalEvent)
	}
	good := book(false, []string{"10", "9"}, []string{"11", "12"})
	best := book(false, []string{"10.5", "9"}, []string{"10.8", "12"})
	f := func(name, bid string, stale bool, steps ...step) {
		t.Helper()
		fix := newFixture(t, rule())
		fix.publish("a", 1000, good)
		for _, s := range steps {
			fix.publish(s.provider, s.at, s.set)
		}
		fix.Tick(1100)
		got := fix.takeMerged()
		if len(got) != 1 {
			t.Fatalf("%s: %d windows, want 1", name, len(got))
		}
		if m := got[0]; m.BestBid.Provider != bid || m.Fragments[1].Stale != stale || !m.Complete || m.Crossed {
			t.Errorf("%s: got the best bid of %q, fragment %+v; want %q, stale %t", name, m.BestBid.Provider, m.Fragments[1], bid, stale)
		}
		fix.check()
	}
	f("live", "b", false, step{"b", 1000, best}, step{"b", 1001, ok})
	f("stale update", "a", true, step{"b", 1000, best}, step{"b", 1001, broken})
	f("live again", "b", false, step{"b", 1000, best}, step{"b", 1001, broken}, step{"b", 1002, best})
	f("stale snapshot", "a", true, step{"b", 1000, book(true, []string{"10.5"}, nil)})
	f("stale before its snapshot", "b", false, step{"b", 999, broken}, step{"b", 1000, best})
	f("stale and older than the snapshot", "b", false, step{"b", 1005, best}, step{"b", 1004, broken})
	f("stale after the window", "b", false, step{"b", 1000, best}, step{"b", 1100, broken})
	f("stale of another", "b", false, step{"b", 1000, best}, step{"z", 1001, broken})
	f("an empty book", "a", false, step{"b", 1000, book(false, nil, nil)})

	for _, stale := range []string{"a", "b", ""} { // b bids above the ask of a
		fix := newFixture(t, rule())
		fix.publish("a", 1000, book(stale == "a", []string{"10"}, []string{"11"}))
		fix.publish("b", 1000, book(stale == "b", []string{"12"}, []string{"13"}))
		fix.Tick(1100)
		if got := fix.takeMerged(); len(got) != 1 || got[0].Crossed != (stale == "") {
			t.Errorf("%q is stale: got %+v; want it crossed only when none is", stale, got)
		}
	}

	fix := newFixture(t, rule())
	fix.publish("a", 1000, broken) // opens no window
	if s := fix.Stats(); s.Open != 0 || s.Passed != 1 {
		t.Errorf("got %+v, want no window", s)
	}
}

func TestSumsThatDoNotFit(t *testing.T) {
	f := newFixture(t, rule())
	const huge = "9999999999999999999" // 19 digits
	window := func(at int64, a, b func(*eventv1.CanonicalEvent)) {
		f.publish("a", at, a)
		f.publish("b", at, b)
		f.Tick(at + 100)
	}
	window(1000, trade(huge, huge), trade("1", "1")) // the notional of a
	window(2000, trade("1", huge), trade("1", huge)) // the volume of both
	f.publish("a", 3000, trade("1", huge))
	window(3000, trade("1", huge), trade("1", "1")) // the volume of a
	if s := f.Stats(); s.Overflowed != 3 || s.Merged != 0 {
		t.Errorf("got %+v, want 3 overflowed", s)
	}
	window(4000, trade("2", "1"), trade("4", "1"))
	if got := f.takeMerged(); len(got) != 1 || got[0].VWAP.String() != "3" {
		t.Errorf("got %v after them, want a VWAP of 3", got)
	}
	f.check()
}
