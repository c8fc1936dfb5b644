package venuesim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// MarketConfig describes a seeded market. The same config stepped at the same times yields the
// same market, event for event.
type MarketConfig struct {
	Seed    uint64 // 0 means 1 in a Config
	Symbols []SymbolConfig
	// Rate multiplies the rates of all symbols; 0 means 1.
	Rate float64
}

// SymbolConfig describes one traded symbol. Prices are whole ticks and quantities whole lots;
// a tick and a lot are powers of ten, given as digits after the point.
type SymbolConfig struct {
	Symbol           string // BASE-QUOTE
	PriceTicks       int64  // price at the start, in ticks
	TickScale        int    // digits of a price that are in use: 2 for 0.01
	LotScale         int    // digits of a quantity that are in use
	Depth            int    // levels on each side; a side keeps between half of it and 5/4 of it
	QuantityLots     int64  // typical quantity of a level, in lots
	TradesPerSecond  int    // orders that take liquidity
	ChangesPerSecond int    // book changes by makers
}

// DefaultMarket is a lively market of six symbols.
func DefaultMarket() MarketConfig {
	return MarketConfig{Seed: 1, Symbols: []SymbolConfig{
		{Symbol: "BTC-USDT", PriceTicks: 6184012, TickScale: 2, LotScale: 5, Depth: 1000, QuantityLots: 40000, TradesPerSecond: 20, ChangesPerSecond: 200},
		{Symbol: "ETH-USDT", PriceTicks: 342817, TickScale: 2, LotScale: 4, Depth: 1000, QuantityLots: 60000, TradesPerSecond: 15, ChangesPerSecond: 150},
		{Symbol: "SOL-USDT", PriceTicks: 15931, TickScale: 2, LotScale: 3, Depth: 1000, QuantityLots: 90000, TradesPerSecond: 10, ChangesPerSecond: 100},
		{Symbol: "BNB-USDT", PriceTicks: 60123, TickScale: 2, LotScale: 3, Depth: 1000, QuantityLots: 20000, TradesPerSecond: 5, ChangesPerSecond: 60},
		{Symbol: "XRP-USDT", PriceTicks: 5321, TickScale: 4, LotScale: 0, Depth: 1000, QuantityLots: 9000, TradesPerSecond: 5, ChangesPerSecond: 60},
		{Symbol: "DOGE-USDT", PriceTicks: 12044, TickScale: 5, LotScale: 0, Depth: 1000, QuantityLots: 40000, TradesPerSecond: 5, ChangesPerSecond: 60},
	}}
}

// withDefaults fills in the symbols and the seed of DefaultMarket where c has none.
func (c MarketConfig) withDefaults() MarketConfig {
	d := DefaultMarket()
	if len(c.Symbols) == 0 {
		c.Symbols = d.Symbols
	}
	if c.Seed == 0 {
		c.Seed = d.Seed
	}
	return c
}

// MarketOf is the default market cut to the given symbols (BASE-QUOTE). A symbol that it does
// not know trades like an asset of about one unit of the quote asset.
func MarketOf(symbols ...string) MarketConfig {
	known := DefaultMarket()
	m := MarketConfig{Seed: known.Seed}
	for _, symbol := range symbols {
		i := slices.IndexFunc(known.Symbols, func(s SymbolConfig) bool { return s.Symbol == symbol })
		if i >= 0 {
			m.Symbols = append(m.Symbols, known.Symbols[i])
			continue
		}
		m.Symbols = append(m.Symbols, SymbolConfig{
			Symbol: symbol, PriceTicks: 10000, TickScale: 4, LotScale: 1, Depth: 1000,
			QuantityLots: 50000, TradesPerSecond: 5, ChangesPerSecond: 60,
		})
	}
	return m
}

// Observer is told of what happens in a market, while it happens. Calls come from Step.
type Observer interface {
	// BookChanged: a level of s has a new quantity; s.UpdateID is the change's own.
	BookChanged(s *Symbol, side Side, tick int64)
	// TopChanged: the best bid or ask has another price or quantity.
	TopChanged(s *Symbol)
	// Traded: one taker traded with one or more makers at one price.
	Traded(s *Symbol, t Trade)
}

