package okx

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"

	"github.com/goccy/go-json"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/provider"
)

var (
	errMissing  = errors.New("okx: missing, null or negative value")
	errSymbol   = errors.New("okx: symbol differs from the subscription's")
	errChannel  = errors.New("okx: channel differs from the first bytes")
	errEmpty    = errors.New("okx: message without data")
	errShape    = errors.New("okx: not a message of the venue")
	errRefused  = errors.New("okx: request refused")
	errState    = errors.New("okx: unknown state of an instrument")
	errResponse = errors.New("okx: answer to an unknown request")
)

// upgrade is the code of the notice that the connection will be closed in a minute.
const upgrade = "64008"

// decoder decodes in one stage, envelope and payload together, into the type that the first
// bytes name. It is reused from message to message.
type decoder struct {
	// Three of one type, for the whole capacity is cleared before each decode: an update should
	// not pay for 400 levels, nor a best bid and ask for an update.
	snapshot, update, top envelope[wireBook]

	ticker envelope[wireTicker]
	trade  envelope[wireTrade]
}

// Message reads one message of the stream.
func (d *decoder) Message(data []byte, out *provider.Normalizer) error {
	channel := peek(data)
	if channel == channelUnknown {
		if string(data) == "pong" {
			return provider.ErrIgnored
		}
		var err error
		if channel, err = probe(data, out); err != nil {
			return err
		}
	}
	switch channel {
	case Books, BooksTBT:
		e := &d.update
		if isSnapshot(data) {
			e = &d.snapshot
		}
		if err := decode(data, channel, e, prepareBook); err != nil {
			return err
		}
		return readBook(e, out)
	case Books5, BBO:
		if err := decode(data, channel, &d.top, prepareBook); err != nil {
			return err
		}
		if channel == BBO {
			return readBBO(&d.top, out)
		}
		return readBook5(&d.top, out)
	case Tickers:
		if err := decode(data, channel, &d.ticker, prepareTicker); err != nil {
			return err
		}
		return readTickers(&d.ticker, out)
	case Trades:
		if err := decode(data, channel, &d.trade, prepareTrade); err != nil {
			return err
		}
		return readTrades(&d.trade, out)
	}
	return provider.ErrIgnored
}

// decode fills e from the message. The strings of e alias data.
func decode[T any](data []byte, channel Channel, e *envelope[T], prepare func(*T)) error {
	e.prepare(prepare)
	if err := json.UnmarshalWithOption(data, e, json.DecodeNoCopyString()); err != nil {
		return err
	}
	if e.Arg.Channel != channel.name() {
		return errChannel
	}
	if e.Arg.Symbol == "" {
		return errMissing
	}
	if len(e.Data) == 0 {
		return errEmpty
	}
	return nil
}

// probe decodes a message that does not begin as the venue's data does: answers to requests,
// notices, and data whose keys come in another order. It returns the channel of data, and an
// error for all else: ErrIgnored for what is known or new, errShape for what is no message.
func probe(data []byte, out *provider.Normalizer) (Channel, error) {
	var w wireEvent
	if err := json.Unmarshal(data, &w); err != nil {
		return channelUnknown, err
	}
	switch {
	case w.Event == "subscribe":
		out.Ack(requestID(w.ID), "")
	case w.Event == "error":
		refuse := out.Ack // one argument
		switch w.Code {
		case "60012", "60013", "60014": // invalid request, invalid args, too frequent
			refuse = out.Refuse
		}
		refuse(requestID(w.ID), fmt.Sprintf("code %s: %s", w.Code, w.Message))
	case w.Event == "notice" && w.Code == upgrade:
		out.Restart()
	case w.Event == "" && w.Arg != nil && w.Arg.Channel != "":
		if c := ofName([]byte(w.Arg.Channel)); c != channelUnknown {
			return c, nil
		}
	case w.Event == "":
		return channelUnknown, errShape
	}
	return channelUnknown, provider.ErrIgnored
}

