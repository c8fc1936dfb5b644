package pipeline

import (
	"fmt"
	"log/slog"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/config"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/binance"
)

// This file is the only one that knows all venues: a new one is a case in newVenue.

// newVenue returns the venue of a provider's configuration.
func newVenue(c config.Provider) (provider.Venue, error) {
	switch c.Venue {
	case "binance":
		var channels []binance.Channel
		for _, ch := range []struct {
			wanted  bool
			channel binance.Channel
		}{
			{c.Channels.Book, binance.Depth}, {c.Channels.Ticker, binance.BookTicker},
			{c.Channels.Trade, binance.Trades}, {c.Channels.AggTrade, binance.AggTrades},
			{len(c.Channels.Klines) > 0, binance.Klines},
		} {
			if ch.wanted {
				channels = append(channels, ch.channel)
			}
		}
		return binance.New(binance.Config{
			StreamURL: c.StreamURL, RESTURL: c.RestURL, Channels: channels,
			Intervals: c.Channels.Klines, SnapshotLimit: c.Book.Depth,
		})
	default:
		return nil, fmt.Errorf("%w: %s", ErrUnknownProvider, c.Venue)
	}
}

// newProvider returns the provider of a configuration, feeding sink.
func newProvider(c config.Provider, pools *eventv1.Pools, sink provider.Sink, now func() int64, log *slog.Logger) (*provider.Provider, error) {
	venue, err := newVenue(c)
	if err != nil {
		return nil, err
	}
	return provider.New(venue, provider.Config{
		Name: c.Name, Symbols: c.Symbols, Pools: pools, Sink: sink, Now: now, Log: log,
		BookDepth: c.Book.Top, SnapshotEvery: c.Book.SnapshotEvery, StaleAfter: c.StaleAfter,
		Lifetime: c.ConnectionLife, ReadBytesMax: c.ReadBytesMax,
	})
}

// newReplayAdapter returns the adapter of a venue without its sockets.
func newReplayAdapter(venue string, cfg provider.Config) (*provider.Adapter, error) {
	v, err := newVenue(config.Provider{Venue: venue})
	if err != nil {
		return nil, err
	}
	return provider.NewAdapter(v, cfg)
}
