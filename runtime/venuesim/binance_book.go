package venuesim

import "slices"

// binanceBook is what the venue keeps of one symbol beside its book: who listens, what changed
// since the last diff, the running bars and the day. Guarded by binance.mu.
type binanceBook struct {
	sym    *Symbol
	symbol string // venue symbol, upper case

	trade, aggTrade, bookTicker, ticker, miniTicker *stream
	depth                                           [2]depthState                  // 100 ms, 1000 ms
	partial                                         [2][len(partialLevels)]*stream // by speed; 5, 10, 20 levels
	klines                                          [len(klineIntervals)]*stream

	bars [len(klineIntervals)]bar
	day  bar // since the simulator's start

	// A bar starts anew before its sums have more than 18 digits on the wire.
	lotsMax, quoteMax int64
}

// depthState is the diff stream of one speed: the levels that changed since its last message.
type depthState struct {
	stream  *stream
	lastID  int64 // last update id of the last message
	changed [2]map[int64]struct{}
	ticks   []int64 // reused
}

// bar is a running kline. Volumes are in lots and in ticks times lots.
type bar struct {
	open, next                       int64 // unix ns
	openTick, highTick, lowTick      int64
	closeTick                        int64
	volume, quote, takerVol, takerQt int64
	firstID, lastID, trades          int64
}

func newBinanceBook(s *Symbol, now int64) *binanceBook {
	b := &binanceBook{
		sym: s, symbol: s.Base + s.Quote,
		lotsMax: sumMax / pow10[wireScale-s.LotScale], quoteMax: sumMax / pow10[max(0, wireScale-s.TickScale-s.LotScale)],
	}
	for i := range b.depth {
		b.depth[i].lastID = s.UpdateID
		for side := range b.depth[i].changed {
			b.depth[i].changed[side] = make(map[int64]struct{})
		}
	}
	for i, k := range klineIntervals {
		b.bars[i].open, b.bars[i].next = k.bounds(now)
		b.bars[i].start(s.LastTick)
	}
	b.day.open, b.day.next = now, 1<<63-1
	b.day.start(s.LastTick)
	return b
}

// slot returns where the stream of a spec is kept.
func (b *binanceBook) slot(spec streamSpec) **stream {
	speed := 0
	if spec.slow {
		speed = 1
	}
	switch spec.kind {
	case kindTrade:
		return &b.trade
	case kindAggTrade:
		return &b.aggTrade
	case kindBookTicker:
		return &b.bookTicker
	case kindTicker:
		return &b.ticker
	case kindMiniTicker:
		return &b.miniTicker
	case kindDepth:
		return &b.depth[speed].stream
	case kindPartial:
		return &b.partial[speed][slices.Index(partialLevels[:], spec.levels)]
	default:
		return &b.klines[spec.interval]
	}
}

// start begins an empty bar at a price.
func (k *bar) start(tick int64) {
	*k = bar{open: k.open, next: k.next, openTick: tick, highTick: tick, lowTick: tick, closeTick: tick, firstID: -1, lastID: -1}
}

// sumMax bounds the volumes of a bar. At the default rates a bar gets there after weeks, in a
// market a thousand times as fast after a quarter of an hour.
const sumMax = int64(1e18)

// count adds one trade to all bars.
func (b *binanceBook) count(tick, lots, id int64, taker Side) {
	for i := range b.bars {
		b.add(&b.bars[i], tick, lots, id, taker)
	}
	b.add(&b.day, tick, lots, id, taker)
}

// add counts one trade.
func (b *binanceBook) add(k *bar, tick, lots, id int64, taker Side) {
	if k.volume+lots > b.lotsMax || k.quote+lots*tick > b.quoteMax {
		k.start(k.closeTick)
	}
	if k.trades == 0 {
		k.openTick, k.highTick, k.lowTick, k.firstID = tick, tick, tick, id
	}
	k.highTick, k.lowTick, k.closeTick = max(k.highTick, tick), min(k.lowTick, tick), tick
	k.volume += lots
	k.quote += lots * tick
	if taker == Bid {
		k.takerVol += lots
		k.takerQt += lots * tick
	}
	k.lastID = id
	k.trades++
}

