// Package kraken reads Kraken spot market data (WebSocket API v2): it is the venue of a
// provider.Provider.
//
// The protocol is https://docs.kraken.com/exchange/api-reference/spot-websocket-v2. channel.go
// has the streams, message.go the wire types, parse.go the decoder, book.go books with their
// checksum and the precisions of the instrument channel, limits.go what the venue allows.
//
// Non-obvious:
//   - Prices and quantities are JSON numbers whose digits are part of the checksum: they are
//     decoded as text. Where one has lost its trailing zeros (the venue's own examples have), it
//     is padded to the precisions of the instrument channel, which is subscribed first.
//   - Messages of books have no number. Ours counts them per book; that one is missing shows in
//     the checksum only, and that covers ten levels: a book of depth 10 is verified whole, the
//     deeper levels of a deeper one are not. A book message that can't be read makes its book
//     stale, or all of the connection where it does not even name its symbol.
//   - Levels that leave the subscribed depth are not removed by the venue: the book is cut to it.
//   - The snapshots of trade and ohlc are the past, which nobody asked for. Both are subscribed
//     without; where one comes all the same it is ignored.
//   - A bar carries no sign that it is finished: Closed is never set, and the turnover is 0.
//   - The snapshot of trade is on by default in one edition of the documents and off in another;
//     we always say which.
package kraken

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/meltica/meltica/runtime/provider"
)

// StreamURL is the venue's own address.
const StreamURL = "wss://ws.kraken.com/v2"

// Config says what of the venue is wanted. A zero field takes the default that is named.
type Config struct {
	StreamURL string          // StreamURL
	Channels  []Channel       // Books, Tops and Trades
	Intervals []time.Duration // of Klines; 1 min
	Depth     int             // levels of each side of a book: 10, 25, 100, 500 or 1000; 10
}

var errConfig = errors.New("kraken: config")

// Venue is Kraken spot. It is immutable.
type Venue struct{ cfg Config }

var _ provider.Resubscriber = (*Venue)(nil)

// New returns the venue.
func New(cfg Config) (*Venue, error) {
	if cfg.StreamURL == "" {
		cfg.StreamURL = StreamURL
	}
	if len(cfg.Channels) == 0 {
		cfg.Channels = []Channel{Books, Tops, Trades}
	}
	if len(cfg.Intervals) == 0 {
		cfg.Intervals = []time.Duration{time.Minute}
	}
	if cfg.Depth == 0 {
		cfg.Depth = 10
	}
	if !slices.Contains([]int{10, 25, 100, 500, 1000}, cfg.Depth) {
		return nil, fmt.Errorf("%w: Depth %d is not 10, 25, 100, 500 or 1000", errConfig, cfg.Depth)
	}
	for _, c := range cfg.Channels {
		if c < Books || c > Klines {
			return nil, fmt.Errorf("%w: no channel %d", errConfig, c)
		}
	}
	for _, i := range cfg.Intervals {
		if _, ok := interval(minutes(i)); !ok || i%time.Minute != 0 {
			return nil, fmt.Errorf("%w: no kline interval %v", errConfig, i)
		}
	}
	return &Venue{cfg: cfg}, nil
}

// Native returns BTC/USD for BTC-USD.
func (v *Venue) Native(symbol string) string { return strings.Replace(symbol, "-", "/", 1) }

// Canonical returns BTC-USD for BTC/USD. Tokenized shares (AAPLx/USD) have no canonical name.
func (v *Venue) Canonical(native string) (string, bool) {
	base, quote, ok := strings.Cut(native, "/")
	if !ok || !asset(base) || !asset(quote) {
		return "", false
	}
	return base + "-" + quote, true
}

// asset reports whether a name is one of an asset: capital letters and digits.
func asset(name string) bool {
	other := func(c rune) bool { return (c < 'A' || c > 'Z') && (c < '0' || c > '9') }
	return name != "" && strings.IndexFunc(name, other) < 0
}

// StreamURL returns the address.
func (v *Venue) StreamURL() string { return v.cfg.StreamURL }

// SnapshotURL is empty: the stream carries the snapshots.
func (v *Venue) SnapshotURL(string) string { return "" }

// InfoURL is empty: the instrument channel describes the symbols.
func (v *Venue) InfoURL([]string) string { return "" }

// NewDecoder returns a decoder for one connection.
func (v *Venue) NewDecoder() provider.Decoder { return &decoder{venue: v} }
