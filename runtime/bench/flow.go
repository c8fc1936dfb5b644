package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/bench/baseline"
	"github.com/meltica/meltica/runtime/config"
	"github.com/meltica/meltica/runtime/databus"
	"github.com/meltica/meltica/runtime/pipeline"
	"github.com/meltica/meltica/runtime/telemetry"
)

// rival is one of the flows that are compared.
type rival string

const (
	ours         rival = "meltica"
	baselineFlow rival = "baseline"
)

// counter is the handler of every subscriber: it looks at each event and counts it.
type counter struct {
	events atomic.Uint64
	levels atomic.Uint64
}

// Handle implements databus.Handler.
func (c *counter) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	if u := ev.BookUpdate(); u != nil {
		c.levels.Add(uint64(len(u.Bids) + len(u.Asks)))
	}
	c.events.Add(1)
	return nil
}

// result is what one run of one flow measured.
type result struct {
	events    uint64  // that the subscribers have seen, each
	delivered uint64  // events times subscribers
	objects   float64 // allocated for each event
	bytes     float64
	perSecond float64
	latency   telemetry.Quantiles
	dropped   uint64
}

// spec is one run.
type spec struct {
	subscribers  int
	frames, rate int
}

// measure runs one flow against a child venue until the recording is through.
func measure(ctx context.Context, who rival, s spec) (res result, err error) {
	v, err := startVenue(ctx, s.frames, s.rate)
	if err != nil {
		return res, err
	}
	defer func() { err = errors.Join(err, v.stop()) }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	counters := make([]*counter, s.subscribers)
	for i := range counters {
		counters[i] = new(counter)
	}
	runtime.GC()
	before := telemetry.ReadMemory()
	started := time.Now()
	var bus func() []databus.Stats
	var latency func() telemetry.Quantiles
	ended := make(chan error, 1)
	switch who {
	case ours:
		bus, latency, err = startOurs(ctx, v, counters, ended)
	default:
		bus, latency, err = startBaseline(ctx, v, counters, ended)
	}
	if err != nil {
		return res, err
	}
	// The recording is through when nothing has moved for a while.
	last, lastMoved := uint64(0), time.Now()
	var first time.Time
	after := before
	for time.Since(lastMoved) < quiet {
		select {
		case err := <-ended:
			return res, fmt.Errorf("%s ended early: %w", who, err)
		case <-time.After(pollEvery):
		}
		if n := total(counters); n != last {
			if first.IsZero() {
				first = time.Now()
			}
			last, lastMoved = n, time.Now()
			after = telemetry.ReadMemory()
		}
		if last == 0 && time.Since(started) < startMax {
			lastMoved = time.Now()
		}
	}
	res.delivered = last
	res.events = last / uint64(s.subscribers)
	res.objects = float64(after.Objects-before.Objects) / float64(max(res.events, 1))
	res.bytes = float64(after.Bytes-before.Bytes) / float64(max(res.events, 1))
	res.perSecond = float64(res.events) / lastMoved.Sub(first).Seconds()
	res.latency = latency()
	for _, st := range bus() {
		res.dropped += st.Dropped + st.Conflated + st.Merged
	}
	cancel()
	return res, <-ended
}

const (
	quiet     = 700 * time.Millisecond
	pollEvery = 5 * time.Millisecond
	startMax  = 10 * time.Second
)

func total(counters []*counter) (n uint64) {
	for _, c := range counters {
		n += c.events.Load()
	}
	return n
}

// The lanes must not drop in a saturated run, or the flows would be compared on different work.
const queueMax = 1 << 16

func startOurs(ctx context.Context, v *venue, counters []*counter, ended chan<- error) (func() []databus.Stats, func() telemetry.Quantiles, error) {
	cfg := config.Default()
	cfg.Simulator.Enabled = false
	cfg.Bus = config.Bus{QueueMax: queueMax, ConflateAt: queueMax}
	p := &cfg.Providers[0]
	p.StreamURL, p.RestURL, p.Symbols = v.streamURL, v.restURL, nil
	for _, canonical := range symbols() {
		p.Symbols = append(p.Symbols, canonical)
	}
	pipe, err := pipeline.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, nil, err
	}
	for i, c := range counters {
		if _, err := pipe.Subscribe(fmt.Sprint(i), databus.Filter{}, c); err != nil {
			return nil, nil, err
		}
	}
	// Ends with ctx.
	go func() {
		if o := pipe.Run(ctx); !o.Clean() {
			ended <- fmt.Errorf("unclean shutdown: %+v", o)
			return
		}
		ended <- nil
	}()
	return func() []databus.Stats { return pipe.Stats().Subscriptions }, func() telemetry.Quantiles { return pipe.Stats().Latency }, nil
}

func startBaseline(ctx context.Context, v *venue, counters []*counter, ended chan<- error) (func() []databus.Stats, func() telemetry.Quantiles, error) {
	now := baseline.Clock()
	bus := databus.New(databus.Config{QueueMax: queueMax, ConflateAt: queueMax, Now: now})
	for i, c := range counters {
		if _, err := bus.Subscribe(fmt.Sprint(i), databus.Filter{}, c); err != nil {
			return nil, nil, err
		}
	}
	flow := baseline.New(baseline.Config{
		StreamURL: v.streamURL, RestURL: v.restURL, Symbols: symbols(), Streams: streams(), Bus: bus, Now: now,
	})
	// Ends with ctx.
	go func() {
		err := flow.Run(ctx)
		bus.Close(context.Background())
		ended <- err
	}()
	return bus.Stats, func() telemetry.Quantiles {
		sum := telemetry.NewHistogram()
		bus.AddLatencies(sum)
		return sum.Quantiles()
	}, nil
}
