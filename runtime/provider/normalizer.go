package provider

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/provider/book"
)

var (
	errPrice    = errors.New("provider: price is not positive")
	errQuantity = errors.New("provider: quantity is not positive")
	errNegative = errors.New("provider: negative number")
	errSide     = errors.New("provider: trade without a side")
	errTime     = errors.New("provider: impossible time")
	errTradeID  = errors.New("provider: trade id is empty or too long")
)

// Normalizer makes canonical events of what a Decoder has read, and publishes them. The strings
// that it is given may alias the frame: nothing of them outlives a call. It borrows a pooled
// event for each and hands it to the Sink, or Puts it. It belongs to the goroutine of its
// connection.
type Normalizer struct {
	// Immutable.
	cfg      *Config
	stats    *counters
	symbols  *symbols
	checksum func(*book.Book) uint32
	inline   bool              // the stream carries the snapshots
	request  func(*instrument) // asks for a snapshot; must not block
	acked    func(id int64, refusal string, whole bool)

	syncing atomic.Int32 // books that were subscribed anew and have no snapshot yet; keep reads it, too

	// Of the message under way.
	ingest  int64
	trace   eventv1.TraceID
	current *instrument // the symbol that it is about, nil while not known
	restart bool        // the venue announced the end of the connection
	handed  int         // events handed on

	bids, asks []book.Level // collected by Bid and Ask for the next Diff or Snapshot
	top        []book.Level // room for the top of a book
}

// Trade is a trade, or an aggregate of trades, as a message tells it.
type Trade struct {
	Symbol          string // the venue's name
	ID              uint64
	TextID          string // the id where it may be no number; ID is not read then
	First, Last     uint64 // provider sequence
	Time            int64  // Unix ns
	Price, Quantity string
	Side            eventv1.Side // of the taker
}

// Ticker is a best bid and ask. A side without orders has zeros.
type Ticker struct {
	Symbol                                       string
	Seq                                          uint64
	Time                                         int64 // Unix ns; 0 where the venue sends none
	BidPrice, BidQuantity, AskPrice, AskQuantity string
	LastPrice, High24h, Low24h, Volume24h        string // "" where the venue sends none

	Apart bool // Seq does not number the book's updates: it can't be held against the book
	Delta bool // a number that is "" is as in the last ticker of the symbol; ignored without one
}

// Kline is one bar.
type Kline struct {
	Symbol                    string
	Time, OpenTime, CloseTime int64 // Unix ns
	Interval                  eventv1.KlineInterval
	Closed                    bool
	Open, High, Low, Close    string
	Volume, QuoteVolume       string
	Trades                    uint64
}

// Status is what a venue says of a symbol itself. An empty number is 0.
type Status struct {
	Symbol                                                      string
	Status                                                      eventv1.TradingStatus
	PriceIncrement, QuantityIncrement, QuantityMin, NotionalMin string

	// The digits after the point that the levels of the symbol are padded to from now on, where
	// the venue's checksum is of padded numbers; else 0.
	PriceScale, QuantityScale int
}

// begin starts a message.
func (n *Normalizer) begin(ingest int64, trace eventv1.TraceID) {
	n.ingest, n.trace, n.current, n.handed = ingest, trace, nil, 0
	n.bids, n.asks = n.bids[:0], n.asks[:0]
}

// instrument looks a symbol up and notes that the message is about it.
func (n *Normalizer) instrument(native string) (*instrument, error) {
	ins, err := n.symbols.lookup(native)
	n.current = ins
	return ins, err
}

// Trade publishes a TRADE.
func (n *Normalizer) Trade(t *Trade) error {
	ins, err := n.instrument(t.Symbol)
	if err != nil {
		return err
	}
	var num numbers
	price, quantity := num.positive(t.Price, errPrice), num.positive(t.Quantity, errQuantity)
	if num.err != nil {
		return num.err
	}
	if t.Side == eventv1.SideUnset {
		return errSide
	}
	var id eventv1.TradeID
	if t.TextID == "" {
		id.SetUint(t.ID)
	} else if !id.Set(t.TextID) {
		return errTradeID
	}
	lease, err := n.event(ins, t.Time)
	if err != nil {
		return err
	}
	ev := lease.Value()
	ev.SeqFirst, ev.SeqLast = t.First, t.Last
	trade := ev.SetTrade()
	trade.TradeID = id
	trade.Side, trade.Price, trade.Quantity = t.Side, price, quantity
	n.stats.trades.Add(1)
	n.publish(lease)
	return nil
}

// Ticker publishes a TICKER and holds it against the book.
func (n *Normalizer) Ticker(t *Ticker) error {
	ins, err := n.instrument(t.Symbol)
	if err != nil {
		return err
	}
	if t.Delta && !ins.hasTicker {
		return ErrIgnored
	}
	body, err := t.body(&ins.ticker)
	if err != nil {
		return err
	}
	ins.ticker, ins.hasTicker = body, true
	if !t.Apart {
		n.checkTop(ins, t.Seq, book.Level{Price: body.BidPrice, Quantity: body.BidQuantity},
			book.Level{Price: body.AskPrice, Quantity: body.AskQuantity})
	}
	lease, err := n.event(ins, t.Time)
	if err != nil {
		return err
	}
	ev := lease.Value()
	ev.SeqFirst, ev.SeqLast = t.Seq, t.Seq
	*ev.SetTicker() = body
	n.stats.tickers.Add(1)
	n.publish(lease)
	return nil
}

