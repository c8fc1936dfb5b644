package kraken

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/meltica/meltica/generated/eventv1"
)

// Channel is a channel that each symbol has.
type Channel uint8

// The channels that are read.
const (
	channelUnknown    Channel = iota
	Books                     // book: BOOK_UPDATE, BOOK_SNAPSHOT
	Tops                      // ticker on each change of the best prices: TICKER
	Trades                    // trade: TRADE
	Klines                    // ohlc of each interval: KLINE
	channelInstrument         // instrument: INSTRUMENT_STATUS, precisions
)

// streamInstrument is the stream of all symbols' properties.
const streamInstrument = "instrument"

// Streams appends the streams of a symbol: channel and symbol. The instrument channel is before
// the books, whose checksums need it.
func (v *Venue) Streams(dst []string, native string) []string {
	dst = append(dst, streamInstrument)
	for _, c := range v.cfg.Channels {
		switch c {
		case Books:
			dst = append(dst, "book "+native)
		case Tops:
			dst = append(dst, "ticker "+native)
		case Trades:
			dst = append(dst, "trade "+native)
		case Klines:
			for _, i := range v.cfg.Intervals {
				dst = append(dst, "ohlc-"+strconv.Itoa(minutes(i))+" "+native)
			}
		}
	}
	return dst
}

// channelOf returns the channel of a stream: a request is for one.
func channelOf(stream string) string {
	channel, _, _ := strings.Cut(stream, " ")
	return channel
}

// BookStream returns the stream of a symbol's book: subscribed anew it begins with a snapshot.
func (v *Venue) BookStream(native string) string { return "book " + native }

// Subscribe appends a subscribe request for streams of one channel.
func (v *Venue) Subscribe(dst []byte, id int64, streams []string) []byte {
	channel, _, _ := strings.Cut(channelOf(streams[0]), "-")
	options := ""
	switch channel {
	case "book":
		options = `,"snapshot":true`
	case "ticker":
		options = `,"event_trigger":"bbo","snapshot":true`
	case "trade", "ohlc":
		options = `,"snapshot":false`
	}
	return v.request(dst, id, "subscribe", streams, options)
}

// Unsubscribe appends an unsubscribe request for streams of one channel.
func (v *Venue) Unsubscribe(dst []byte, id int64, streams []string) []byte {
	return v.request(dst, id, "unsubscribe", streams, "")
}

// request appends a request for streams of one channel, with what tells them apart from others
// of the channel: the depth, the interval.
func (v *Venue) request(dst []byte, id int64, method string, streams []string, options string) []byte {
	channel, minutes, isKline := strings.Cut(channelOf(streams[0]), "-")
	dst = fmt.Appendf(dst, `{"method":%q,"params":{"channel":%q`, method, channel)
	if channel != streamInstrument {
		for i, s := range streams {
			separator := `,`
			if i == 0 {
				separator = `,"symbol":[`
			}
			_, native, _ := strings.Cut(s, " ")
			dst = append(dst, separator...)
			dst = strconv.AppendQuote(dst, native) // of ASCII letters and digits: the same as JSON
		}
		dst = append(dst, ']')
	}
	switch {
	case channel == "book":
		dst = fmt.Appendf(dst, `,"depth":%d`, v.cfg.Depth)
	case isKline:
		dst = append(append(dst, `,"interval":`...), minutes...)
	}
	return fmt.Appendf(dst, `%s},"req_id":%d}`, options, id)
}

// prefixChannel is how the venue's data begins: enough to choose the wire type without decoding
// twice. A message that begins otherwise takes the slow way (probe).
var prefixChannel = []byte(`{"channel":"`)

// heartbeat comes each second.
var heartbeat = []byte(`{"channel":"heartbeat"}`)

// peek returns the channel of a message by its first bytes, and whether it is known by them.
func peek(data []byte) (c Channel, ok bool) {
	if !bytes.HasPrefix(data, prefixChannel) {
		return channelUnknown, false
	}
	name, _, _ := bytes.Cut(data[len(prefixChannel):], []byte{'"'})
	c = ofName(string(name)) // the conversion does not allocate
	return c, c != channelUnknown
}

// ofName returns the channel of a name.
func ofName(name string) Channel {
	switch name {
	case "book":
		return Books
	case "ticker":
		return Tops
	case "trade":
		return Trades
	case "ohlc":
		return Klines
	case streamInstrument:
		return channelInstrument
	}
	return channelUnknown
}

func minutes(d time.Duration) int { return int(d / time.Minute) }

// interval returns the length of a bar of so many minutes. The venue's bars of 15 days have no
// canonical length.
func interval(minutes int) (eventv1.KlineInterval, bool) {
	switch minutes {
	case 1:
		return eventv1.KlineIntervalM1, true
	case 5:
		return eventv1.KlineIntervalM5, true
	case 15:
		return eventv1.KlineIntervalM15, true
	case 30:
		return eventv1.KlineIntervalM30, true
	case 60:
		return eventv1.KlineIntervalH1, true
	case 240:
		return eventv1.KlineIntervalH4, true
	case 1440:
		return eventv1.KlineIntervalD1, true
	case 10080:
		return eventv1.KlineIntervalW1, true
	}
	return eventv1.KlineIntervalUnset, false
}
