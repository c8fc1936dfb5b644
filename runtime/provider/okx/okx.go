// Package okx reads the public market data of OKX: it is the venue of a provider.Provider.
//
// The protocol is https://www.okx.com/docs-v5/en/, "WebSocket" and "Order Book Trading, Market
// Data". channel.go has the channels and requests, message.go the wire types, parse.go the
// decoder, book.go the books with their chain and checksum, limits.go what the venue allows.
// README.md has what is not obvious.
package okx

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/meltica/meltica/runtime/provider"
)

// The venue's own addresses. Port 8443, which older texts name, is closed since 2026-10-31.
const (
	StreamURL = "wss://ws.okx.com/ws/v5/public"
	RESTURL   = "https://www.okx.com"
)

// The types of instruments that are read, as the venue writes them.
const (
	Spot = "SPOT"
	Swap = "SWAP" // perpetual; quantities are numbers of contracts
)

// Config says what of the venue is wanted. A zero field takes the default that is named.
type Config struct {
	StreamURL      string    // of the public channels, with its path; StreamURL
	RESTURL        string    // base of the REST interface; RESTURL
	InstrumentType string    // what BASE-QUOTE names: Spot or Swap; Spot
	Channels       []Channel // Books, Tickers and Trades
}

var errConfig = errors.New("okx: config")

// Venue is OKX spot or OKX perpetual swaps. It is immutable.
type Venue struct{ cfg Config }

var _ provider.Resubscriber = (*Venue)(nil)

// New returns the venue.
func New(cfg Config) (*Venue, error) {
	if cfg.StreamURL == "" {
		cfg.StreamURL = StreamURL
	}
	if cfg.RESTURL == "" {
		cfg.RESTURL = RESTURL
	}
	if cfg.InstrumentType == "" {
		cfg.InstrumentType = Spot
	}
	if len(cfg.Channels) == 0 {
		cfg.Channels = []Channel{Books, Tickers, Trades}
	}
	if cfg.InstrumentType != Spot && cfg.InstrumentType != Swap {
		return nil, fmt.Errorf("%w: InstrumentType %q is neither %s nor %s", errConfig, cfg.InstrumentType, Spot, Swap)
	}
	books, tickers := 0, 0
	for i, c := range cfg.Channels {
		if c.name() == "" || slices.Contains(cfg.Channels[:i], c) {
			return nil, fmt.Errorf("%w: no channel %d, or twice", errConfig, c)
		}
		switch c {
		case Books, Books5, BooksTBT:
			books++
		case Tickers, BBO:
			tickers++
		}
	}
	if books > 1 || tickers > 1 {
		// They are events of one kind and one stream: they would mix two chains.
		return nil, fmt.Errorf("%w: Books, Books5 and BooksTBT exclude each other, and so do Tickers and BBO", errConfig)
	}
	return &Venue{cfg: cfg}, nil
}

// suffix is what the name of a swap has in addition.
const suffix = "-" + Swap

// Native returns BTC-USDT for BTC-USDT, or BTC-USDT-SWAP.
func (v *Venue) Native(symbol string) string {
	if v.cfg.InstrumentType == Swap {
		return symbol + suffix
	}
	return symbol
}

// Canonical returns BTC-USDT for BTC-USDT and for BTC-USDT-SWAP, whatever the configured type.
func (v *Venue) Canonical(native string) (string, bool) {
	symbol := strings.TrimSuffix(native, suffix)
	base, quote, ok := strings.Cut(symbol, "-")
	return symbol, ok && isAsset(base) && isAsset(quote)
}

// isAsset reports whether s could name an asset: capital letters and digits.
func isAsset(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// StreamURL returns the address of the public channels.
func (v *Venue) StreamURL() string { return v.cfg.StreamURL }

// SnapshotURL returns "": the stream carries the snapshots.
func (v *Venue) SnapshotURL(string) string { return "" }

const infoPath = "/api/v5/public/instruments"

// InfoURL is GET /api/v5/public/instruments, which lists all of a type.
func (v *Venue) InfoURL([]string) string {
	return v.cfg.RESTURL + infoPath + "?instType=" + v.cfg.InstrumentType
}

// NewDecoder returns a decoder for one connection.
func (v *Venue) NewDecoder() provider.Decoder { return new(decoder) }
