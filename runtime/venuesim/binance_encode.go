package venuesim

import (
	"slices"
	"strconv"
)

// timeUnit is the unit of the times in a message, in nanoseconds.
type timeUnit int64

const (
	millis timeUnit = 1e6
	micros timeUnit = 1e3
)

// The venue writes every price and quantity with eight digits after the point.
const wireScale = 8

var pow10 = [...]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}

// appendFixed appends n / 10^scale with eight digits after the point.
func appendFixed(dst []byte, n int64, scale int) []byte {
	p := pow10[scale]
	dst = strconv.AppendInt(dst, n/p, 10)
	dst = append(dst, '.')
	fraction := n % p * pow10[wireScale-scale]
	for d := pow10[wireScale-1]; d > 0; d /= 10 {
		dst = append(dst, byte('0'+fraction/d%10))
	}
	return dst
}

// appendProduct appends ticks times lots, whose scale may exceed eight: digits beyond are cut.
func appendProduct(dst []byte, n int64, scale int) []byte {
	for ; scale > wireScale; scale-- {
		n /= 10
	}
	return appendFixed(dst, n, scale)
}

func (b *binanceBook) appendPrice(dst []byte, tick int64) []byte {
	return appendFixed(dst, tick, b.sym.TickScale)
}

func (b *binanceBook) appendLots(dst []byte, lots int64) []byte {
	return appendFixed(dst, lots, b.sym.LotScale)
}

func (b *binanceBook) appendNotional(dst []byte, product int64) []byte {
	return appendProduct(dst, product, b.sym.TickScale+b.sym.LotScale)
}

// The field helpers append `,"key":value`; the caller begins the object.

func key(dst []byte, k string) []byte {
	dst = append(dst, ',', '"')
	dst = append(dst, k...)
	return append(dst, '"', ':')
}

func intField(dst []byte, k string, v int64) []byte { return strconv.AppendInt(key(dst, k), v, 10) }

func boolField(dst []byte, k string, v bool) []byte { return strconv.AppendBool(key(dst, k), v) }

func (b *binanceBook) priceField(dst []byte, k string, tick int64) []byte {
	return append(b.appendPrice(append(key(dst, k), '"'), tick), '"')
}

func (b *binanceBook) lotsField(dst []byte, k string, lots int64) []byte {
	return append(b.appendLots(append(key(dst, k), '"'), lots), '"')
}

func (b *binanceBook) notionalField(dst []byte, k string, product int64) []byte {
	return append(b.appendNotional(append(key(dst, k), '"'), product), '"')
}

// event begins a message: its type, its time and its symbol.
func (b *binanceBook) event(dst []byte, u timeUnit, name string, now int64) []byte {
	dst = append(append(append(dst, `{"e":"`...), name...), '"')
	dst = intField(dst, "E", now/int64(u))
	return append(append(append(dst, `,"s":"`...), b.symbol...), '"')
}

func (b *binanceBook) appendTrade(dst []byte, u timeUnit, t Trade, id, lots int64) []byte {
	dst = b.event(dst, u, "trade", t.Time)
	dst = intField(dst, "t", id)
	dst = b.priceField(dst, "p", t.Tick)
	dst = b.lotsField(dst, "q", lots)
	dst = intField(dst, "T", t.Time/int64(u))
	dst = boolField(dst, "m", t.Taker == Ask)
	return append(boolField(dst, "M", true), '}')
}

func (b *binanceBook) appendAggTrade(dst []byte, u timeUnit, t Trade) []byte {
	lots := int64(0)
	for _, n := range t.Lots {
		lots += n
	}
	dst = b.event(dst, u, "aggTrade", t.Time)
	dst = intField(dst, "a", b.sym.AggregateID)
	dst = b.priceField(dst, "p", t.Tick)
	dst = b.lotsField(dst, "q", lots)
	dst = intField(dst, "f", t.FirstID)
	dst = intField(dst, "l", t.LastID)
	dst = intField(dst, "T", t.Time/int64(u))
	dst = boolField(dst, "m", t.Taker == Ask)
	return append(boolField(dst, "M", true), '}')
}

func (b *binanceBook) appendBookTicker(dst []byte, _ timeUnit) []byte {
	bid, _ := b.sym.bids.top()
	ask, _ := b.sym.asks.top()
	dst = strconv.AppendInt(append(dst, `{"u":`...), b.sym.UpdateID, 10)
	dst = append(append(append(dst, `,"s":"`...), b.symbol...), '"')
	dst = b.priceField(dst, "b", bid.tick)
	dst = b.lotsField(dst, "B", bid.lots)
	dst = b.priceField(dst, "a", ask.tick)
	return append(b.lotsField(dst, "A", ask.lots), '}')
}

// appendDiff appends the net changes since the last diff of the speed.
func (b *binanceBook) appendDiff(dst []byte, u timeUnit, d *depthState, now int64) []byte {
	dst = b.event(dst, u, "depthUpdate", now)
	dst = intField(dst, "U", d.lastID+1)
	dst = intField(dst, "u", b.sym.UpdateID)
	dst = b.appendChanged(key(dst, "b"), d, Bid)
	return append(b.appendChanged(key(dst, "a"), d, Ask), '}')
}

// appendChanged appends the changed levels of one side, best first, with what they hold now.
func (b *binanceBook) appendChanged(dst []byte, d *depthState, which Side) []byte {
	sd := b.sym.side(which)
	d.ticks = d.ticks[:0]
	for tick := range d.changed[which] {
		d.ticks = append(d.ticks, tick)
	}
	slices.SortFunc(d.ticks, func(a, b int64) int { return int(sd.best) * int(b-a) })
	dst = append(dst, '[')
	for i, tick := range d.ticks {
		dst = b.appendLevel(dst, i, level{tick, sd.at(tick)})
	}
	return append(dst, ']')
}

