package bybit

import (
	"bytes"
	"strconv"
)

// Channel is a topic that each symbol has.
type Channel uint8

// The channels that are read.
const (
	channelUnknown Channel = iota
	Books                  // orderbook.<depth>.<symbol>: BOOK_UPDATE, BOOK_SNAPSHOT
	Tops                   // orderbook.1.<symbol>: TICKER
	Trades                 // publicTrade.<symbol>: TRADE
	Tickers                // tickers.<symbol>: TICKER, with the day
)

const (
	topsTopic    = "orderbook.1."
	tradesTopic  = "publicTrade."
	tickersTopic = "tickers."
)

// books begins the topics of Books. Books of two depths count apart, so one depth is read.
func (v *Venue) books() string { return "orderbook." + strconv.Itoa(v.cfg.Depth) + "." }

// Streams appends the topics of a symbol.
func (v *Venue) Streams(dst []string, native string) []string {
	prefixes := [...]string{Books: v.books(), Tops: topsTopic, Trades: tradesTopic, Tickers: tickersTopic}
	for _, c := range v.cfg.Channels {
		dst = append(dst, prefixes[c]+native)
	}
	return dst
}

// BookStream returns the topic of a symbol's book.
func (v *Venue) BookStream(native string) string { return v.books() + native }

// Subscribe appends a subscribe request.
func (v *Venue) Subscribe(dst []byte, id int64, streams []string) []byte {
	return request(dst, id, "subscribe", streams)
}

// Unsubscribe appends an unsubscribe request.
func (v *Venue) Unsubscribe(dst []byte, id int64, streams []string) []byte {
	return request(dst, id, "unsubscribe", streams)
}

func request(dst []byte, id int64, op string, streams []string) []byte {
	dst = append(dst, `{"req_id":"`...)
	dst = strconv.AppendInt(dst, id, 10)
	dst = append(dst, `","op":"`...)
	dst = append(dst, op...)
	dst = append(dst, `","args":[`...)
	for i, s := range streams {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendQuote(dst, s) // a symbol of ASCII letters and digits: the same as JSON
	}
	return append(dst, "]}"...)
}

// topicKey begins every message with data as the venue writes it: enough to choose the wire type
// without decoding twice. A message that begins otherwise takes the slow way (decoder.probe).
var topicKey = []byte(`{"topic":"`)

// peek returns the topic of a message by its first bytes, or nil.
func peek(data []byte) []byte {
	if !bytes.HasPrefix(data, topicKey) {
		return nil
	}
	topic, _, ok := bytes.Cut(data[len(topicKey):], []byte{'"'})
	if !ok || len(topic) == 0 {
		return nil
	}
	return topic
}

// channelOf returns the channel of a topic.
func (d *decoder) channelOf(topic []byte) Channel {
	switch { // the conversions do not allocate
	case bytes.HasPrefix(topic, []byte(d.books)):
		return Books
	case bytes.HasPrefix(topic, []byte(topsTopic)):
		return Tops
	case bytes.HasPrefix(topic, []byte(tradesTopic)):
		return Trades
	case bytes.HasPrefix(topic, []byte(tickersTopic)):
		return Tickers
	}
	return channelUnknown
}