// Side is a side of the book, or of a taker.
type Side uint8

// The sides.
const (
	Bid Side = iota
	Ask
)

// Trade is what one taker traded at one price. A maker order counts as one trade of its own.
type Trade struct {
	FirstID, LastID int64   // of the trades
	Lots            []int64 // of each trade; valid during the call
	Tick            int64
	Taker           Side  // Bid if the taker buys
	Time            int64 // unix ns
}

// Market is a set of symbols that trade. It has no clock and no goroutine: Step moves it. It is
// not safe for concurrent use.
type Market struct {
	symbols []*Symbol
	now     int64 // unix ns
}

// Symbol is one traded symbol. Fields are read-only for all but the market.
type Symbol struct {
	SymbolConfig
	Base, Quote string
	UpdateID    int64 // of the last change of the book
	TradeID     int64 // of the last trade
	AggregateID int64 // of the last taker and price
	LastTick    int64 // price of the last trade, in ticks
	LastLots    int64 // quantity of the last trade, in lots
	index       int   // in the config
	bids, asks  side
	rng         *rand.Rand
	changes     credit
	takers      credit
	lots        []int64 // reused
}

func perSecond(events int, rate float64) int64 {
	return int64(min(float64(events)*rate+0.5, eventsMax))
}

// credit turns a rate into whole events without losing the fractions.
type credit struct{ perSecond, nanos int64 }

func (c *credit) take(elapsed int64) int {
	c.nanos += elapsed * c.perSecond
	n := c.nanos / int64(time.Second)
	c.nanos -= n * int64(time.Second)
	return int(n)
}

// The bounds of a market's config. They keep every sum in an int64.
const (
	rateMax     = 1_000_000
	eventsMax   = 10_000_000 // of a symbol in a second, times the rate
	depthMax    = 10_000
	lotsMax     = 1_000_000_000
	ticksMax    = 1_000_000_000_000
	productMax  = 1_000_000_000_000_000_000 // of ticks and lots that trade, see sumMax
	symbolBytes = 20
)

// split returns base and quote of a symbol, or what is wrong with its config.
func (sc SymbolConfig) split() (base, quote string, err error) {
	illegal := func(r rune) bool { return ('A' > r || r > 'Z') && ('0' > r || r > '9') }
	base, quote, ok := strings.Cut(sc.Symbol, "-")
	switch {
	case !ok || base == "" || quote == "" || len(sc.Symbol) > symbolBytes || strings.ContainsFunc(base+quote, illegal):
		return "", "", fmt.Errorf("venuesim: symbol %q is not BASE-QUOTE in upper case, of at most %d bytes", sc.Symbol, symbolBytes)
	case sc.Depth < 2 || sc.Depth > depthMax:
		return "", "", fmt.Errorf("venuesim: symbol %s: depth %d is not between 2 and %d", sc.Symbol, sc.Depth, depthMax)
	case sc.QuantityLots < 1 || sc.QuantityLots > lotsMax:
		return "", "", fmt.Errorf("venuesim: symbol %s: quantity %d is not between 1 and %d lots", sc.Symbol, sc.QuantityLots, lotsMax)
	case sc.PriceTicks <= 4*int64(sc.Depth) || sc.PriceTicks > ticksMax:
		return "", "", fmt.Errorf("venuesim: symbol %s: price %d is not above 4 times the depth and at most %d ticks", sc.Symbol, sc.PriceTicks, int64(ticksMax))
	case sc.TickScale < 0 || sc.TickScale > 8 || sc.LotScale < 0 || sc.LotScale > 8:
		return "", "", fmt.Errorf("venuesim: symbol %s: scales %d and %d are not between 0 and 8", sc.Symbol, sc.TickScale, sc.LotScale)
	case 4*sc.QuantityLots > productMax/pow10[max(0, 8-sc.TickScale-sc.LotScale)]/sc.PriceTicks:
		return "", "", fmt.Errorf("venuesim: symbol %s: price times quantity has too many digits", sc.Symbol)
	case sc.TradesPerSecond < 0 || sc.ChangesPerSecond < 0:
		return "", "", fmt.Errorf("venuesim: symbol %s: negative rate", sc.Symbol)
	}
	return base, quote, nil
}