// requestID reads the id of an answer; 0 where it has none that could be ours.
func requestID(id string) int64 {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// readTrades publishes trades: one that can't be read does not keep the others back.
func readTrades(e *envelope[wireTrade], out *provider.Normalizer) error {
	var results provider.Results
	for i := range e.Data {
		if !results.Add(readTrade(&e.Data[i], e.Arg.Symbol, out)) {
			break
		}
	}
	return results.Err()
}

func readTrade(w *wireTrade, symbol string, out *provider.Normalizer) error {
	if w.Symbol != symbol {
		return errSymbol
	}
	time, err := millis(w.Time)
	if err != nil {
		return err
	}
	id, err := strconv.ParseUint(w.ID, 10, 64)
	if err != nil {
		return errMissing
	}
	count := uint64(1)
	if w.Count != absentText { // before 2023 there was none
		if count, err = strconv.ParseUint(w.Count, 10, 64); err != nil || count == 0 || count > id {
			return errMissing
		}
	}
	side := eventv1.SideUnset
	switch w.Side {
	case "buy":
		side = eventv1.SideBuy
	case "sell":
		side = eventv1.SideSell
	}
	return out.Trade(&provider.Trade{
		Symbol: w.Symbol, ID: id, First: id - count + 1, Last: id, Time: time,
		Price: w.Price, Quantity: w.Quantity, Side: side,
	})
}

// readTickers publishes tickers: one that can't be read does not keep the others back.
func readTickers(e *envelope[wireTicker], out *provider.Normalizer) error {
	var results provider.Results
	for i := range e.Data {
		if !results.Add(readTicker(&e.Data[i], e.Arg.Symbol, out)) {
			break
		}
	}
	return results.Err()
}

func readTicker(w *wireTicker, symbol string, out *provider.Normalizer) error {
	if w.Symbol != symbol {
		return errSymbol
	}
	time, err := millis(w.Time)
	if err != nil {
		return err
	}
	return out.Ticker(&provider.Ticker{
		Symbol: w.Symbol, Time: time, Apart: true,
		BidPrice: orZero(w.BidPrice), BidQuantity: orZero(w.BidQuantity),
		AskPrice: orZero(w.AskPrice), AskQuantity: orZero(w.AskQuantity),
		LastPrice: w.LastPrice, High24h: w.High24h, Low24h: w.Low24h, Volume24h: w.Volume24h,
	})
}

// orZero is a number that the venue leaves empty where there is no order.
func orZero(number string) string {
	if number == "" {
		return "0"
	}
	return number
}

// millis converts the venue's text of milliseconds to Unix ns.
func millis(text string) (int64, error) {
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil || ms < 0 || ms > math.MaxInt64/1_000_000 || text[0] == '+' {
		return 0, errMissing
	}
	return ms * 1_000_000, nil
}

// Response reads the answer to a request of InfoURL: status and increments of each symbol. One
// that can't be read does not keep the others back.
func (d *decoder) Response(address string, body []byte, out *provider.Normalizer) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	if u.Path != infoPath {
		return errResponse
	}
	var w wireInfo
	if err := json.Unmarshal(body, &w); err != nil {
		return err
	}
	if w.Code != "0" { // with status 200
		return fmt.Errorf("%w: code %.64q: %.200q", errRefused, w.Code, w.Message)
	}
	if w.Data == nil {
		return errShape
	}
	var faults []error
	for i := range w.Data {
		s := &w.Data[i]
		status, ok := tradingStatus(s.State)
		if !ok {
			faults = append(faults, fmt.Errorf("%w: %.64s: %.64q", errState, s.Symbol, s.State))
			continue
		}
		err := out.Status(&provider.Status{
			Symbol: s.Symbol, Status: status, PriceIncrement: s.TickSize,
			QuantityIncrement: s.LotSize, QuantityMin: s.MinQuantity,
		})
		if err != nil && !errors.Is(err, provider.ErrIgnored) {
			faults = append(faults, fmt.Errorf("%.64s: %w", s.Symbol, err))
		}
	}
	return errors.Join(faults...)
}

// tradingStatus translates the states of "Get instruments".
func tradingStatus(state string) (eventv1.TradingStatus, bool) {
	switch state {
	case "live":
		return eventv1.TradingStatusTrading, true
	case "suspend", "rebase", "settling", "preopen", "test":
		return eventv1.TradingStatusHalted, true
	case "expired":
		return eventv1.TradingStatusDelisted, true
	}
	return eventv1.TradingStatusUnset, false
}
