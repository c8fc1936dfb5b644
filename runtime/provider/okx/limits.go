package okx

import (
	"time"

	"github.com/meltica/meltica/runtime/provider"
)

// Limits returns what the venue's documents allow ("WebSocket, Connect" and the pages of the
// REST interface).
func (v *Venue) Limits() provider.Limits {
	depth := 0
	for _, c := range v.cfg.Channels {
		if c != Trades && c != Tickers {
			depth++
		}
	}
	return provider.Limits{
		// Fewer than 30 depth channels of a connection are recommended.
		StreamsMax: 29 / max(depth, 1) * len(v.cfg.Channels),
		// 480 requests an hour and connection, 64 KB of arguments each.
		BatchMax:     100,
		RequestEvery: 500 * time.Millisecond,
		AckEach:      true,
		// "The connection will break automatically if [...] data has not been pushed for more than
		// 30 seconds. [...] send the String 'ping'."
		PingEvery: 15 * time.Second,
		Ping:      "ping",

		// GET /api/v5/public/instruments: 20 in 2 s. One answer has all symbols of a type.
		InfoWeight:      1,
		InfoSymbolsMax:  1 << 20,
		WeightPerMinute: 60,
		WeightBurst:     5,

		Rule:     rule(),
		Checksum: newChecksum(),
	}
}
