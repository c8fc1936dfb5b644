package binance

import (
	"fmt"
	"slices"
	"time"

	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/book"
)

// USD-M futures speak spot's protocol. What differs is here and where market.futures is asked:
// a diff names its predecessor (pu), a bookTicker has e and E, a trade says what it is (X), and
// since 2026-04-23 the streams are split over two addresses.
// https://developers.binance.com/docs/derivatives/usds-margined-futures

// The addresses of USD-M futures.
const (
	USDMStreamURL = "wss://fstream.binance.com"
	USDMRESTURL   = "https://fapi.binance.com"
)

// USDM is Binance USD-M futures. It is immutable.
type USDM struct{ Venue }

var _ provider.Routed = (*USDM)(nil)

// NewUSDM returns Binance USD-M futures. Their symbols are written as spot's: name the provider
// differently.
func NewUSDM(cfg Config) (*USDM, error) {
	if limits := []int{0, 5, 10, 20, 50, 100, 500, 1000}; !slices.Contains(limits, cfg.SnapshotLimit) {
		return nil, fmt.Errorf("%w: SnapshotLimit %d is none of %d", errConfig, cfg.SnapshotLimit, limits[1:])
	}
	v, err := newVenue(&market{
		streamURL: USDMStreamURL, restURL: USDMRESTURL,
		depthPath: "/fapi/v1/depth", infoPath: "/fapi/v1/exchangeInfo", infoWhole: true, futures: true,
		snapshotMax: 1000, route: usdmRoute, limits: usdmLimits,
	}, cfg)
	if err != nil {
		return nil, err
	}
	return &USDM{*v}, nil
}

// Routes returns one venue for each address that the channels need, with the channels that are
// there.
func (v *USDM) Routes() []provider.Venue {
	var routes []provider.Venue
	at := make(map[string]*Venue)
	for _, c := range v.cfg.Channels {
		path := v.market.route(c)
		if at[path] == nil {
			routed := v.Venue
			routed.cfg.Channels = nil
			at[path] = &routed
			routes = append(routes, &routed)
		}
		at[path].cfg.Channels = append(at[path].cfg.Channels, c)
	}
	return routes
}

// usdmRoute follows "Important WebSocket Change Notice". A subscription at the wrong address is
// confirmed and then silent. trade is in no document; it comes at public.
func usdmRoute(c Channel) string {
	switch c {
	case Depth, DepthFast, BookTicker, Trades:
		return "/public/stream"
	}
	return "/market/stream"
}

func usdmLimits(snapshotLimit int) provider.Limits {
	return provider.Limits{
		// "Connect": 1024 streams, 10 incoming messages a second, 24 hours.
		StreamsMax:   1024,
		BatchMax:     200,
		RequestEvery: 150 * time.Millisecond,
		Lifetime:     23*time.Hour + 30*time.Minute,

		// "General Info": 2400 weight a minute and IP, shared like spot's.
		SnapshotWeight:  usdmDepthWeight(snapshotLimit),
		InfoWeight:      1,
		InfoSymbolsMax:  1 << 20, // one answer has all
		WeightPerMinute: 1200,
		WeightBurst:     800,

		Rule: book.BinanceUSDM(),
	}
}

// usdmDepthWeight is the weight of GET /fapi/v1/depth by its limit.
func usdmDepthWeight(limit int) int {
	switch {
	case limit <= 50:
		return 2
	case limit <= 100:
		return 5
	case limit <= 500:
		return 10
	}
	return 20
}
