package coinbase

import (
	"strconv"
	"strings"
)

// Channel is a channel that each symbol has.
type Channel uint8

// The channels that are read.
const (
	Books   Channel = 1 + iota // level2, which comes as l2_data: BOOK_UPDATE, BOOK_SNAPSHOT
	Tickers                    // ticker: TICKER
	Trades                     // market_trades: TRADE
)

// streamHeartbeats keeps the other channels open: they "close within 60-90 seconds if no updates
// are sent". It is of no product.
const streamHeartbeats = "heartbeats"

// Streams appends the streams of a symbol: channel and product.
func (v *Venue) Streams(dst []string, native string) []string {
	dst = append(dst, streamHeartbeats)
	for _, c := range v.cfg.Channels {
		switch c {
		case Books:
			dst = append(dst, "level2 "+native)
		case Tickers:
			dst = append(dst, "ticker "+native)
		case Trades:
			dst = append(dst, "market_trades "+native)
		}
	}
	return dst
}

// channelOf returns the channel of a stream: a request is for one.
func channelOf(stream string) string {
	channel, _, _ := strings.Cut(stream, " ")
	return channel
}

// Subscribe appends a subscribe request for streams of one channel. The venue knows no ids: it
// answers in order.
func (v *Venue) Subscribe(dst []byte, _ int64, streams []string) []byte {
	dst = append(dst, `{"type":"subscribe"`...)
	if streams[0] != streamHeartbeats {
		for i, s := range streams {
			separator := `,`
			if i == 0 {
				separator = `,"product_ids":[`
			}
			_, product, _ := strings.Cut(s, " ")
			dst = append(dst, separator...)
			dst = strconv.AppendQuote(dst, product) // of ASCII letters and digits: the same as JSON
		}
		dst = append(dst, ']')
	}
	dst = append(dst, `,"channel":`...)
	dst = strconv.AppendQuote(dst, channelOf(streams[0]))
	return append(dst, '}')
}
