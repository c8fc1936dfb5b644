// Package binance reads the market data of Binance spot (New) and of Binance USD-M futures
// (NewUSDM): each is the venue of a provider.Provider.
//
// The protocol is https://github.com/binance/binance-spot-api-docs, web-socket-streams.md and
// rest-api.md. channel.go has the streams, message.go the wire types with their traps, parse.go
// the decoder, book.go the depth snapshots, limits.go what the venue allows. USD-M speaks the
// same protocol with other addresses, limits and chain: usdm.go has all that differs.
package binance

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/meltica/meltica/runtime/provider"
)

// The addresses of spot.
const (
	StreamURL = "wss://stream.binance.com:9443"
	RESTURL   = "https://api.binance.com"
)

// Config says what of the venue is wanted. A zero field takes the default that is named.
type Config struct {
	StreamURL     string    // base of the streams; StreamURL or USDMStreamURL
	RESTURL       string    // base of the REST interface; RESTURL or USDMRESTURL
	Channels      []Channel // Depth, BookTicker and Trades
	Intervals     []string  // of Klines, as the venue writes them; 1m
	SnapshotLimit int       // levels of a depth snapshot, each side; 1000, at most 5000 (USD-M: 1000)
	Quotes        []string  // quote assets, to cut names that no config translates; the usual ones
}

var errConfig = errors.New("binance: config")

// Venue is one of the venue's markets. It is immutable.
type Venue struct {
	cfg    Config
	market *market
}

var _ provider.Venue = (*Venue)(nil)

// market is what differs between the markets.
type market struct {
	streamURL, restURL  string
	depthPath, infoPath string
	infoWhole           bool                                    // exchangeInfo lists all symbols whatever is asked
	futures             bool                                    // the messages have pu, X and the bookTicker's e and E
	snapshotMax         int                                     // levels of a depth snapshot, each side
	route               func(Channel) string                    // path of the combined streams
	limits              func(snapshotLimit int) provider.Limits // see provider.Limits
}

// spot is the market of New.
func spot() *market {
	return &market{
		streamURL: StreamURL, restURL: RESTURL,
		depthPath: "/api/v3/depth", infoPath: "/api/v3/exchangeInfo",
		snapshotMax: 5000, route: func(Channel) string { return "/stream" }, limits: spotLimits,
	}
}

// New returns Binance spot.
func New(cfg Config) (*Venue, error) {
	if slices.Contains(cfg.Channels, DepthFast) {
		return nil, fmt.Errorf("%w: spot has no DepthFast", errConfig)
	}
	return newVenue(spot(), cfg)
}

func newVenue(m *market, cfg Config) (*Venue, error) {
	if cfg.StreamURL == "" {
		cfg.StreamURL = m.streamURL
	}
	if cfg.RESTURL == "" {
		cfg.RESTURL = m.restURL
	}
	if len(cfg.Channels) == 0 {
		cfg.Channels = []Channel{Depth, BookTicker, Trades}
	}
	if len(cfg.Intervals) == 0 {
		cfg.Intervals = []string{"1m"}
	}
	if cfg.SnapshotLimit == 0 {
		cfg.SnapshotLimit = 1000
	}
	if len(cfg.Quotes) == 0 {
		cfg.Quotes = quotes()
	}
	if cfg.SnapshotLimit < 1 || cfg.SnapshotLimit > m.snapshotMax {
		return nil, fmt.Errorf("%w: SnapshotLimit %d is not within 1 to %d", errConfig, cfg.SnapshotLimit, m.snapshotMax)
	}
	if slices.Contains(cfg.Channels, Trades) && slices.Contains(cfg.Channels, AggTrades) {
		// Both are TRADE events of one stream with one sequence: each trade would come twice.
		return nil, fmt.Errorf("%w: Trades and AggTrades exclude each other", errConfig)
	}
	if slices.Contains(cfg.Channels, Depth) && slices.Contains(cfg.Channels, DepthFast) {
		return nil, fmt.Errorf("%w: Depth and DepthFast exclude each other", errConfig)
	}
	for _, i := range cfg.Intervals {
		if _, ok := interval(i); !ok {
			return nil, fmt.Errorf("%w: no kline interval %q", errConfig, i)
		}
	}
	return &Venue{cfg: cfg, market: m}, nil
}

// Native returns BTCUSDT for BTC-USDT.
func (v *Venue) Native(symbol string) string { return strings.Replace(symbol, "-", "", 1) }

// Canonical returns BTC-USDT for BTCUSDT: the longest known quote asset is cut off.
func (v *Venue) Canonical(native string) (string, bool) {
	return provider.SplitQuote(native, v.cfg.Quotes)
}

// StreamURL returns the address of combined streams: that of the first channel where there are
// several (see Routes).
func (v *Venue) StreamURL() string { return v.cfg.StreamURL + v.market.route(v.cfg.Channels[0]) }

// NewDecoder returns a decoder for one connection.
func (v *Venue) NewDecoder() provider.Decoder { return &decoder{market: v.market} }

// quotes lists the assets that symbols are quoted in.
func quotes() []string {
	return []string{
		"USDT", "USDC", "FDUSD", "TUSD", "BUSD", "USDP", "PAX", "DAI", "EURI", "AEUR", "USD1", "BFUSD",
		"BTC", "ETH", "BNB", "TRX", "XRP", "DOGE", "DOT", "SOL",
		"EUR", "GBP", "AUD", "TRY", "BRL", "RUB", "UAH", "ZAR", "NGN", "JPY", "PLN", "RON", "ARS", "MXN", "CZK",
		"COP", "IDR", "IDRT", "BIDR", "BKRW", "BVND", "VAI",
	}
}