// NewMarket builds the books of a market at the instant start (unix ns).
func NewMarket(cfg MarketConfig, start int64) (*Market, error) {
	if len(cfg.Symbols) == 0 {
		return nil, fmt.Errorf("venuesim: a market needs symbols")
	}
	if cfg.Rate < 0 || cfg.Rate > rateMax {
		return nil, fmt.Errorf("venuesim: rate %v is not between 0 and %d", cfg.Rate, int(rateMax))
	}
	rate := cfg.Rate
	if rate == 0 {
		rate = 1
	}
	m := &Market{now: start}
	for i, sc := range cfg.Symbols {
		base, quote, err := sc.split()
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(m.symbols, func(s *Symbol) bool { return s.Base+s.Quote == base+quote }) {
			return nil, fmt.Errorf("venuesim: symbol %s is there twice", sc.Symbol)
		}
		s := &Symbol{
			SymbolConfig: sc, Base: base, Quote: quote, index: i,
			UpdateID: 1_000_000 * int64(i+1), TradeID: 100_000 * int64(i+1), AggregateID: 90_000 * int64(i+1),
			LastTick: sc.PriceTicks, LastLots: sc.QuantityLots,
			rng:     rand.New(rand.NewPCG(cfg.Seed, uint64(i))),
			changes: credit{perSecond: perSecond(sc.ChangesPerSecond, rate)},
			takers:  credit{perSecond: perSecond(sc.TradesPerSecond, rate)},
			bids:    side{best: +1}, asks: side{best: -1},
		}
		for n := int64(1); n <= int64(sc.Depth); n++ {
			s.bids.set(sc.PriceTicks-n, s.quantity())
			s.asks.set(sc.PriceTicks+n-1, s.quantity())
		}
		m.symbols = append(m.symbols, s)
	}
	return m, nil
}

// Symbols returns the symbols in the order of the config.
func (m *Market) Symbols() []*Symbol { return m.symbols }

// Now returns the time of the last Step, in unix ns.
func (m *Market) Now() int64 { return m.now }

// skip lets the time before now pass without an event: nothing is caught up.
func (m *Market) skip(now int64) { m.now = max(m.now, now) }

// elapsedMax is the longest time that one Step fills with events, in ns.
const elapsedMax = int64(10 * time.Second)

// Step moves the market to now (unix ns) and tells the observer what happened on the way; all of
// it happens at now. A time that is not later does nothing. Of more than ten seconds only the
// last ten have events.
func (m *Market) Step(now int64, o Observer) {
	elapsed := min(now-m.now, elapsedMax)
	if elapsed <= 0 {
		return
	}
	m.now = now
	for _, s := range m.symbols {
		changes, takers := s.changes.take(elapsed), s.takers.take(elapsed)
		for changes+takers > 0 {
			if s.rng.IntN(changes+takers) < takers {
				takers--
				s.trade(now, o)
			} else {
				changes--
				s.change(o)
			}
		}
	}
}

// side returns one side of the book.
func (s *Symbol) side(which Side) *side {
	if which == Bid {
		return &s.bids
	}
	return &s.asks
}

// quantity draws the quantity of a level.
func (s *Symbol) quantity() int64 { return 1 + s.rng.Int64N(2*s.QuantityLots) }

// set changes one level and tells the observer.
func (s *Symbol) set(which Side, tick, lots int64, o Observer) {
	sd := s.side(which)
	before, _ := sd.top()
	if !sd.set(tick, lots) {
		return
	}
	s.UpdateID++
	o.BookChanged(s, which, tick)
	if after, _ := sd.top(); after != before {
		o.TopChanged(s)
	}
}

