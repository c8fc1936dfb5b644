package okx

import (
	"bytes"
	"strconv"
	"strings"
)

// Channel is a stream that each symbol has.
type Channel uint8

// The channels that are read.
const (
	channelUnknown Channel = iota
	Books                  // 400 levels, changes each 100 ms: BOOK_UPDATE, BOOK_SNAPSHOT
	BooksTBT               // books-l2-tbt, each 10 ms; the venue wants a login and a VIP tier for it
	Books5                 // five levels whole, each 100 ms: BOOK_SNAPSHOT
	BBO                    // bbo-tbt, best bid and ask, each 10 ms: TICKER
	Tickers                // best bid and ask and the day's figures, each 100 ms: TICKER
	Trades                 // TRADE
)

// name returns the venue's name of a channel; "" for one that is none.
func (c Channel) name() string {
	switch c {
	case Books:
		return "books"
	case BooksTBT:
		return "books-l2-tbt"
	case Books5:
		return "books5"
	case BBO:
		return "bbo-tbt"
	case Tickers:
		return "tickers"
	case Trades:
		return "trades"
	}
	return ""
}

// ofName returns the channel of a name.
func ofName(name []byte) Channel {
	for c := Books; c <= Trades; c++ {
		if string(name) == c.name() { // does not allocate
			return c
		}
	}
	return channelUnknown
}

// Streams appends the streams of a symbol, written as channel:symbol.
func (v *Venue) Streams(dst []string, native string) []string {
	for _, c := range v.cfg.Channels {
		dst = append(dst, c.name()+":"+native)
	}
	return dst
}

// BookStream returns the stream of a symbol's book. A new subscription begins with a snapshot.
func (v *Venue) BookStream(native string) string {
	for _, c := range v.cfg.Channels {
		if c == Books || c == BooksTBT || c == Books5 {
			return c.name() + ":" + native
		}
	}
	return ""
}

// Subscribe appends a subscribe request. Each argument is answered apart.
func (v *Venue) Subscribe(dst []byte, id int64, streams []string) []byte {
	return request(dst, id, "subscribe", streams)
}

// Unsubscribe appends an unsubscribe request.
func (v *Venue) Unsubscribe(dst []byte, id int64, streams []string) []byte {
	return request(dst, id, "unsubscribe", streams)
}

func request(dst []byte, id int64, op string, streams []string) []byte {
	dst = append(dst, `{"id":"`...)
	dst = strconv.AppendInt(dst, id, 10)
	dst = append(dst, `","op":`...)
	dst = strconv.AppendQuote(dst, op)
	dst = append(dst, `,"args":[`...)
	for i, s := range streams {
		if i > 0 {
			dst = append(dst, ',')
		}
		channel, native, _ := strings.Cut(s, ":")
		dst = append(dst, `{"channel":`...)
		dst = strconv.AppendQuote(dst, channel) // ASCII letters, digits and dashes: the same as JSON
		dst = append(dst, `,"instId":`...)
		dst = strconv.AppendQuote(dst, native)
		dst = append(dst, '}')
	}
	return append(dst, ']', '}')
}

// prefix is how data begins as the venue writes it: enough to choose the wire type without
// decoding twice. A message that begins otherwise takes the slow way (probe).
var prefix = []byte(`{"arg":{"channel":"`)

// isSnapshot reports whether a message of a book is a snapshot, as the venue writes it. It
// chooses the memory to decode into, no more.
func isSnapshot(data []byte) bool {
	return bytes.Contains(data[:min(len(data), 128)], []byte(`"action":"snapshot"`))
}

// peek chooses the channel of a message by its first bytes.
func peek(data []byte) Channel {
	rest, ok := bytes.CutPrefix(data, prefix)
	if !ok {
		return channelUnknown
	}
	name, _, _ := bytes.Cut(rest, []byte{'"'})
	return ofName(name)
}
