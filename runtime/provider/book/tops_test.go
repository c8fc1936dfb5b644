package book_test

import (
	"slices"
	"testing"

	"github.com/meltica/meltica/runtime/provider/book"
)

func TestTops(t *testing.T) {
	b := book.New(0)
	set(t, b, book.Bids, "10.0", "1.00")
	set(t, b, book.Asks, "11", "2")
	bid, ask, other := lv("10", "1"), lv("11.00", "2"), lv("10", "2")
	var tops book.Tops
	f := func(what string, ok, bad uint64) {
		t.Helper()
		if tops.OK != ok || tops.Bad != bad {
			t.Errorf("%s: ok %d, bad %d; want %d, %d", what, tops.OK, tops.Bad, ok, bad)
		}
	}
	tops.Offer(5, bid, ask)
	f("no book yet", 0, 0)
	tops.BookAt(5, b)
	f("top, then book", 1, 0)
	tops.BookAt(5, b)
	f("each pair counts once", 1, 0)
	tops.BookAt(7, b)
	tops.Offer(7, bid, ask)
	f("book, then top", 2, 0)
	tops.Offer(6, bid, ask)
	f("no diff ended here", 2, 0)
	tops.Offer(8, other, ask)
	tops.BookAt(8, b)
	f("another quantity", 2, 1)
	tops.BookAt(9, b)
	tops.Offer(9, bid, lv("12", "2"))
	f("another price", 2, 2)
	for id := uint64(10); id < 2000; id++ {
		tops.Offer(id, bid, ask)
	}
	tops.BookAt(1999, b)
	f("the newest of many", 3, 2)
	tops.Offer(2001, bid, ask)
	tops.Reset()
	tops.BookAt(2001, b)
	f("forgotten by Reset", 3, 2)
	if n := testing.AllocsPerRun(100, func() {
		tops.Offer(3000, bid, ask)
		tops.BookAt(3000, b)
	}); n != 0 {
		t.Errorf("Offer and BookAt allocate %v times, want 0", n)
	}
}

// TestRecordedSessions replays what Binance sent: every diff chains, no book is crossed, and
// each comparable best bid and ask agrees with the book.
func TestRecordedSessions(t *testing.T) {
	f := func(rule func() book.Rule, diffs, symbols int, ok uint64, files ...string) {
		t.Helper()
		var all []message
		for _, name := range files {
			all = append(all, readCapture(t, name)...)
		}
		slices.SortStableFunc(all, func(a, b message) int { return int(a.at - b.at) })
		type stream struct {
			*book.Assembler
			book.Tops
		}
		streams := map[string]*stream{}
		only := "" // a bare snapshot has no symbol: its recording has one stream
		for _, m := range all {
			if m.symbol != "" {
				only = m.symbol
			} else {
				m.symbol = only
			}
			s := streams[m.symbol]
			if s == nil {
				s = &stream{Assembler: book.NewAssembler(book.Config{Rule: rule()})}
				streams[m.symbol] = s
			}
			outcome := book.Nothing
			switch {
			case m.diff != nil:
				diffs--
				outcome = s.Diff(*m.diff)
			case m.snapshot != nil:
				outcome = s.Snapshot(*m.snapshot)
			case m.top != nil:
				s.Offer(m.top.id, m.top.bid, m.top.ask)
			}
			switch outcome {
			case book.Ready, book.Changed:
				s.BookAt(s.LastID(), s.Book())
			case book.Broken, book.Retry:
				t.Errorf("%v: %s: %v", files, m.symbol, s.Err())
			}
		}
		var tops book.Tops
		for symbol, s := range streams {
			c := s.Counters()
			if s.State() != book.Live || c.Gaps+c.Crossed+c.Invalid+c.TooOld+c.Overflows != 0 || c.Snapshots != 1 {
				t.Errorf("%v: %s: state %d, counters %+v", files, symbol, s.State(), c)
			}
			tops.OK += s.OK
			tops.Bad += s.Bad
		}
		if tops.OK != ok || tops.Bad != 0 || len(streams) != symbols || diffs != 0 {
			t.Errorf("%v: tops ok %d, bad %d; want %d, 0; %d symbols; %d diffs too few",
				files, tops.OK, tops.Bad, ok, len(streams), diffs)
		}
	}
	f(book.BinanceSpot, 177, 4, 26, "spot.http.txt", "spot.ws.txt")
	f(book.BinanceSpot, 6495, 1, 1072, "btcusdt-1.ws.gz", "btcusdt-2.ws.gz")
	f(book.BinanceUSDM, 6551, 1, 629, "usdm-btcusdt.ws.gz")
}
