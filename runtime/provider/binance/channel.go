package binance

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/meltica/meltica/generated/eventv1"
)

// Channel is a stream that each symbol has.
type Channel uint8

// The channels that are read.
const (
	channelUnknown  Channel = iota
	Depth                   // <symbol>@depth@100ms: BOOK_UPDATE, BOOK_SNAPSHOT
	BookTicker              // <symbol>@bookTicker: TICKER
	Trades                  // <symbol>@trade: TRADE
	AggTrades               // <symbol>@aggTrade: TRADE
	Klines                  // <symbol>@kline_<interval>: KLINE
	DepthFast               // <symbol>@depth@0ms, as Depth: on USD-M, each change as it happens
	channelSnapshot         // a depth snapshot, which a recording may hold
	channelControl          // answers to requests
	channelShutdown         // !serverShutdown
)

// Streams appends the streams of a symbol. Their names are lower case.
func (v *Venue) Streams(dst []string, native string) []string {
	symbol := strings.ToLower(native)
	for _, c := range v.cfg.Channels {
		switch c {
		case Depth:
			dst = append(dst, symbol+"@depth@100ms")
		case DepthFast:
			dst = append(dst, symbol+"@depth@0ms")
		case BookTicker:
			dst = append(dst, symbol+"@bookTicker")
		case Trades:
			dst = append(dst, symbol+"@trade")
		case AggTrades:
			dst = append(dst, symbol+"@aggTrade")
		case Klines:
			for _, i := range v.cfg.Intervals {
				dst = append(dst, symbol+"@kline_"+i)
			}
		}
	}
	return dst
}

// Subscribe appends a SUBSCRIBE request.
func (v *Venue) Subscribe(dst []byte, id int64, streams []string) []byte {
	dst = append(dst, `{"method":"SUBSCRIBE","params":[`...)
	for i, s := range streams {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendQuote(dst, s) // a symbol of ASCII letters and digits: the same as JSON
	}
	dst = append(dst, `],"id":`...)
	dst = strconv.AppendInt(dst, id, 10)
	return append(dst, '}')
}

// The beginnings of messages as the venue writes them: enough to choose the wire type without
// decoding twice. A message that begins otherwise takes the slow way (decoder.probe).
var (
	prefixStream   = []byte(`{"stream":"`)
	prefixEvent    = []byte(`{"e":"`)
	prefixTop      = []byte(`{"u":`)
	prefixSnapshot = []byte(`{"lastUpdateId":`)
)

// peek chooses the channel of a message by its first bytes.
func peek(data []byte) (c Channel, combined bool) {
	switch {
	case bytes.HasPrefix(data, prefixStream):
		name, _, ok := bytes.Cut(data[len(prefixStream):], []byte{'"'})
		if !ok {
			return channelUnknown, true
		}
		return ofStream(name), true
	case bytes.HasPrefix(data, prefixEvent):
		name, _, _ := bytes.Cut(data[len(prefixEvent):], []byte{'"'})
		return ofEvent(string(name)), false
	case bytes.HasPrefix(data, prefixTop):
		return BookTicker, false
	case bytes.HasPrefix(data, prefixSnapshot):
		return channelSnapshot, false
	}
	return channelUnknown, false
}

// ofStream returns the channel of a stream's name.
func ofStream(name []byte) Channel {
	if string(name) == "!serverShutdown" {
		return channelShutdown
	}
	_, suffix, _ := bytes.Cut(name, []byte{'@'})
	switch string(suffix) { // does not allocate
	case "depth", "depth@100ms", "depth@1000ms", "depth@0ms", "depth@250ms", "depth@500ms":
		return Depth
	case "bookTicker":
		return BookTicker
	case "trade":
		return Trades
	case "aggTrade":
		return AggTrades
	}
	if bytes.HasPrefix(suffix, []byte("kline_")) {
		return Klines
	}
	return channelUnknown
}

// ofEvent returns the channel of an event's type.
func ofEvent(name string) Channel {
	switch name {
	case "depthUpdate":
		return Depth
	case "bookTicker":
		return BookTicker
	case "trade":
		return Trades
	case "aggTrade":
		return AggTrades
	case "kline":
		return Klines
	case "serverShutdown":
		return channelShutdown
	}
	return channelUnknown
}

// interval returns the length of a bar by the venue's name. 1m is a minute and 1M a month.
func interval(name string) (eventv1.KlineInterval, bool) {
	switch name {
	case "1s":
		return eventv1.KlineIntervalS1, true
	case "1m":
		return eventv1.KlineIntervalM1, true
	case "3m":
		return eventv1.KlineIntervalM3, true
	case "5m":
		return eventv1.KlineIntervalM5, true
	case "15m":
		return eventv1.KlineIntervalM15, true
	case "30m":
		return eventv1.KlineIntervalM30, true
	case "1h":
		return eventv1.KlineIntervalH1, true
	case "2h":
		return eventv1.KlineIntervalH2, true
	case "4h":
		return eventv1.KlineIntervalH4, true
	case "6h":
		return eventv1.KlineIntervalH6, true
	case "8h":
		return eventv1.KlineIntervalH8, true
	case "12h":
		return eventv1.KlineIntervalH12, true
	case "1d":
		return eventv1.KlineIntervalD1, true
	case "3d":
		return eventv1.KlineIntervalD3, true
	case "1w":
		return eventv1.KlineIntervalW1, true
	case "1M":
		return eventv1.KlineIntervalMo1, true
	}
	return eventv1.KlineIntervalUnset, false
}
