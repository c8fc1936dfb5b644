package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/config"
	"github.com/meltica/meltica/runtime/lib/capture"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/binance"
	"github.com/meltica/meltica/runtime/provider/bybit"
	"github.com/meltica/meltica/runtime/provider/coinbase"
	"github.com/meltica/meltica/runtime/provider/kraken"
	"github.com/meltica/meltica/runtime/provider/okx"
)

// This file is the only one that knows all venues.
//
// A live run knows the venues of package config, each of which has a simulator that proves its
// sessions end to end. A replay needs no session, so it knows all whose recordings we can judge.

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

// ReplayVenues returns the venues whose recordings can be replayed, sorted.
func ReplayVenues() []string {
	return []string{"binance", "binance-usdm", "bybit", "coinbase", "kraken", "okx"}
}

// newReplayAdapter returns the adapter of a venue without its sockets, for the recordings in
// files.
func newReplayAdapter(venue string, files []string, cfg provider.Config) (*provider.Adapter, error) {
	var v provider.Venue
	var err error
	switch venue {
	case "binance":
		v, err = binance.New(binance.Config{})
	case "binance-usdm":
		v, err = binance.NewUSDM(binance.Config{})
	case "bybit":
		v, err = bybit.New(bybit.Config{})
	case "coinbase":
		v, err = coinbase.New(coinbase.Config{})
	case "kraken":
		var depth int
		if depth, err = krakenDepth(files); err == nil {
			v, err = kraken.New(kraken.Config{Depth: depth})
		}
	case "okx":
		v, err = okx.New(okx.Config{})
	default:
		err = fmt.Errorf("%w: %s", ErrUnknownProvider, venue)
	}
	if err != nil {
		return nil, err
	}
	return provider.NewAdapter(v, cfg)
}

// krakenDepth finds the depth that a recording of books was subscribed with: its checksums hold
// for books that are cut to it, and no message but the snapshot shows it. A recording without a
// book has the venue's default.
func krakenDepth(files []string) (int, error) {
	depths := []int{10, 25, 100, 500, 1000}
	records, err := openMerged(files)
	if err != nil {
		return 0, err
	}
	levels := 0
	for err == nil && levels == 0 {
		var rec capture.Record
		if rec, err = records.next(); err == nil && bytes.Contains(rec.Data, []byte(`"channel":"book","type":"snapshot"`)) {
			bids, asks, _ := bytes.Cut(rec.Data, []byte(`"asks"`))
			level := []byte(`"price"`)
			levels = max(bytes.Count(bids, level), bytes.Count(asks, level))
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	i := slices.IndexFunc(depths, func(depth int) bool { return levels <= depth })
	return depths[max(i, 0)], errors.Join(err, records.close())
}