func (b *binanceBook) appendLevel(dst []byte, i int, l level) []byte {
	if i > 0 {
		dst = append(dst, ',')
	}
	dst = b.appendPrice(append(dst, `["`...), l.tick)
	dst = b.appendLots(append(dst, `","`...), l.lots)
	return append(dst, `"]`...)
}

// appendPartial appends the top of the book: a partial depth message, or the body of a depth
// snapshot.
func (b *binanceBook) appendPartial(dst []byte, levels int) []byte {
	dst = strconv.AppendInt(append(dst, `{"lastUpdateId":`...), b.sym.UpdateID, 10)
	for _, which := range [...]Side{Bid, Ask} {
		sd := b.sym.side(which)
		dst = append(key(dst, [...]string{"bids", "asks"}[which]), '[')
		for i := range min(levels, sd.len()) {
			dst = b.appendLevel(dst, i, sd.nth(i))
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

func (b *binanceBook) appendKline(dst []byte, u timeUnit, now int64, interval int, closed bool) []byte {
	k := &b.bars[interval]
	dst = b.event(dst, u, "kline", now)
	dst = append(dst, `,"k":{"t":`...)
	dst = strconv.AppendInt(dst, k.open/int64(u), 10)
	dst = intField(dst, "T", k.next/int64(u)-1)
	dst = append(append(append(dst, `,"s":"`...), b.symbol...), '"')
	dst = append(append(append(dst, `,"i":"`...), klineIntervals[interval].name...), '"')
	dst = intField(dst, "f", k.firstID)
	dst = intField(dst, "L", k.lastID)
	dst = b.priceField(dst, "o", k.openTick)
	dst = b.priceField(dst, "c", k.closeTick)
	dst = b.priceField(dst, "h", k.highTick)
	dst = b.priceField(dst, "l", k.lowTick)
	dst = b.lotsField(dst, "v", k.volume)
	dst = intField(dst, "n", k.trades)
	dst = boolField(dst, "x", closed)
	dst = b.notionalField(dst, "q", k.quote)
	dst = b.lotsField(dst, "V", k.takerVol)
	dst = b.notionalField(dst, "Q", k.takerQt)
	return append(dst, `,"B":"0"}}`...)
}

// appendMiniTicker appends the day since the simulator's start, the longest day it knows.
func (b *binanceBook) appendMiniTicker(dst []byte, u timeUnit, now int64) []byte {
	dst = b.event(dst, u, "24hrMiniTicker", now)
	dst = b.priceField(dst, "c", b.day.closeTick)
	dst = b.priceField(dst, "o", b.day.openTick)
	dst = b.priceField(dst, "h", b.day.highTick)
	dst = b.priceField(dst, "l", b.day.lowTick)
	dst = b.lotsField(dst, "v", b.day.volume)
	return append(b.notionalField(dst, "q", b.day.quote), '}')
}

func (b *binanceBook) appendTicker(dst []byte, u timeUnit, now int64) []byte {
	bid, _ := b.sym.bids.top()
	ask, _ := b.sym.asks.top()
	change := b.day.closeTick - b.day.openTick
	dst = b.event(dst, u, "24hrTicker", now)
	dst = b.changeField(dst, change)
	dst = percentField(dst, change, b.day.openTick)
	average := b.day.closeTick
	if b.day.volume > 0 {
		average = b.day.quote / b.day.volume
	}
	dst = b.priceField(dst, "w", average)
	dst = b.priceField(dst, "x", b.day.openTick)
	dst = b.priceField(dst, "c", b.day.closeTick)
	dst = b.lotsField(dst, "Q", b.sym.LastLots)
	dst = b.priceField(dst, "b", bid.tick)
	dst = b.lotsField(dst, "B", bid.lots)
	dst = b.priceField(dst, "a", ask.tick)
	dst = b.lotsField(dst, "A", ask.lots)
	dst = b.priceField(dst, "o", b.day.openTick)
	dst = b.priceField(dst, "h", b.day.highTick)
	dst = b.priceField(dst, "l", b.day.lowTick)
	dst = b.lotsField(dst, "v", b.day.volume)
	dst = b.notionalField(dst, "q", b.day.quote)
	dst = intField(dst, "O", b.day.open/int64(u))
	dst = intField(dst, "C", now/int64(u))
	dst = intField(dst, "F", b.day.firstID)
	dst = intField(dst, "L", b.day.lastID)
	return append(intField(dst, "n", b.day.trades), '}')
}

// changeField appends a change of the price.
func (b *binanceBook) changeField(dst []byte, ticks int64) []byte {
	dst = append(key(dst, "p"), '"')
	if ticks < 0 {
		dst, ticks = append(dst, '-'), -ticks
	}
	return append(b.appendPrice(dst, ticks), '"')
}

// percentField appends a change in percent, with three digits after the point.
func percentField(dst []byte, ticks, of int64) []byte {
	dst = append(key(dst, "P"), '"')
	n := ticks * 100_000 / of
	if n < 0 {
		dst, n = append(dst, '-'), -n
	}
	dst = append(strconv.AppendInt(dst, n/1000, 10), '.', byte('0'+n/100%10), byte('0'+n/10%10), byte('0'+n%10))
	return append(dst, '"')
}
