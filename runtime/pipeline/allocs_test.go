//go:build !race && !pooldebug

package pipeline_test

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/config"
	"github.com/meltica/meltica/runtime/databus"
	"github.com/meltica/meltica/runtime/pipeline"
)

// tally is a handler that counts without allocating, and tells when a number is reached.
type tally struct {
	n       atomic.Int64
	wanted  atomic.Int64
	reached chan struct{} // capacity 1
}

// Handle implements databus.Handler.
func (c *tally) Handle(context.Context, *eventv1.CanonicalEvent) error {
	if c.n.Add(1) == c.wanted.Load() {
		c.reached <- struct{}{}
	}
	return nil
}

// TestSteadyStateAllocatesTheClonesOnly sends frames over a real WebSocket through the session,
// the adapter, the book, the dispatcher and the bus to its handlers, and counts every
// allocation of the process: one for each clone of a trade and of a ticker, two for each clone
// of a book update (the event and its levels), and nothing else.
//
// The runtime itself allocates now and then, so the smallest of a few rounds counts: noise only
// ever adds.
func TestSteadyStateAllocatesTheClonesOnly(t *testing.T) {
	for _, subscribers := range []int{1, 4, 16} {
		t.Run(fmt.Sprint(subscribers), func(t *testing.T) { countAllocations(t, subscribers) })
	}
}

func countAllocations(t *testing.T, subscribers int) {
	const perRound, rounds, perKind = 200, 8, 1 + 1 + 2
	venue := newScript(t)
	cfg := config.Default()
	p := &cfg.Providers[0]
	p.Symbols, p.Channels = []string{"BTC-USDT"}, config.Channels{Book: true, Ticker: true, Trade: true}
	p.StreamURL, p.RestURL = "ws"+strings.TrimPrefix(venue.server.URL, "http"), venue.server.URL
	p.Book.SnapshotEvery = 1 << 62
	cfg.Bus.ConflateAt = 1 << 20
	pipe, err := pipeline.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	tallies := make([]*tally, subscribers)
	for i := range tallies {
		tallies[i] = &tally{reached: make(chan struct{}, 1)}
		if _, err := pipe.Subscribe(fmt.Sprint(i), databus.Filter{Kinds: []eventv1.EventKind{
			eventv1.EventKindTrade, eventv1.EventKindTicker, eventv1.EventKindBookUpdate}}, tallies[i]); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan pipeline.Outcome, 1)
	go func() { ended <- pipe.Run(ctx) }()
	source := &frames{seq: 1000}
	seen := syncBook(t, pipe, venue, source, tallies[0])
	for _, c := range tallies {
		until(t, func() bool { return c.n.Load() >= seen })
	}

	least := uint64(1 << 62)
	// A collection empties sync.Pool, and its refill would be counted.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for range rounds {
		batch := source.next(perRound)
		seen += 3 * perRound
		for _, c := range tallies {
			c.wanted.Store(seen)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		venue.send <- batch
		for _, c := range tallies {
			<-c.reached
		}
		runtime.ReadMemStats(&after)
		least = min(least, after.Mallocs-before.Mallocs)
	}
	if want := uint64(perRound * perKind * subscribers); least != want {
		t.Errorf("%d frames to %d subscribers: %d allocations, want exactly %d", 3*perRound, subscribers, least, want)
	}

	close(venue.send)
	cancel()
	if o := <-ended; !o.Clean() {
		t.Errorf("outcome %+v, want clean", o)
	}
	venue.server.Close()
}

// syncBook sends frames one set at a time until the book is live and one whole set has come
// through, and returns how many events each handler has seen by then.
func syncBook(t *testing.T, pipe *pipeline.Pipeline, venue *script, source *frames, c *tally) int64 {
	for {
		before := pipe.Stats().Providers[0]
		venue.send <- source.next(1)
		until(t, func() bool { return pipe.Stats().Providers[0].Frames >= before.Frames+3 })
		after := pipe.Stats().Providers[0]
		if after.BookUpdates > before.BookUpdates {
			handed := int64(after.Trades + after.Tickers + after.BookUpdates)
			until(t, func() bool { return c.n.Load() >= handed })
			return handed
		}
	}
}
