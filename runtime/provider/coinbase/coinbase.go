// Package coinbase reads Coinbase Advanced Trade market data: it is the venue of a
// provider.Provider.
//
// The protocol is https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis/websocket and
// the venue's AsyncAPI description of it. channel.go has the streams, message.go the wire type,
// parse.go the decoder and the sequence, book.go books, limits.go what the venue allows.
//
// Non-obvious:
//   - sequence_num counts every frame of a connection, of every channel, acks and heartbeats
//     included. A hole may be of any symbol: all books of the connection are stale. A frame that
//     can't be read is one, unless it tells its number and that it is of no book. Books are
//     numbered by it, from 1, and each diff covers the frames since the book's last.
//   - Removals of levels that were never published are routine, and so are empty updates.
//   - The side of a trade is the maker's; ours is the taker's, the other one.
//   - Trades come newest first and are handed on oldest first. The snapshot of market_trades is
//     the past, which nobody asked for: it is ignored.
//   - Products in USDC share the market of those in USD and come under its name, whatever was
//     subscribed, but for USDT-USDC and EURC-USDC. So BTC-USDC is read as BTC-USD, and the two
//     exclude each other.
//   - Tickers of ticker_batch have no quantities, and neither had those of old: they are 0.
//   - The documents show a client_id in the envelope; the venue sends none.
package coinbase

import (
	"errors"
	"fmt"
	"strings"

	"github.com/meltica/meltica/runtime/provider"
)

// StreamURL is the venue's own address.
const StreamURL = "wss://advanced-trade-ws.coinbase.com"

// Config says what of the venue is wanted. A zero field takes the default that is named.
type Config struct {
	StreamURL string    // StreamURL
	Channels  []Channel // Books, Tickers and Trades
}

var errConfig = errors.New("coinbase: config")

// Venue is Coinbase Advanced Trade. It is immutable.
type Venue struct{ cfg Config }

var _ provider.Venue = (*Venue)(nil)

// New returns the venue.
func New(cfg Config) (*Venue, error) {
	if cfg.StreamURL == "" {
		cfg.StreamURL = StreamURL
	}
	if len(cfg.Channels) == 0 {
		cfg.Channels = []Channel{Books, Tickers, Trades}
	}
	for _, c := range cfg.Channels {
		if c < Books || c > Trades {
			return nil, fmt.Errorf("%w: no channel %d", errConfig, c)
		}
	}
	return &Venue{cfg: cfg}, nil
}

// Native returns the product whose market a symbol is: itself, or the one in USD.
func (v *Venue) Native(symbol string) string {
	base, ok := strings.CutSuffix(symbol, "-USDC")
	if !ok || base == "USDT" || base == "EURC" {
		return symbol
	}
	return base + "-USD"
}

// Canonical returns the name as it is, where it is BASE-QUOTE. Futures are not.
func (v *Venue) Canonical(native string) (string, bool) {
	base, quote, ok := strings.Cut(native, "-")
	return native, ok && asset(base) && asset(quote)
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

// InfoURL is empty: status and increments are not read.
func (v *Venue) InfoURL([]string) string { return "" }

// NewDecoder returns a decoder for one connection.
func (v *Venue) NewDecoder() provider.Decoder { return new(decoder) }
