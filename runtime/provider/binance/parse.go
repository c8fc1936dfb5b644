package binance

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/goccy/go-json"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/provider"
)

var (
	errEvent    = errors.New("binance: event type differs from the stream's")
	errMissing  = errors.New("binance: missing, null or negative value")
	errBool     = errors.New("binance: missing or null bool")
	errRange    = errors.New("binance: ids out of order")
	errInterval = errors.New("binance: unknown kline interval")
	errLevel    = errors.New("binance: level is not a price and a quantity")
	errShape    = errors.New("binance: not a message of the venue")
	errResponse = errors.New("binance: answer to an unknown request")
)

// decoder decodes in one stage, envelope and payload together, into the type that the first
// bytes name. It is reused from message to message.
type decoder struct {
	market   *market // immutable
	trade    combined[wireTrade]
	aggTrade combined[wireAggTrade]
	top      combined[wireTop]
	depth    combined[wireDepth]
	kline    combined[wireKline]
	shutdown combined[wireEvent]
	snapshot wireSnapshot
}

// Message reads one message of the stream.
func (d *decoder) Message(data []byte, out *provider.Normalizer) error {
	channel, wrapped := peek(data)
	if channel == channelUnknown {
		var err error
		if channel, wrapped, err = probe(data, out); err != nil {
			return err
		}
	}
	switch channel {
	case Depth:
		if hasNull(data) {
			return errMissing
		}
		d.depth.Data.prepare()
		if err := decode(data, wrapped, &d.depth); err != nil {
			d.depth.Data.failed()
			return err
		}
		return d.readDepth(&d.depth.Data, out)
	case BookTicker:
		d.top.Data.prepare()
		if err := decode(data, wrapped, &d.top); err != nil {
			return err
		}
		return d.readTop(&d.top.Data, out)
	case Trades:
		d.trade.Data.prepare()
		if err := decode(data, wrapped, &d.trade); err != nil {
			return err
		}
		return readTrade(&d.trade.Data, data, out)
	case AggTrades:
		d.aggTrade.Data.prepare()
		if err := decode(data, wrapped, &d.aggTrade); err != nil {
			return err
		}
		return readAggTrade(&d.aggTrade.Data, data, out)
	case Klines:
		d.kline.Data.prepare()
		if err := decode(data, wrapped, &d.kline); err != nil {
			return err
		}
		return readKline(&d.kline.Data, data, out)
	case channelSnapshot:
		return d.readSnapshot("", data, out)
	case channelShutdown:
		d.shutdown.Data.prepare()
		if err := decode(data, wrapped, &d.shutdown); err != nil {
			return err
		}
		if d.shutdown.Data.Event != "serverShutdown" {
			return errEvent
		}
		out.Restart()
		return provider.ErrIgnored
	}
	return provider.ErrIgnored
}

// decode fills w, which was prepared, from the message. The strings of w alias data.
func decode[T any](data []byte, wrapped bool, w *combined[T]) error {
	if wrapped {
		return json.UnmarshalWithOption(data, w, json.DecodeNoCopyString())
	}
	return json.UnmarshalWithOption(data, &w.Data, json.DecodeNoCopyString())
}

// probe decodes a message that does not begin as the venue's data does: answers to requests,
// and data whose keys come in another order. It returns the channel of data, and an error for
// all else: ErrIgnored for what is known or new, errShape for what is no message at all.
func probe(data []byte, out *provider.Normalizer) (c Channel, wrapped bool, err error) {
	var w wireProbe
	if err := json.Unmarshal(data, &w); err != nil {
		return channelUnknown, false, err
	}
	switch {
	case w.Stream != "":
		c, wrapped = ofStream([]byte(w.Stream)), true
	case w.Event != "":
		c = ofEvent(w.Event)
	case w.LastUpdateID != nil:
		c = channelSnapshot
	case w.UpdateID != nil:
		c = BookTicker
	case w.Error != nil:
		out.Ack(requestID(w.ID), refusal(w.Error.Code, w.Error.Message))
	case w.Code != nil:
		out.Ack(requestID(w.ID), refusal(*w.Code, w.Message))
	case w.ID != nil && w.Result != nil:
		out.Ack(requestID(w.ID), "")
	default:
		return channelUnknown, false, errShape
	}
	if c == channelUnknown {
		return c, false, provider.ErrIgnored
	}
	return c, wrapped, nil
}

