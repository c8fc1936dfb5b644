// Package bybit reads Bybit v5 public market data, spot or linear: it is the venue of a
// provider.Provider.
//
// The protocol is https://bybit-exchange.github.io/docs/v5/ws/connect and the pages below
// v5/websocket/public. channel.go has the topics, message.go the wire types with their traps,
// parse.go the decoder, book.go the books, limits.go what the venue allows.
//
// What is not obvious:
//
//   - A book's update id u goes up by one per symbol and depth. u == 1 is a book sent whole after a
//     restart of the service, whatever its type says: the provider then opens a new epoch.
//   - A gap has no repair but a new snapshot, which comes when the topic is subscribed anew.
//   - The cross sequence (seq, cs) only rises, and several trades of one taker share it. So it
//     numbers tickers, and trades have no sequence: the dispatcher would drop the trades that share
//     one. Neither can be held against a book, which is numbered by u.
//   - Level 1 comes whole each time, and again with the same u and seq when nothing moved for 3 s.
//     The dispatcher drops the repeat as a duplicate; it is a sign of life all the same.
//   - Tickers of spot have no best bid and ask: they are 0, not sent. Use Tops there.
//   - A null in a delta of a ticker can't be told from a missing key, and is unchanged, too.
//   - Block and RPI trades are trades like any other.
//   - One topic that is refused fails its whole request: each symbol is subscribed by its own.
//   - The documents allow 21,000 characters of topics for a connection, not for a request.
package bybit

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/meltica/meltica/runtime/provider"
)

// StreamURL is the venue's own address.
const StreamURL = "wss://stream.bybit.com"

// Category is a market of the venue.
type Category string

// The categories that are read.
const (
	Spot   Category = "spot"
	Linear Category = "linear" // perpetuals and futures in USDT or USDC
)

// Config says what of the venue is wanted. A zero field takes the default that is named.
type Config struct {
	StreamURL string    // base of the streams; StreamURL
	Category  Category  // Spot
	Channels  []Channel // Books, Tops and Trades
	Depth     int       // levels of Books on each side: 50, 200 or 1000; 50
	Quotes    []string  // quote assets, to cut names that no config translates; the usual ones
}

var errConfig = errors.New("bybit: config")

// Venue is one category of Bybit. It is immutable.
type Venue struct{ cfg Config }

var _ provider.Resubscriber = (*Venue)(nil)

// New returns the venue.
func New(cfg Config) (*Venue, error) {
	if cfg.StreamURL == "" {
		cfg.StreamURL = StreamURL
	}
	if cfg.Category == "" {
		cfg.Category = Spot
	}
	if len(cfg.Channels) == 0 {
		cfg.Channels = []Channel{Books, Tops, Trades}
	}
	if cfg.Depth == 0 {
		cfg.Depth = 50
	}
	if len(cfg.Quotes) == 0 {
		cfg.Quotes = []string{"USDT", "USDC", "USDE", "USDQ", "USDR", "USD1", "DAI", "BTC", "ETH", "MNT", "EUR", "BRL", "TRY", "PLN", "GBP", "AED"}
	}
	if cfg.Category != Spot && cfg.Category != Linear {
		return nil, fmt.Errorf("%w: no category %q", errConfig, cfg.Category)
	}
	if cfg.Depth != 50 && cfg.Depth != 200 && cfg.Depth != 1000 {
		return nil, fmt.Errorf("%w: Depth %d is not 50, 200 or 1000", errConfig, cfg.Depth)
	}
	if slices.Contains(cfg.Channels, Tops) && slices.Contains(cfg.Channels, Tickers) {
		// Both are TICKER events of one stream: the slower one would be late, or set prices back.
		return nil, fmt.Errorf("%w: Tops and Tickers exclude each other", errConfig)
	}
	for _, c := range cfg.Channels {
		if c < Books || c > Tickers {
			return nil, fmt.Errorf("%w: no channel %d", errConfig, c)
		}
	}
	return &Venue{cfg: cfg}, nil
}

// perpUSDC ends the names of perpetuals in USDC: BTCPERP.
const perpUSDC = "PERP"

// Native returns BTCUSDT for BTC-USDT, and BTCPERP for the linear BTC-USDC.
func (v *Venue) Native(symbol string) string {
	if base, ok := strings.CutSuffix(symbol, "-USDC"); ok && v.cfg.Category == Linear {
		return base + perpUSDC
	}
	return strings.Replace(symbol, "-", "", 1)
}

// Canonical returns BTC-USDT for BTCUSDT: the longest known quote asset is cut off. Futures with
// a date have no canonical name.
func (v *Venue) Canonical(native string) (string, bool) {
	if base, ok := strings.CutSuffix(native, perpUSDC); ok && v.cfg.Category == Linear {
		return provider.SplitQuote(base+"USDC", v.cfg.Quotes)
	}
	return provider.SplitQuote(native, v.cfg.Quotes)
}

// StreamURL returns the address of the category's public streams.
func (v *Venue) StreamURL() string { return v.cfg.StreamURL + "/v5/public/" + string(v.cfg.Category) }

// SnapshotURL is empty: the stream carries the snapshots.
func (v *Venue) SnapshotURL(string) string { return "" }

// InfoURL is empty: status and increments are not read.
func (v *Venue) InfoURL([]string) string { return "" }

// NewDecoder returns a decoder for one connection.
func (v *Venue) NewDecoder() provider.Decoder {
	return &decoder{books: v.books(), spot: v.cfg.Category == Spot}
}
