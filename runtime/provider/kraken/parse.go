package kraken

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/goccy/go-json"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/provider"
)

var (
	errMissing  = errors.New("kraken: missing or null value")
	errNumber   = errors.New("kraken: not a whole number in its bounds")
	errShape    = errors.New("kraken: not a message of the venue")
	errType     = errors.New("kraken: neither a snapshot nor an update")
	errSide     = errors.New("kraken: side is neither buy nor sell")
	errInterval = errors.New("kraken: unknown bar interval")
	errVenue    = errors.New("kraken: the venue complains")
)

// The types of messages.
const (
	typeSnapshot = "snapshot"
	typeUpdate   = "update"
)

// decoder decodes in one stage into the type that the first bytes name. It is reused from
// message to message.
type decoder struct {
	venue  *Venue
	book   message[wireBook]
	ticker message[wireTicker]
	trade  message[wireTrade]
	bar    message[wireBar]
}

// Message reads one message of the stream.
func (d *decoder) Message(data []byte, out *provider.Normalizer) error {
	if bytes.Equal(data, heartbeat) {
		return provider.ErrIgnored
	}
	channel, ok := peek(data)
	if !ok {
		var err error
		if channel, err = probe(data, out); err != nil {
			return err
		}
	}
	switch channel {
	case Books:
		return d.readBooks(data, out)
	case Tops:
		prepare(&d.ticker)
		if err := decode(data, &d.ticker, "ticker"); err != nil {
			return err
		}
		return each(d.ticker.Data, out, readTicker)
	case Trades:
		prepare(&d.trade)
		if err := decode(data, &d.trade, "trade"); err != nil {
			return err
		}
		if d.trade.Type == typeSnapshot {
			return provider.ErrIgnored
		}
		return each(d.trade.Data, out, readTrade)
	case Klines:
		prepare(&d.bar)
		if err := decode(data, &d.bar, "ohlc"); err != nil {
			return err
		}
		if d.bar.Type == typeSnapshot {
			return provider.ErrIgnored
		}
		return each(d.bar.Data, out, readBar)
	case channelInstrument:
		return d.readInstruments(data, out)
	}
	return provider.ErrIgnored
}

// Response is not called: there is nothing to request.
func (d *decoder) Response(string, []byte, *provider.Normalizer) error { return provider.ErrIgnored }

// decode fills m, which was prepared, from the message of a channel. The strings of m alias data.
func decode[T any](data []byte, m *message[T], channel string) error {
	if err := json.UnmarshalWithOption(data, m, json.DecodeNoCopyString()); err != nil {
		return err
	}
	switch {
	case m.Channel != channel:
		return errShape
	case m.Type != typeSnapshot && m.Type != typeUpdate:
		return errType
	case len(m.Data) == 0:
		return errMissing
	}
	return nil
}

// each reads the elements of a message.
func each[T any](elements []T, out *provider.Normalizer, read func(*T, *provider.Normalizer) error) error {
	var results provider.Results
	for i := range elements {
		if !results.Add(read(&elements[i], out)) {
			break
		}
	}
	return results.Err()
}

// probe decodes a message that does not begin as data does: status, heartbeats, answers to
// requests, and data whose keys come in another order. It returns the channel of data, and an
// error for all else: ErrIgnored for what is known or new.
func probe(data []byte, out *provider.Normalizer) (Channel, error) {
	var w wireProbe
	if err := json.Unmarshal(data, &w); err != nil {
		return channelUnknown, err
	}
	switch {
	case w.Channel != "":
		if c := ofName(w.Channel); c != channelUnknown {
			return c, nil
		}
	case w.Method == "subscribe" && w.Success != nil && *w.Success:
		out.Ack(w.ID, "")
	case w.Method == "subscribe" && w.Success != nil && w.Symbol != "":
		out.Ack(w.ID, refusal(&w))
	case w.Method == "subscribe" && w.Success != nil:
		out.Refuse(w.ID, refusal(&w))
	case w.Error != "":
		return channelUnknown, fmt.Errorf("%w: %.64q", errVenue, w.Error)
	case w.Method == "":
		return channelUnknown, errShape
	}
	return channelUnknown, provider.ErrIgnored
}

func refusal(w *wireProbe) string {
	if w.Error == "" {
		return "refused without a reason"
	}
	return w.Error
}

func readTicker(w *wireTicker, out *provider.Normalizer) error {
	var at int64 // older editions of the channel have no time
	if w.Timestamp != "" {
		var err error
		if at, err = provider.ParseTime(w.Timestamp); err != nil {
			return err
		}
	}
	return out.Ticker(&provider.Ticker{
		Symbol: w.Symbol, Time: at, Apart: true,
		BidPrice: string(w.BidPrice), BidQuantity: string(w.BidQuantity),
		AskPrice: string(w.AskPrice), AskQuantity: string(w.AskQuantity),
		LastPrice: string(w.Last), High24h: string(w.High), Low24h: string(w.Low), Volume24h: string(w.Volume),
	})
}

func readTrade(w *wireTrade, out *provider.Normalizer) error {
	at, err := provider.ParseTime(w.Timestamp)
	if err != nil {
		return err
	}
	id, err := whole(w.ID, 64)
	if err != nil {
		return err
	}
	t := provider.Trade{
		Symbol: w.Symbol, ID: id, First: id, Last: id, Time: at,
		Price: string(w.Price), Quantity: string(w.Quantity),
	}
	switch w.Side {
	case "buy":
		t.Side = eventv1.SideBuy
	case "sell":
		t.Side = eventv1.SideSell
	default:
		return errSide
	}
	return out.Trade(&t)
}

func readBar(w *wireBar, out *provider.Normalizer) error {
	begin, err := provider.ParseTime(w.Begin)
	if err != nil {
		return err
	}
	minutes, err := whole(w.Interval, 31)
	if err != nil {
		return err
	}
	length, ok := interval(int(minutes))
	if !ok {
		return errInterval
	}
	trades, err := whole(w.Trades, 64)
	if err != nil {
		return err
	}
	return out.Kline(&provider.Kline{
		Symbol: w.Symbol, Interval: length, Trades: trades, OpenTime: begin,
		// The last millisecond, as other venues write it: bars of several can be merged.
		CloseTime: begin + int64(minutes)*int64(time.Minute) - int64(time.Millisecond),
		Open:      string(w.Open), High: string(w.High), Low: string(w.Low), Close: string(w.Close),
		Volume: string(w.Volume), QuoteVolume: "0", // the venue sends none
	})
}

// whole reads a whole number of so many bits.
func whole(n json.Number, bits int) (uint64, error) {
	v, err := strconv.ParseUint(string(n), 10, bits)
	if err != nil {
		return 0, fmt.Errorf("%w: %.32q", errNumber, string(n))
	}
	return v, nil
}