// requestID reads the id of an answer; 0 where it has none that could be ours.
func requestID(id text) int64 {
	n, err := strconv.ParseInt(string(id), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func refusal(code int64, message string) string { return fmt.Sprintf("code %d: %s", code, message) }

func readTrade(w *wireTrade, data []byte, out *provider.Normalizer) error {
	if w.Event != "trade" {
		return errEvent
	}
	time, err := nanos(w.Time)
	if err != nil {
		return err
	}
	if w.ID < 0 || w.EventTime < 0 {
		return errMissing
	}
	if w.Kind != "" && w.Kind != "MARKET" {
		return provider.ErrIgnored // INSURANCE_FUND, ADL, NA: not a match of two orders in the book
	}
	side, err := takerSide(w.BuyerIsM, data)
	if err != nil {
		return err
	}
	id := uint64(w.ID)
	return out.Trade(&provider.Trade{
		Symbol: w.Symbol, ID: id, First: id, Last: id, Time: time,
		Price: w.Price, Quantity: w.Quantity, Side: side,
	})
}

func readAggTrade(w *wireAggTrade, data []byte, out *provider.Normalizer) error {
	if w.Event != "aggTrade" {
		return errEvent
	}
	time, err := nanos(w.Time)
	if err != nil {
		return err
	}
	if w.ID < 0 || w.First < 0 || w.Last < 0 || w.EventTime < 0 {
		return errMissing
	}
	if w.First > w.Last {
		return errRange
	}
	side, err := takerSide(w.BuyerIsM, data)
	if err != nil {
		return err
	}
	return out.Trade(&provider.Trade{
		Symbol: w.Symbol, ID: uint64(w.ID), First: uint64(w.First), Last: uint64(w.Last), Time: time,
		Price: w.Price, Quantity: w.Quantity, Side: side,
	})
}

func (d *decoder) readTop(w *wireTop, out *provider.Normalizer) error {
	if w.Event != "bookTicker" && (w.Event != "" || d.market.futures) {
		return errEvent
	}
	if w.UpdateID < 0 || w.EventTime == 0 && d.market.futures {
		return errMissing
	}
	time, err := nanos(w.EventTime)
	if err != nil {
		return err
	}
	return out.Ticker(&provider.Ticker{
		Symbol: w.Symbol, Seq: uint64(w.UpdateID), Time: time,
		BidPrice: w.BidPrice, BidQuantity: w.BidQuantity, AskPrice: w.AskPrice, AskQuantity: w.AskQuantity,
	})
}

func readKline(w *wireKline, data []byte, out *provider.Normalizer) error {
	if w.Event != "kline" {
		return errEvent
	}
	b := &w.Bar
	length, ok := interval(b.Interval)
	if !ok {
		return errInterval
	}
	if b.Trades < 0 {
		return errMissing
	}
	if !b.Closed && !hasBool(data, `"x"`) {
		return errBool
	}
	time, err := nanos(w.EventTime)
	if err != nil {
		return err
	}
	open, err := nanos(b.OpenTime)
	if err != nil {
		return err
	}
	end, err := nanos(b.CloseTime)
	if err != nil {
		return err
	}
	return out.Kline(&provider.Kline{
		Symbol: w.Symbol, Time: time, OpenTime: open, CloseTime: end, Interval: length, Closed: b.Closed,
		Open: b.Open, High: b.High, Low: b.Low, Close: b.Close,
		Volume: b.Volume, QuoteVolume: b.Quote, Trades: uint64(b.Trades),
	})
}

// nanos converts the venue's milliseconds to Unix ns.
func nanos(ms int64) (int64, error) {
	if ms < 0 || ms > math.MaxInt64/1_000_000 {
		return 0, errMissing
	}
	return ms * 1_000_000, nil
}

// takerSide returns who took: m says that the buyer is the maker. A message without m, or with
// null, decodes to false and would make every trade a buy; so false must be there in so many
// letters.
func takerSide(buyerIsMaker bool, data []byte) (eventv1.Side, error) {
	if buyerIsMaker {
		return eventv1.SideSell, nil
	}
	if !hasBool(data, `"m"`) {
		return eventv1.SideUnset, errBool
	}
	return eventv1.SideBuy, nil
}

// hasBool reports whether a key, given with its quotes, is followed by false. It looks from the
// end, near which the venue writes its bools.
func hasBool(data []byte, key string) bool {
	for {
		i := bytes.LastIndex(data, []byte(key)) // the conversion does not allocate
		if i < 0 {
			return false
		}
		value := bytes.TrimLeft(data[i+len(key):], " \t\r\n")
		if len(value) > 0 && value[0] == ':' {
			return bytes.HasPrefix(bytes.TrimLeft(value[1:], " \t\r\n"), []byte("false"))
		}
		data = data[:i]
	}
}

// Response reads the answer to a request of SnapshotURL or InfoURL.
func (d *decoder) Response(address string, body []byte, out *provider.Normalizer) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	switch {
	case strings.HasSuffix(u.Path, d.market.depthPath):
		symbol := u.Query().Get("symbol")
		if symbol == "" {
			return errResponse
		}
		return d.readSnapshot(symbol, body, out)
	case strings.HasSuffix(u.Path, d.market.infoPath):
		return readInfo(body, out)
	}
	return errResponse
}
