package venuesim_test

import (
	"testing"
	"time"

	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/venuesim"
)

type klineEvent struct {
	Open       int64  `json:"t"`
	Close      int64  `json:"T"`
	Interval   string `json:"i"`
	FirstID    int64  `json:"f"`
	LastID     int64  `json:"L"`
	OpenPrice  string `json:"o"`
	ClosePrice string `json:"c"`
	High       string `json:"h"`
	Low        string `json:"l"`
	Volume     string `json:"v"`
	Trades     int64  `json:"n"`
	Closed     bool   `json:"x"`
	Quote      string `json:"q"`
	TakerBase  string `json:"V"`
	TakerQuote string `json:"Q"`
}

// sums is what the trades of a bar add up to.
type sums struct {
	first, last, n                   int64
	base, quote, takerBase, takerQtd decimal.Decimal
}

func number(t *testing.T, text string) decimal.Decimal {
	t.Helper()
	d, err := decimal.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestKlines adds up the trades and compares them to each closed bar.
func TestKlines(t *testing.T) {
	begin := time.Date(2026, 2, 28, 23, 58, 57, 300e6, time.UTC).UnixNano()
	v := venuesim.NewVenue(t, venuesim.MarketOf("BTC-USDT"), begin)
	c := v.Attach(t, false, false, "btcusdt@trade", "btcusdt@kline_1s", "btcusdt@kline_1m")
	length := map[string]int64{"1s": 1000, "1m": 60_000}
	open := map[string]*sums{"1s": {}, "1m": {}}
	lastOpen, lastClose, closed, running := map[string]int64{}, map[string]string{}, map[string]int{}, map[string]int{}
	for at := int64(0); at < int64(130*time.Second); at += int64(20 * time.Millisecond) {
		v.Step(begin + at)
		for _, frame := range c.Frames(t) {
			var e event
			decode(t, frame, &e)
			if e.Type == "trade" {
				for _, s := range open {
					s.add(t, e)
				}
				continue
			}
			k := *e.Kline
			if k.Open%length[k.Interval] != 0 || k.Close != k.Open+length[k.Interval]-1 {
				t.Fatalf("%s: bar %d to %d is not on its boundary", k.Interval, k.Open, k.Close)
			}
			if !k.Closed {
				running[k.Interval]++
				continue
			}
			if closed[k.Interval]++; closed[k.Interval] > 1 && k.Open != lastOpen[k.Interval]+length[k.Interval] {
				t.Fatalf("%s: bar %d does not follow %d", k.Interval, k.Open, lastOpen[k.Interval])
			}
			if e.Time <= k.Close || e.Time > k.Close+101 {
				t.Fatalf("%s: bar that ends at %d was closed at %d", k.Interval, k.Close, e.Time)
			}
			open[k.Interval].check(t, k, lastClose[k.Interval])
			lastOpen[k.Interval], lastClose[k.Interval] = k.Open, k.ClosePrice
			open[k.Interval] = &sums{}
		}
	}
	if closed["1s"] != 129 && closed["1s"] != 130 || closed["1m"] != 3 {
		t.Errorf("got %d bars of 1s and %d of 1m, want 130 and 3", closed["1s"], closed["1m"])
	}
	if running["1s"] < 125 || running["1m"] < 60 || running["1m"] > 66 {
		t.Errorf("got %d updates of 1s and %d of 1m, want one in 1 s and one in 2 s", running["1s"], running["1m"])
	}
}

func (s *sums) add(t *testing.T, e event) {
	t.Helper()
	if s.n++; s.first == 0 {
		s.first = e.TradeID
	}
	s.last = e.TradeID
	quantity := number(t, e.Quantity)
	turnover, err := number(t, e.Price).Mul(quantity)
	if err != nil {
		t.Fatal(err)
	}
	sum := func(to *decimal.Decimal, d decimal.Decimal) {
		if *to, err = to.Add(d); err != nil {
			t.Fatal(err)
		}
	}
	sum(&s.base, quantity)
	sum(&s.quote, turnover)
	if !e.Maker {
		sum(&s.takerBase, quantity)
		sum(&s.takerQtd, turnover)
	}
}

func (s *sums) check(t *testing.T, k klineEvent, before string) {
	t.Helper()
	if s.n == 0 {
		s.first, s.last = -1, -1
		if before != "" && (k.OpenPrice != before || k.High != before || k.Low != before || k.ClosePrice != before) {
			t.Errorf("bar %d without trades: got %+v, want the price %s", k.Open, k, before)
		}
	}
	if k.FirstID != s.first || k.LastID != s.last || k.Trades != s.n {
		t.Errorf("bar %s %d: got trades %d to %d, %d of them, want %+v", k.Interval, k.Open, k.FirstID, k.LastID, k.Trades, s)
	}
	for _, pair := range []struct {
		got  string
		want decimal.Decimal
	}{{k.Volume, s.base}, {k.Quote, s.quote}, {k.TakerBase, s.takerBase}, {k.TakerQuote, s.takerQtd}} {
		if number(t, pair.got).Cmp(pair.want) != 0 {
			t.Errorf("bar %s %d: got volumes %+v, want %+v", k.Interval, k.Open, k, s)
		}
	}
}

func TestKlineBounds(t *testing.T) {
	f := func(interval, at, open, next string) {
		t.Helper()
		parse := func(text string) int64 {
			tm, err := time.Parse("2006-01-02T15:04:05", text)
			if err != nil {
				t.Fatal(err)
			}
			return tm.UnixNano()
		}
		gotOpen, gotNext := venuesim.KlineBounds(interval, parse(at))
		if gotOpen != parse(open) || gotNext != parse(next) {
			t.Errorf("%s at %s: got %v to %v, want %s to %s", interval, at,
				time.Unix(0, gotOpen).UTC(), time.Unix(0, gotNext).UTC(), open, next)
		}
	}
	f("1s", "2026-11-24T10:00:59", "2026-11-24T10:00:59", "2026-11-24T10:01:00")
	f("3m", "2026-11-24T10:00:59", "2026-11-24T10:00:00", "2026-11-24T10:03:00")
	f("12h", "2026-11-24T11:59:59", "2026-11-24T00:00:00", "2026-11-24T12:00:00")
	f("1d", "2026-11-24T23:59:59", "2026-11-24T00:00:00", "2026-11-25T00:00:00")
	f("1w", "2026-11-24T00:00:00", "2026-11-23T00:00:00", "2026-11-30T00:00:00") // a Tuesday
	f("1w", "2026-11-23T00:00:00", "2026-11-23T00:00:00", "2026-11-30T00:00:00") // a Monday
	f("1w", "2026-11-22T23:59:59", "2026-11-16T00:00:00", "2026-11-23T00:00:00") // a Sunday
	f("1M", "2026-02-28T23:59:59", "2026-02-01T00:00:00", "2026-03-01T00:00:00")
	f("1M", "2026-12-31T23:59:59", "2026-12-01T00:00:00", "2027-01-01T00:00:00")
}
