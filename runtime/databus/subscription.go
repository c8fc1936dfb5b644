package databus

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/telemetry"
)

// ErrOverrun ends a subscription that left more than LosslessMax lossless events pending.
var ErrOverrun = errors.New("databus: subscriber overrun")

// Subscription is one subscriber's lane and the goroutine that empties it. It is safe for
// concurrent use.
type Subscription struct {
	// Immutable after Subscribe.
	name    string
	filter  Filter
	handler Handler
	cfg     Config
	latency *telemetry.Histogram
	cancel  context.CancelFunc
	late    *atomic.Uint64 // the bus's: events dropped after the end

	failed   atomic.Uint64
	panicked atomic.Uint64

	mu        sync.Mutex // protects the following
	wake      sync.Cond
	lane      lane
	delivered uint64
	closed    bool
	ended     bool  // the bus has added up the counters
	err       error // ErrOverrun, or the last error of the handler
}

func newSubscription(name string, filter Filter, h Handler, cfg Config, late *atomic.Uint64) *Subscription {
	s := &Subscription{name: name, filter: filter, handler: h, cfg: cfg, late: late, latency: telemetry.NewHistogram()}
	s.wake.L = &s.mu
	s.lane.init(cfg)
	return s
}

// Name returns the name given to Subscribe.
func (s *Subscription) Name() string { return s.name }

// Stats is what a subscription has counted since its start. At every moment the events that it
// was given are Pending + Delivered + Conflated + Merged + Dropped.
type Stats struct {
	Name      string
	Pending   int    // events in the lane now
	Delivered uint64 // events handed to the handler
	Conflated uint64 // replaced by a newer one of their stream (latest; merge that could not merge)
	Merged    uint64 // merged into a pending one (merge)
	Dropped   uint64 // pushed out of the full queue (queue), pending at an abort, or refused after the end
	Failed    uint64 // handler returned an error
	Panicked  uint64 // handler panicked, or ended its goroutine
	Err       error  // why it ended, or the handler's last error
}

// add adds the counters of o, and keeps its error if it has one.
func (s *Stats) add(o Stats) {
	s.Pending += o.Pending
	s.Delivered += o.Delivered
	s.Conflated += o.Conflated
	s.Merged += o.Merged
	s.Dropped += o.Dropped
	s.Failed += o.Failed
	s.Panicked += o.Panicked
	if o.Err != nil {
		s.Err = o.Err
	}
}

// Stats reads the counters.
func (s *Subscription) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stats()
}

// stats is Stats with the lock held.
func (s *Subscription) stats() Stats {
	return Stats{
		Name: s.name, Pending: s.lane.len, Delivered: s.delivered,
		Conflated: s.lane.conflated, Merged: s.lane.merged, Dropped: s.lane.dropped,
		Failed: s.failed.Load(), Panicked: s.panicked.Load(), Err: s.err,
	}
}

// Latency summarises the time from the frame's receipt to the handler's entry.
func (s *Subscription) Latency() telemetry.Quantiles { return s.latency.Quantiles() }

// Enqueue hands a clone over: it belongs to the subscription from the call on, whatever
// happens to it. It never blocks beyond the lane's lock and never fails; a lane under pressure
// applies the delivery rule of the event's schema and counts it. Stream is the dispatcher's
// dense number of the event's stream, the same for the same stream for ever.
func (s *Subscription) Enqueue(stream uint32, clone *eventv1.CanonicalEvent) {
	s.mu.Lock()
	if s.closed {
		s.lane.dropped++
		if s.ended {
			s.late.Add(1)
		}
		s.mu.Unlock()
		return
	}
	if !s.lane.push(stream, clone) {
		s.closed = true
		s.err = fmt.Errorf("%w: %s let %d lossless events pile up", ErrOverrun, s.name, s.cfg.LosslessMax)
	}
	s.mu.Unlock()
	s.wake.Signal()
}

// Close ends the subscription: no event is taken any more, what is pending is still handled.
// It does not wait, so a handler may close its own subscription. It may be called twice.
func (s *Subscription) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.wake.Signal()
}

// abort drops what is pending and cancels the handler's context.
func (s *Subscription) abort() {
	s.mu.Lock()
	s.closed = true
	s.lane.clear()
	s.mu.Unlock()
	s.cancel()
	s.wake.Signal()
}

// end returns the last counters; what comes later is counted at the bus. Pending is what is left
// only if the handler has ended the goroutine.
func (s *Subscription) end() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lane.clear()
	s.closed, s.ended = true, true
	return s.stats()
}

// run hands events to the handler until the lane is closed and empty.
func (s *Subscription) run(ctx context.Context) {
	defer s.cancel()
	for {
		ev := s.take()
		if ev == nil {
			return
		}
		if s.cfg.Now != nil {
			s.latency.Record(time.Duration(s.cfg.Now() - ev.IngestTime))
		}
		s.handle(ctx, ev)
	}
}

// take waits for the oldest pending event. It returns nil at the end.
func (s *Subscription) take() *eventv1.CanonicalEvent {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.lane.len == 0 {
		if s.closed {
			return nil
		}
		s.wake.Wait()
	}
	s.delivered++
	return s.lane.pop()
}

// handle calls the handler and keeps its panic from everybody else. Nothing can keep the
// goroutine from ending if the handler calls runtime.Goexit, as a test's Fatal does.
func (s *Subscription) handle(ctx context.Context, ev *eventv1.CanonicalEvent) {
	returned := false
	defer func() {
		if r := recover(); r != nil {
			s.panicked.Add(1)
			s.setErr(fmt.Errorf("databus: handler %s panicked: %v\n%s", s.name, r, debug.Stack()))
		} else if !returned {
			s.panicked.Add(1)
			s.setErr(fmt.Errorf("databus: handler %s ended its goroutine, and the subscription with it", s.name))
		}
	}()
	err := s.handler.Handle(ctx, ev)
	returned = true
	if err != nil {
		s.failed.Add(1)
		s.setErr(fmt.Errorf("databus: handler %s: %w", s.name, err))
	}
}

func (s *Subscription) setErr(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !errors.Is(s.err, ErrOverrun) {
		s.err = err
	}
}
