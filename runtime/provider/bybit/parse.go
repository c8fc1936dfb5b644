package bybit

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/goccy/go-json"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/provider"
)

var (
	errMissing  = errors.New("bybit: missing, null or negative value")
	errType     = errors.New("bybit: impossible message type")
	errTopic    = errors.New("bybit: data of another symbol than the topic's")
	errSide     = errors.New("bybit: unknown side")
	errLevel    = errors.New("bybit: level is not a price and a quantity")
	errShape    = errors.New("bybit: not a message of the venue")
	errRefused  = errors.New("bybit: request refused")
	errResponse = errors.New("bybit: answer to an unknown request")
)

// The types of a message.
const (
	snapshot = "snapshot"
	delta    = "delta"
)

// decoder decodes in one stage, envelope and payload together, into the type that the topic
// names. It is reused from message to message.
type decoder struct {
	books  string // begins the topics of books
	spot   bool
	book   wireBook
	trades wireTrades
	ticker wireTicker
}

// Message reads one message of the stream.
func (d *decoder) Message(data []byte, out *provider.Normalizer) error {
	topic := peek(data)
	if topic == nil {
		var err error
		if topic, err = probe(data, out); err != nil {
			return err
		}
	}
	switch d.channelOf(topic) {
	case Books:
		d.book.prepare()
		if err := decode(data, &d.book); err != nil {
			return err
		}
		return readBook(&d.book, d.books, out)
	case Tops:
		d.book.prepare()
		if err := decode(data, &d.book); err != nil {
			return err
		}
		return readTop(&d.book, out)
	case Trades:
		d.trades.prepare()
		if err := decode(data, &d.trades); err != nil {
			return err
		}
		d.trades.failed = false
		return readTrades(&d.trades, out)
	case Tickers:
		d.ticker.prepare()
		if err := decode(data, &d.ticker); err != nil {
			return err
		}
		return d.readTicker(&d.ticker, out)
	}
	return provider.ErrIgnored
}

// decode fills w, which was prepared. The strings of w alias data.
func decode[T any](data []byte, w *T) error {
	return json.UnmarshalWithOption(data, w, json.DecodeNoCopyString())
}

// probe decodes a message that does not begin with a topic: answers to requests, and data whose
// keys come in another order, of which it returns the topic.
func probe(data []byte, out *provider.Normalizer) (topic []byte, err error) {
	var w wireProbe
	if err := json.Unmarshal(data, &w); err != nil {
		return nil, err
	}
	switch {
	case w.Topic != "":
		return []byte(w.Topic), nil
	case w.Op == "subscribe" && w.Success != nil:
		refusal := ""
		if !*w.Success {
			refusal = "refused: " + w.Message
		}
		out.Ack(requestID(w.RequestID), refusal)
	case w.Success != nil && !*w.Success:
		return nil, fmt.Errorf("%w: %.64q", errRefused, w.Message)
	case w.Op == "":
		return nil, errShape
	}
	return nil, provider.ErrIgnored // pong, and acks of other requests
}

// requestID reads the id of an answer; 0 where it has none that could be ours.
func requestID(id string) int64 {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// isAbout reports whether a topic is prefix and symbol.
func isAbout(topic, prefix, symbol string) bool {
	return len(topic) == len(prefix)+len(symbol) && topic[:len(prefix)] == prefix && topic[len(prefix):] == symbol
}

// readTrades publishes the trades of a message. One that is none does not keep back the others.
func readTrades(w *wireTrades, out *provider.Normalizer) error {
	if w.Type != snapshot {
		return errType
	}
	if len(w.Data) == 0 {
		return errMissing
	}
	var results provider.Results
	for i := range w.Data {
		if !results.Add(readTrade(&w.Data[i], w.Topic, out)) {
			break
		}
	}
	return results.Err()
}

func readTrade(w *wireTrade, topic string, out *provider.Normalizer) error {
	if !isAbout(topic, tradesTopic, w.Symbol) {
		return errTopic
	}
	if w.ID == "" || w.Time <= 0 || w.Time > msMax {
		return errMissing
	}
	side := eventv1.SideBuy
	switch w.Side {
	case "Buy":
	case "Sell":
		side = eventv1.SideSell
	default:
		return errSide
	}
	return out.Trade(&provider.Trade{
		Symbol: w.Symbol, TextID: w.ID, Time: w.Time * nsPerMs, Price: w.Price, Quantity: w.Quantity, Side: side,
	})
}

// readTicker publishes a ticker. Those of derivatives are a snapshot and then deltas, which hold
// only what changed; those of spot are snapshots without a best bid and ask.
func (d *decoder) readTicker(w *wireTicker, out *provider.Normalizer) error {
	if w.Type != snapshot && (w.Type != delta || d.spot) {
		return errType
	}
	t := &w.Data
	if !isAbout(w.Topic, tickersTopic, t.Symbol) {
		return errTopic
	}
	if w.Seq < 0 || w.Time < 0 || w.Time > msMax || w.Type == snapshot && t.LastPrice == "" {
		return errMissing
	}
	ticker := provider.Ticker{
		Symbol: t.Symbol, Seq: uint64(w.Seq), Time: w.Time * nsPerMs, Apart: true, Delta: w.Type == delta,
		BidPrice: t.BidPrice, BidQuantity: t.BidQuantity, AskPrice: t.AskPrice, AskQuantity: t.AskQuantity,
		LastPrice: t.LastPrice, High24h: t.High24h, Low24h: t.Low24h, Volume24h: t.Volume24h,
	}
	if d.spot {
		ticker.BidPrice, ticker.BidQuantity, ticker.AskPrice, ticker.AskQuantity = "0", "0", "0", "0"
	}
	return out.Ticker(&ticker)
}

const (
	nsPerMs = 1_000_000
	msMax   = math.MaxInt64 / nsPerMs // the last time that fits Unix ns
)

// Response fails: no request is made.
func (d *decoder) Response(string, []byte, *provider.Normalizer) error { return errResponse }
