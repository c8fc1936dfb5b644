package binance

import (
	"time"

	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/book"
)

// Limits returns what the venue's documents allow.
func (v *Venue) Limits() provider.Limits { return v.market.limits(v.cfg.SnapshotLimit) }

func spotLimits(snapshotLimit int) provider.Limits {
	return provider.Limits{
		// web-socket-streams.md, "WebSocket Limits": 1024 streams, 5 incoming messages a second, our
		// pongs included. One request in 300 ms leaves room for them.
		StreamsMax:   1024,
		BatchMax:     200,
		RequestEvery: 300 * time.Millisecond,
		// "A single connection is only valid for 24 hours."
		Lifetime: 23*time.Hour + 30*time.Minute,

		// rest-api.md: 6000 weight a minute and IP. Half of it is ours in the long run and a third
		// at once, so that no minute exceeds it and orders have their share.
		SnapshotWeight:  depthWeight(snapshotLimit),
		InfoWeight:      20,
		InfoSymbolsMax:  100,
		WeightPerMinute: 3000,
		WeightBurst:     2000,

		Rule: book.BinanceSpot(),
	}
}

// depthWeight is the weight of GET /api/v3/depth by its limit.
func depthWeight(limit int) int {
	switch {
	case limit <= 100:
		return 5
	case limit <= 500:
		return 25
	case limit <= 1000:
		return 50
	}
	return 250
}