// body parses the numbers. Those that a delta leaves out are taken from the last ticker.
func (t *Ticker) body(last *eventv1.Ticker) (body eventv1.Ticker, err error) {
	if t.Delta {
		body = *last
	}
	var num numbers
	body.BidPrice = num.orLast(t.BidPrice, body.BidPrice, t.Delta)
	body.BidQuantity = num.orLast(t.BidQuantity, body.BidQuantity, t.Delta)
	body.AskPrice = num.orLast(t.AskPrice, body.AskPrice, t.Delta)
	body.AskQuantity = num.orLast(t.AskQuantity, body.AskQuantity, t.Delta)
	body.LastPrice = num.orLast(t.LastPrice, body.LastPrice, true)
	body.High24h = num.orLast(t.High24h, body.High24h, true)
	body.Low24h = num.orLast(t.Low24h, body.Low24h, true)
	body.Volume24h = num.orLast(t.Volume24h, body.Volume24h, true)
	return body, num.err
}

// Kline publishes a KLINE. Klines have no sequence.
func (n *Normalizer) Kline(k *Kline) error {
	ins, err := n.instrument(k.Symbol)
	if err != nil {
		return err
	}
	var num numbers
	body := eventv1.Kline{
		Open: num.notNegative(k.Open), High: num.notNegative(k.High),
		Low: num.notNegative(k.Low), Close: num.notNegative(k.Close),
		Volume: num.notNegative(k.Volume), QuoteVolume: num.notNegative(k.QuoteVolume),
	}
	if num.err != nil {
		return num.err
	}
	body.Interval, body.Closed, body.TradeCount = k.Interval, k.Closed, k.Trades
	body.OpenTime, body.CloseTime = k.OpenTime, k.CloseTime
	if body.OpenTime < 0 || body.CloseTime < body.OpenTime {
		return errTime
	}
	lease, err := n.event(ins, k.Time)
	if err != nil {
		return err
	}
	*lease.Value().SetKline() = body
	n.stats.klines.Add(1)
	n.publish(lease)
	return nil
}

// Status publishes an INSTRUMENT_STATUS where it differs from the last one of the symbol.
func (n *Normalizer) Status(s *Status) error {
	ins, err := n.instrument(s.Symbol)
	if err != nil {
		return err
	}
	var num numbers
	body := eventv1.InstrumentStatus{
		Status:         s.Status,
		PriceIncrement: num.orZero(s.PriceIncrement), QuantityIncrement: num.orZero(s.QuantityIncrement),
		QuantityMin: num.orZero(s.QuantityMin), NotionalMin: num.orZero(s.NotionalMin),
	}
	if num.err != nil {
		return num.err
	}
	ins.priceScale, ins.quantityScale = max(s.PriceScale, 0), max(s.QuantityScale, 0)
	if body == ins.status {
		return nil
	}
	lease, err := n.event(ins, 0)
	if err != nil {
		return err
	}
	*lease.Value().SetInstrumentStatus() = body
	ins.status = body
	n.stats.statuses.Add(1)
	n.publish(lease)
	return nil
}

// Ack reports the venue's answer to the subscribe request id: "" for success, else its words.
// An id of 0 means that the answer named none: it is the oldest request's.
func (n *Normalizer) Ack(id int64, refusal string) {
	if n.acked != nil {
		n.acked(id, refusal, false)
	}
}

// Refuse reports that the venue refused the whole request id, where it else answers for each
// stream (Limits.AckEach).
func (n *Normalizer) Refuse(id int64, refusal string) {
	if n.acked != nil {
		n.acked(id, refusal, true)
	}
}

// Restart reports that the venue is about to end the connection: a new one is made at once.
func (n *Normalizer) Restart() { n.restart = true }

// event borrows an event and stamps it. The caller owns the lease.
func (n *Normalizer) event(ins *instrument, exchangeTime int64) (eventv1.CanonicalEventLease, error) {
	if exchangeTime < 0 {
		return eventv1.CanonicalEventLease{}, errTime
	}
	lease, err := n.cfg.Pools.CanonicalEvent.Get(context.Background())
	if err != nil {
		return lease, err
	}
	ev := lease.Value()
	ev.Provider, ev.Symbol, ev.Epoch = n.cfg.Name, ins.symbol, ins.epoch
	ev.ExchangeTime, ev.IngestTime, ev.TraceID = exchangeTime, n.ingest, n.trace
	return lease, nil
}

// publish stamps the event with the time and gives the lease to the sink.
func (n *Normalizer) publish(lease eventv1.CanonicalEventLease) {
	now := n.ingest
	if n.cfg.Now != nil {
		now = n.cfg.Now()
	}
	lease.Value().EmitTime = now
	n.handed++
	n.cfg.Sink.Publish(lease)
}

// numbers parses several numbers and keeps the first error.
type numbers struct{ err error }

// positive parses a number that must be above zero.
func (p *numbers) positive(text string, fault error) decimal.Decimal {
	d := p.parse(text)
	if p.err == nil && !d.IsPos() {
		p.err = fmt.Errorf("%w: %s", fault, d)
	}
	return d
}

// notNegative parses a number that may be zero.
func (p *numbers) notNegative(text string) decimal.Decimal {
	d := p.parse(text)
	if p.err == nil && d.IsNeg() {
		p.err = fmt.Errorf("%w: %s", errNegative, d)
	}
	return d
}

// orLast parses a number that may be zero. One that may be left out is then what it was.
func (p *numbers) orLast(text string, last decimal.Decimal, optional bool) decimal.Decimal {
	if text == "" && optional {
		return last
	}
	return p.notNegative(text)
}

// orZero parses a number that may be zero or left out.
func (p *numbers) orZero(text string) decimal.Decimal {
	if text == "" {
		return decimal.Decimal{}
	}
	return p.notNegative(text)
}

func (p *numbers) parse(text string) decimal.Decimal {
	d, err := decimal.Parse(text)
	if err != nil && p.err == nil {
		p.err = err
	}
	return d
}
