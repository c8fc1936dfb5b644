// Package databus carries events from the dispatcher to the subscribers, in memory and in one
// process. Each subscriber has a lane of its own and a goroutine that empties it, so that a
// slow or a dead one never holds up another; what a full lane does with an event is written
// in the event's schema (`delivery`, LM-04). README.md has the rules.
package databus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/telemetry"
)

// ErrClosed is returned by Subscribe after Close.
var ErrClosed = errors.New("databus: closed")

// Handler consumes events.
//
// Handle gets a clone that is the handler's alone until it returns: it may change it, must not
// keep it or its slices (FR-014), and there is nothing to Put (FR-012). The context ends when
// the subscription is torn down without waiting. Handle is called by one goroutine at a time
// for each subscription. An error or a panic is counted, the event is gone, and the next one
// follows. Only runtime.Goexit ends the subscription.
type Handler interface {
	Handle(ctx context.Context, ev *eventv1.CanonicalEvent) error
}

// Filter chooses events. An empty list chooses all.
type Filter struct {
	Providers []string
	Symbols   []string
	Kinds     []eventv1.EventKind
}

// Matches reports whether events of the stream pass.
func (f Filter) Matches(key eventv1.CanonicalEventStreamKey) bool {
	return (len(f.Providers) == 0 || slices.Contains(f.Providers, key.Provider)) &&
		(len(f.Symbols) == 0 || slices.Contains(f.Symbols, key.Symbol)) &&
		(len(f.Kinds) == 0 || slices.Contains(f.Kinds, key.Kind))
}

// Config holds what all subscriptions share. Zero values mean the defaults.
type Config struct {
	// QueueMax bounds the pending events of `delivery: queue` of one subscriber; the oldest is
	// dropped beyond it. Default 4096: about a tenth of a second at 40,000 events/s.
	QueueMax int
	// ConflateAt is the number of pending events from which on a lane is under pressure: events
	// of `delivery: latest` replace, those of `delivery: merge` merge. Default 64: less than a
	// handler of 1 us drains in 0.1 ms.
	ConflateAt int
	// LosslessMax bounds the pending events of `delivery: lossless`; a subscriber that lets more
	// pile up is cut off with ErrOverrun, which is counted and told, never silent. Default 65536.
	LosslessMax int
	// Now returns unix nanoseconds; latencies are recorded with it. Nil records none, as in a
	// replay, where ingest times are those of the recording.
	Now func() int64
}

func (c Config) withDefaults() Config {
	if c.QueueMax == 0 {
		c.QueueMax = 4096
	}
	if c.ConflateAt == 0 {
		c.ConflateAt = 64
	}
	if c.LosslessMax == 0 {
		c.LosslessMax = 65536
	}
	return c
}

// Bus is the set of subscriptions. It is safe for concurrent use.
type Bus struct {
	cfg     Config        // immutable after New
	version atomic.Uint64 // raised after each change of subs
	late    atomic.Uint64 // events that came for subscriptions that had ended
	wg      sync.WaitGroup

	mu     sync.Mutex // protects the following
	subs   []*Subscription
	closed bool
	ended  Stats // sum of the subscriptions that ended
	// endedLatency is the latencies of those; it has a lock of its own.
	endedLatency *telemetry.Histogram
}

// New returns a bus without subscribers. It panics on a negative bound.
func New(cfg Config) *Bus {
	if cfg.QueueMax < 0 || cfg.ConflateAt < 0 || cfg.LosslessMax < 0 {
		panic(fmt.Sprintf("databus: negative bound in %+v", cfg))
	}
	b := &Bus{cfg: cfg.withDefaults(), ended: Stats{Name: "(ended)"}, endedLatency: telemetry.NewHistogram()}
	b.version.Store(1)
	return b
}

// Subscribe starts a subscription: from the next event of each matching stream on, h gets a
// clone of it. The name appears in statistics and need not be unique. The subscription ends by
// its Close or by the bus's. It may be called from within a handler. It panics if h is nil.
func (b *Bus) Subscribe(name string, filter Filter, h Handler) (*Subscription, error) {
	if h == nil {
		panic(fmt.Sprintf("databus: subscribe %s: nil handler", name))
	}
	s := newSubscription(name, filter, h, b.cfg, &b.late)
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		cancel()
		return nil, fmt.Errorf("databus: subscribe %s: %w", name, ErrClosed)
	}
	b.subs = append(b.subs, s)
	b.version.Add(1)
	// Ends when the lane is closed and empty, or at once when ctx ends between two events.
	b.wg.Go(func() {
		defer b.remove(s) // even if the handler ends the goroutine
		s.run(ctx)
	})
	return s, nil
}

func (b *Bus) remove(s *Subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.Index(b.subs, s)
	b.subs = slices.Delete(b.subs, i, i+1)
	b.version.Add(1)
	b.ended.add(s.end())
	s.latency.AddTo(b.endedLatency)
}

// Version changes with each change of the set of subscriptions. A router that caches the
// result of AppendMatching asks again when it differs.
func (b *Bus) Version() uint64 { return b.version.Load() }

// AppendMatching appends the subscriptions that want events of the stream, oldest first.
func (b *Bus) AppendMatching(dst []*Subscription, key eventv1.CanonicalEventStreamKey) []*Subscription {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.subs {
		if s.filter.Matches(key) {
			dst = append(dst, s)
		}
	}
	return dst
}

// Subscriptions lists the subscriptions, oldest first.
func (b *Bus) Subscriptions() []*Subscription {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.subs)
}

// Stats returns the counters of each subscription, oldest first, and the sum of those that
// ended last of all, under the name "(ended)".
func (b *Bus) Stats() []Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]Stats, 0, len(b.subs)+1)
	for _, s := range b.subs {
		all = append(all, s.Stats())
	}
	ended := b.ended
	ended.Dropped += b.late.Load()
	return append(all, ended)
}

// AddLatencies adds the latency counts of all subscriptions, ended ones too, to sum.
func (b *Bus) AddLatencies(sum *telemetry.Histogram) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.subs {
		s.latency.AddTo(sum)
	}
	b.endedLatency.AddTo(sum)
}

// Close refuses new events and subscriptions and waits until every handler has seen what was
// pending, or until ctx is nearly done: then it cancels the handlers' context, drops what is
// pending, and returns the names of the subscriptions whose handler has not returned by the
// deadline of ctx. Nil means that all have.
func (b *Bus) Close(ctx context.Context) []string {
	b.mu.Lock()
	b.closed = true
	subs := slices.Clone(b.subs)
	b.mu.Unlock()
	for _, s := range subs {
		s.Close()
	}
	done := make(chan struct{})
	// Ends with the last subscription; a handler that never returns keeps it for the rest of the
	// process, which is then on its way out with a list of the stuck ones.
	go func() {
		b.wg.Wait()
		close(done)
	}()
	grace := stopGrace
	if deadline, ok := ctx.Deadline(); ok {
		if left := time.Until(deadline); left > 0 {
			grace = min(grace, left/2)
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-grace))
		defer cancel()
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	for _, s := range subs {
		s.abort()
	}
	select {
	case <-done:
		return nil
	case <-time.After(grace):
	}
	var stuck []string
	for _, s := range b.Subscriptions() {
		stuck = append(stuck, s.name)
	}
	return stuck
}

// stopGrace is how long a handler has to heed its cancelled context, out of the time of Close.
const stopGrace = 100 * time.Millisecond