// change lets a maker add to a level, change one or remove one.
func (s *Symbol) change(o Observer) {
	which := Side(s.rng.IntN(2))
	sd, other := s.side(which), s.side(1-which)
	best, _ := sd.top()
	opposite, _ := other.top()
	// Most makers are near the top: the distance is geometric, with a tail into the depth.
	distance := int64(0)
	for s.rng.IntN(4) != 0 && distance < 64 {
		distance++
	}
	if s.rng.IntN(10) == 0 {
		distance = s.rng.Int64N(int64(s.Depth))
	}
	tick := max(1, best.tick-sd.best*distance)
	switch gap := (opposite.tick - best.tick) * sd.best; {
	case sd.len() < s.Depth:
		// Keep the depth: the far end grows.
		if far := sd.worst().tick - sd.best; far > 0 {
			s.set(which, far, s.quantity(), o)
		}
	case gap > 1 && s.rng.IntN(2) == 0:
		s.set(which, best.tick+sd.best, s.quantity(), o)
	case sd.len() > s.Depth/2 && s.rng.IntN(3) == 0:
		s.set(which, tick, 0, o)
	case sd.len() < s.Depth+s.Depth/4 || sd.at(tick) != 0:
		s.set(which, tick, s.quantity(), o)
	default:
		s.set(which, sd.worst().tick, 0, o)
	}
}

// trade lets a taker buy or sell until its quantity is filled.
func (s *Symbol) trade(now int64, o Observer) {
	taker := Side(s.rng.IntN(2))
	// A price that has gone far comes back: otherwise a fast market walks to zero.
	switch {
	case s.LastTick < s.PriceTicks*3/4:
		taker = Bid
	case s.LastTick > s.PriceTicks*5/4:
		taker = Ask
	}
	maker := 1 - taker
	sd := s.side(maker)
	want := 1 + s.rng.Int64N(s.QuantityLots)
	// A taker never sweeps more than four levels, so the book always keeps its top.
	for n := 0; want > 0 && n < 4 && sd.len() > s.Depth/2; n++ {
		best, _ := sd.top()
		lots := min(want, best.lots)
		want -= lots
		t := Trade{Tick: best.tick, Taker: taker, Time: now, FirstID: s.TradeID + 1}
		s.lots = s.lots[:0]
		for rest := lots; rest > 0; {
			part := rest
			if len(s.lots) < 2 && rest > 1 && s.rng.IntN(3) == 0 {
				part = 1 + s.rng.Int64N(rest-1)
			}
			s.lots = append(s.lots, part)
			rest -= part
			s.TradeID++
		}
		s.AggregateID++
		t.LastID, t.Lots = s.TradeID, s.lots
		s.LastTick, s.LastLots = best.tick, s.lots[len(s.lots)-1]
		o.Traded(s, t)
		s.set(maker, best.tick, best.lots-lots, o)
	}
}

// Check returns an error if the book of s is not one: levels out of order, an empty level, or
// a bid at or above an ask.
func (s *Symbol) Check() error {
	for _, sd := range []*side{&s.bids, &s.asks} {
		if !slices.IsSortedFunc(sd.levels, func(a, b level) int { return int(sd.best) * int(a.tick-b.tick) }) {
			return fmt.Errorf("venuesim: %s: levels out of order", s.SymbolConfig.Symbol)
		}
		for i, l := range sd.levels {
			if l.lots <= 0 || l.tick <= 0 || i > 0 && sd.levels[i-1].tick == l.tick {
				return fmt.Errorf("venuesim: %s: bad level %+v", s.SymbolConfig.Symbol, l)
			}
		}
	}
	bid, okBid := s.bids.top()
	ask, okAsk := s.asks.top()
	if !okBid || !okAsk || bid.tick >= ask.tick {
		return fmt.Errorf("venuesim: %s: crossed or empty: bid %+v, ask %+v", s.SymbolConfig.Symbol, bid, ask)
	}
	return nil
}
