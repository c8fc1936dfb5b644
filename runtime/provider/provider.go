// Package provider turns the streams of a trading venue into canonical events.
//
// A Provider owns the connections to one venue. Each connection is one goroutine that reads,
// decodes and normalises (session.go, adapter.go, normalizer.go); what differs between venues
// is behind Venue and Decoder (venue.go). Books are assembled here (books.go, LM-07) from the
// stream and from snapshots that other goroutines fetch (snapshot.go). README.md has the flow.
package provider

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/backoff"
	"github.com/meltica/meltica/runtime/lib/pool"
)

// Sink takes events from a provider.
type Sink interface {
	// Publish owns the lease from the call on and never fails. It is called by the goroutine
	// that read the frame, one event of a stream at a time; what it takes, the socket waits.
	Publish(lease eventv1.CanonicalEventLease)
}

// Config describes a provider. A zero duration or number takes the default that is named.
type Config struct {
	Name    string         // of the provider, in every event
	Symbols []string       // canonical, BASE-QUOTE; an Adapter without any derives them
	Pools   *eventv1.Pools // required
	Sink    Sink           // required

	BookDepth     int            // levels of each side in a BOOK_SNAPSHOT; 20
	SnapshotEvery time.Duration  // ingest time between two BOOK_SNAPSHOTs of a symbol; 1 s
	RefreshEvery  time.Duration  // ingest time between two refreshes of a book; 4 min
	InfoEvery     time.Duration  // between two looks at the venue's list of symbols; 10 min
	StaleAfter    time.Duration  // without data for so long a connection is given up; 30 s
	Lifetime      time.Duration  // a connection is replaced at this age; the venue's Limits say
	ReadBytesMax  int            // bytes of one message; a longer one ends the connection; 16 MiB
	AckTimeout    time.Duration  // for the venue to confirm the subscriptions; 10 s
	Backoff       backoff.Config // between attempts to connect; 250 ms to 30 s, stable after 1 min

	// Now gives Unix ns. Nil takes the clock; an Adapter then stamps what it emits with the
	// ingest time, so that a replay is deterministic.
	Now func() int64
	// Seed makes jitter and trace ids reproducible; 0 draws one.
	Seed uint64
	// DialContext opens TCP connections; nil takes a net.Dialer.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	// OnFailed is told of each message that could not be normalised, and why. The raw event is
	// lent for the call only. It is called by the goroutines of the connections.
	OnFailed func(raw *eventv1.ProviderRaw, reason error)
	// Log takes what operators should know; nil discards it.
	Log *slog.Logger
}

var errConfig = errors.New("provider: config")

func (cfg Config) withDefaults() (Config, error) {
	if cfg.Name == "" || cfg.Pools == nil || cfg.Sink == nil {
		return cfg, fmt.Errorf("%w: Name, Pools and Sink are required", errConfig)
	}
	orDuration := func(d *time.Duration, or time.Duration) {
		if *d == 0 {
			*d = or
		}
	}
	orDuration(&cfg.SnapshotEvery, time.Second)
	orDuration(&cfg.RefreshEvery, 4*time.Minute)
	orDuration(&cfg.InfoEvery, 10*time.Minute)
	orDuration(&cfg.StaleAfter, 30*time.Second)
	orDuration(&cfg.AckTimeout, 10*time.Second)
	if cfg.BookDepth == 0 {
		cfg.BookDepth = 20
	}
	if cfg.Backoff == (backoff.Config{}) {
		cfg.Backoff = backoff.Config{Min: 250 * time.Millisecond, Max: 30 * time.Second, StableAfter: time.Minute}
	}
	if cfg.Seed == 0 {
		cfg.Seed = rand.Uint64()
	}
	if cfg.DialContext == nil {
		cfg.DialContext = new(net.Dialer).DialContext
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cfg.Log = cfg.Log.With("provider", cfg.Name)
	return cfg, nil
}

// Provider feeds the events of one venue into a Sink. New makes one.
type Provider struct {
	// Immutable after New.
	cfg         Config
	venue       Venue
	connections []*connection
	fetcher     *fetcher
	info        *Adapter // owned by watchInfo

	connectionID atomic.Uint32 // last number given to a connection
}

// New prepares a provider: the symbols are spread over as many connections as the venue's
// limits ask for, all streams of a symbol and route on one. Nothing is dialled before Run.
func New(venue Venue, cfg Config) (*Provider, error) {
	if len(cfg.Symbols) == 0 {
		return nil, fmt.Errorf("%w: %s: no symbols", errConfig, cfg.Name)
	}
	if cfg.Now == nil {
		cfg.Now = clock()
	}
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	p := &Provider{cfg: cfg, venue: venue, fetcher: newFetcher(cfg, venue.Limits())}
	if p.info, err = newAdapter(venue, cfg, 0); err != nil {
		return nil, err
	}
	routes := []Venue{venue}
	if routed, ok := venue.(Routed); ok {
		routes = routed.Routes()
	}
	for _, route := range routes {
		for _, symbols := range shards(route, cfg.Symbols) {
			c, err := newConnection(p, route, uint64(len(p.connections))+1, symbols)
			if err != nil {
				return nil, err
			}
			p.connections = append(p.connections, c)
		}
	}
	return p, nil
}

// clock returns a cheap clock in Unix ns: time.Since reads the monotonic clock alone, and a
// clock that is set does not tear the stamps of one process apart.
func clock() func() int64 {
	start := time.Now()
	unix := start.UnixNano()
	return func() int64 { return unix + int64(time.Since(start)) }
}

// shards cuts the symbols into lists whose streams fit one connection.
func shards(venue Venue, symbols []string) [][]string {
	streamsMax := venue.Limits().StreamsMax
	var out [][]string
	var streams []string
	at, used := 0, 0
	for i, s := range symbols {
		streams = venue.Streams(streams[:0], venue.Native(s))
		if i > at && used+len(streams) > streamsMax {
			out = append(out, symbols[at:i])
			at, used = i, 0
		}
		used += len(streams)
	}
	return append(out, symbols[at:])
}

// Name returns the configured name.
func (p *Provider) Name() string { return p.cfg.Name }

// Run connects and feeds the sink until ctx is done or the pools are closed, then returns nil once every
// goroutine has ended and every lease is Put or handed over. It returns an error only where the venue refuses
// who we are, so that trying again would do harm. Run runs once.
func (p *Provider) Run(ctx context.Context) error {
	running, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for _, c := range p.connections {
		// Ends with the context, or when the venue refuses us.
		wg.Go(func() {
			if err := c.run(running); err != nil {
				cancel(err)
			}
		})
	}
	// Ends with the context.
	wg.Go(func() { p.watchInfo(running) })
	wg.Wait()
	p.fetcher.wg.Wait()
	p.fetcher.client.CloseIdleConnections()
	if ctx.Err() != nil || errors.Is(context.Cause(running), pool.ErrClosed) {
		return nil // a shutdown, from either end
	}
	return fmt.Errorf("provider: %s: %w", p.cfg.Name, context.Cause(running))
}

// Stats returns the sum over all connections.
func (p *Provider) Stats() Stats {
	sum := p.info.Stats()
	for _, c := range p.connections {
		sum = sum.plus(c.adapter.Stats())
	}
	return sum
}

// Connections returns the state of each connection, for operators.
func (p *Provider) Connections() []Connection {
	out := make([]Connection, len(p.connections))
	for i, c := range p.connections {
		out[i] = c.describe()
	}
	return out
}
