package coinbase

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/goccy/go-json"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/provider"
)

var (
	errMissing  = errors.New("coinbase: missing or null value")
	errShape    = errors.New("coinbase: not a message of the venue")
	errType     = errors.New("coinbase: neither a snapshot nor an update")
	errSequence = errors.New("coinbase: no sequence number")
	errSide     = errors.New("coinbase: unknown side")
	errTradeID  = errors.New("coinbase: trade id is no number")
)

// The names of channels in messages, and the types of their events.
const (
	channelBooks         = "l2_data"
	channelTickers       = "ticker"
	channelTrades        = "market_trades"
	channelSubscriptions = "subscriptions"

	typeSnapshot = "snapshot"
	typeUpdate   = "update"
	typeError    = "error"
)

// decoder decodes in one stage. It belongs to one connection, whose frames it counts, and is
// reused from message to message.
type decoder struct {
	message message
	counted bool   // a frame was seen
	next    uint64 // sequence number of the next frame
}

// Message reads one message of the stream.
func (d *decoder) Message(data []byte, out *provider.Normalizer) error {
	m := &d.message
	m.prepare()
	if err := json.UnmarshalWithOption(data, m, json.DecodeNoCopyString()); err != nil {
		m.failed()
		d.damaged(data, out)
		return err
	}
	if m.Channel == "" {
		if m.Type != typeError {
			return errShape
		}
		out.Ack(0, "refused: "+m.Message)
		return provider.ErrIgnored
	}
	if err := d.count(m.Sequence, out); err != nil {
		return err
	}
	switch m.Channel {
	case channelBooks:
		return d.readBooks(out)
	case channelTickers:
		return readTickers(m, out)
	case channelTrades:
		return readTrades(m, out)
	case channelSubscriptions:
		out.Ack(0, "")
	}
	return provider.ErrIgnored
}

// Response is not called: there is nothing to request.
func (d *decoder) Response(string, []byte, *provider.Normalizer) error { return provider.ErrIgnored }

// count takes the sequence number of a frame. One that does not follow means that frames are
// missing, of whatever symbol.
func (d *decoder) count(sequence json.Number, out *provider.Normalizer) error {
	n, err := strconv.ParseUint(string(sequence), 10, 63)
	if err != nil {
		return fmt.Errorf("%w: %.32q", errSequence, string(sequence))
	}
	if d.counted && n != d.next {
		out.Gap("")
	}
	d.counted, d.next = true, n+1
	return nil
}

// damaged counts a frame that can't be read but tells its channel and number. One of a book, or
// of who knows what, is left out: it is missing, and the next frame shows it.
func (d *decoder) damaged(data []byte, out *provider.Normalizer) {
	var h head
	if err := json.Unmarshal(data, &h); err != nil || h.Channel == "" || h.Channel == channelBooks {
		return
	}
	if err := d.count(h.Sequence, out); err != nil {
		return // as if it had none: the caller has the reason
	}
}

func readTickers(m *message, out *provider.Normalizer) error {
	at, err := provider.ParseTime(m.Timestamp)
	if err != nil {
		return err
	}
	if len(m.Events) == 0 {
		return errMissing
	}
	var results provider.Results
	for i := range m.Events {
		e := &m.Events[i]
		if e.Tickers == nil || e.Type != typeSnapshot && e.Type != typeUpdate {
			results.Add(errType)
			continue
		}
		for j := range e.Tickers {
			if !results.Add(readTicker(&e.Tickers[j], at, out)) {
				return results.Err()
			}
		}
	}
	return results.Err()
}

func readTicker(w *wireTicker, at int64, out *provider.Normalizer) error {
	return out.Ticker(&provider.Ticker{
		Symbol: w.Product, Time: at, Apart: true,
		BidPrice: w.BidPrice, BidQuantity: orZero(w.BidQuantity),
		AskPrice: w.AskPrice, AskQuantity: orZero(w.AskQuantity),
		LastPrice: w.Price, High24h: w.High, Low24h: w.Low, Volume24h: w.Volume,
	})
}

// orZero is for quantities that some tickers lack.
func orZero(quantity string) string {
	if quantity == "" {
		return "0"
	}
	return quantity
}

func readTrades(m *message, out *provider.Normalizer) error {
	if len(m.Events) == 0 {
		return errMissing
	}
	var results provider.Results
	for i := range m.Events {
		e := &m.Events[i]
		switch {
		case e.Type == typeSnapshot:
			results.Add(provider.ErrIgnored)
			continue
		case e.Type != typeUpdate:
			results.Add(errType)
			continue
		case e.Trades == nil:
			results.Add(errMissing)
			continue
		}
		for j := range e.Trades {
			if !results.Add(readTrade(&e.Trades[len(e.Trades)-1-j], out)) { // oldest first
				return results.Err()
			}
		}
	}
	return results.Err()
}

func readTrade(w *wireTrade, out *provider.Normalizer) error {
	at, err := provider.ParseTime(w.Time)
	if err != nil {
		return err
	}
	id, err := strconv.ParseUint(w.ID, 10, 64)
	if err != nil {
		return fmt.Errorf("%w: %.32q", errTradeID, w.ID)
	}
	t := provider.Trade{
		Symbol: w.Product, ID: id, First: id, Last: id, Time: at,
		Price: w.Price, Quantity: w.Size,
	}
	switch w.Side { // the maker's
	case "BUY":
		t.Side = eventv1.SideSell
	case "SELL":
		t.Side = eventv1.SideBuy
	default:
		return errSide
	}
	return out.Trade(&t)
}