// BookChanged implements Observer.
func (b *binance) BookChanged(s *Symbol, side Side, tick int64) {
	book := b.ordered[s.index]
	for i := range book.depth {
		book.depth[i].changed[side][tick] = struct{}{}
	}
}

// TopChanged implements Observer.
func (b *binance) TopChanged(s *Symbol) {
	book := b.ordered[s.index]
	if book.bookTicker != nil {
		b.publish(book.bookTicker, book.appendBookTicker)
	}
}

// Traded implements Observer.
func (b *binance) Traded(s *Symbol, t Trade) {
	book := b.ordered[s.index]
	b.rollBars(book, t.Time)
	for i, lots := range t.Lots {
		id := t.FirstID + int64(i)
		book.count(t.Tick, lots, id, t.Taker)
		if book.trade != nil {
			b.publish(book.trade, func(dst []byte, u timeUnit) []byte {
				return book.appendTrade(dst, u, t, id, lots)
			})
		}
	}
	if book.aggTrade != nil {
		b.publish(book.aggTrade, func(dst []byte, u timeUnit) []byte { return book.appendAggTrade(dst, u, t) })
	}
}

// rollBars closes the bars that ended before now, and publishes their last state.
func (b *binance) rollBars(book *binanceBook, now int64) {
	for i := range book.bars {
		for k := &book.bars[i]; now >= k.next; {
			if book.klines[i] != nil {
				b.publish(book.klines[i], func(dst []byte, u timeUnit) []byte { return book.appendKline(dst, u, now, i, true) })
			}
			k.open, k.next = klineIntervals[i].bounds(k.next)
			k.start(k.closeTick)
		}
	}
}

// flush100 sends what is due every 100 ms. The caller holds mu.
func (b *binance) flush100(now int64) {
	for _, book := range b.ordered {
		b.flushDepth(book, 0, now)
		b.rollBars(book, now)
	}
}

// flush1s sends what is due every second, and the longer klines every other second. The caller
// holds mu.
func (b *binance) flush1s(now int64) {
	b.seconds++
	for _, book := range b.ordered {
		b.flushDepth(book, 1, now)
		for i, st := range book.klines {
			if st != nil && (i == 0 || b.seconds%2 == 0) {
				b.publish(st, func(dst []byte, u timeUnit) []byte { return book.appendKline(dst, u, now, i, false) })
			}
		}
		if book.ticker != nil {
			b.publish(book.ticker, func(dst []byte, u timeUnit) []byte { return book.appendTicker(dst, u, now) })
		}
		if book.miniTicker != nil {
			b.publish(book.miniTicker, func(dst []byte, u timeUnit) []byte { return book.appendMiniTicker(dst, u, now) })
		}
	}
}

// partialLevels are the sizes of the partial books.
var partialLevels = [...]int{5, 10, 20}

// flushDepth sends the net changes of the levels since the last message of a speed, if there are
// any, and the partial books of that speed.
func (b *binance) flushDepth(book *binanceBook, speed int, now int64) {
	d := &book.depth[speed]
	if d.lastID != book.sym.UpdateID {
		if d.stream != nil {
			b.publish(d.stream, func(dst []byte, u timeUnit) []byte { return book.appendDiff(dst, u, d, now) })
		}
		d.lastID = book.sym.UpdateID
		for _, changed := range d.changed {
			clear(changed)
		}
	}
	for i, st := range book.partial[speed] {
		if st != nil {
			b.publish(st, func(dst []byte, _ timeUnit) []byte { return book.appendPartial(dst, partialLevels[i]) })
		}
	}
}
