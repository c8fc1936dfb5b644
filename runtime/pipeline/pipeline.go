// Package pipeline joins the stages in the order in which the data flows, and takes them down
// in the reverse order. This file is the picture of the system:
//
//	provider (session -> venue adapter -> book) -> dispatcher -> data bus -> consumers
//
// Events travel by synchronous calls on the connection's goroutine up to the bus; from there on
// each subscriber has its own.
package pipeline

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/config"
	"github.com/meltica/meltica/runtime/databus"
	"github.com/meltica/meltica/runtime/dispatcher"
	"github.com/meltica/meltica/runtime/provider"
)

// Pipeline is the stages of one process. New makes it, Run runs it once. Its other methods are
// safe for concurrent use.
type Pipeline struct {
	// Immutable after New.
	cfg        config.Config
	log        *slog.Logger
	pools      *eventv1.Pools
	bus        *databus.Bus
	dispatcher *dispatcher.Dispatcher
	providers  []*provider.Provider
}

// New builds the stages from a checked configuration. Nothing connects before Run.
func New(cfg config.Config, log *slog.Logger) (*Pipeline, error) {
	clock := newClock()
	p := &Pipeline{cfg: cfg, log: log, pools: eventv1.NewPools(poolsConfig(cfg.Pools))}
	p.bus = databus.New(databus.Config{QueueMax: cfg.Bus.QueueMax, ConflateAt: cfg.Bus.ConflateAt, Now: clock})
	p.dispatcher = dispatcher.New(routes{p.bus})
	for _, pc := range cfg.Providers {
		v, err := newProvider(pc, p.pools, p.dispatcher, clock, log)
		if err != nil {
			return nil, fmt.Errorf("pipeline: provider %s: %w", pc.Name, err)
		}
		p.providers = append(p.providers, v)
	}
	return p, nil
}

// Subscribe adds a consumer to the bus; see databus.Bus.Subscribe. It may be called before and
// while Run runs.
func (p *Pipeline) Subscribe(name string, filter databus.Filter, h databus.Handler) (*databus.Subscription, error) {
	return p.bus.Subscribe(name, filter, h)
}

// Run connects the providers and moves events until ctx ends or the last provider has given up;
// then it takes the stages down and returns what was left behind. A provider that gives up (the
// venue refuses who we are) is logged and named in the outcome; the others go on.
func (p *Pipeline) Run(ctx context.Context) Outcome {
	upstream, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var intake sync.WaitGroup
	gaveUp := make(chan string, len(p.providers)) // one for each, so that nobody waits
	for _, v := range p.providers {
		// Ends with upstream, or when the provider gives up.
		intake.Go(func() {
			if err := v.Run(upstream); err != nil && upstream.Err() == nil {
				p.log.Error("provider gave up", "provider", v.Name(), "err", err)
				gaveUp <- v.Name()
			}
		})
	}
	// Ends with upstream.
	intake.Go(func() { p.observe(upstream) })
	var lost []string
	for ctx.Err() == nil && (len(lost) == 0 || len(lost) < len(p.providers)) {
		select {
		case <-ctx.Done():
		case name := <-gaveUp:
			lost = append(lost, name)
		}
	}
	o := p.shutdown(stop, &intake)
	o.GaveUp = lost
	return o
}

// observePeriod is how exactly the age of an unreturned lease is known.
const observePeriod = time.Second

// observe lets the pools note which objects are on loan.
func (p *Pipeline) observe(ctx context.Context) {
	tick := time.NewTicker(observePeriod)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			p.pools.Observe(now)
		}
	}
}

// newClock returns unix nanoseconds that never go back: one reading of the wall clock, and the
// monotonic clock from there on. A reading costs half of time.Now.
func newClock() func() int64 {
	start := time.Now()
	unix := start.UnixNano()
	return func() int64 { return unix + int64(time.Since(start)) }
}

// routes shows the bus to the dispatcher.
type routes struct{ bus *databus.Bus }

func (r routes) Version() uint64 { return r.bus.Version() }

// AppendLanes is called for a stream only when the subscriptions have changed.
func (r routes) AppendLanes(dst []dispatcher.Lane, key eventv1.CanonicalEventStreamKey) []dispatcher.Lane {
	for _, s := range r.bus.AppendMatching(nil, key) {
		dst = append(dst, s)
	}
	return dst
}

func poolsConfig(c config.Pools) eventv1.PoolsConfig {
	return eventv1.PoolsConfig{
		WsFrame:        eventv1.PoolConfig(c.WsFrame),
		ProviderRaw:    eventv1.PoolConfig(c.ProviderRaw),
		CanonicalEvent: eventv1.PoolConfig(c.CanonicalEvent),
		MergedEvent:    eventv1.PoolConfig(c.MergedEvent),
		OrderRequest:   eventv1.PoolConfig(c.OrderRequest),
		ExecReport:     eventv1.PoolConfig(c.ExecReport),
	}
}
