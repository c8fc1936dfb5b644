// Package pool lends objects from bounded pools and proves that each comes back once.
//
// What a pool hands out is a Lease: the object and the generation it was lent at. Only a lease
// can be Put, and only once; the object itself is plain data that knows nothing of its pool.
// Storage is a sync.Pool (FR-005, FR-007), the bound is a counter of permits (FR-008), waiting
// is first come, first served. README.md has the flow, the reasons and the measurements.
package pool

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"weak"
)

// TimeoutDefault is how long Get waits for a free object (FR-008).
const TimeoutDefault = 100 * time.Millisecond

// ErrClosed is returned by Get once the pool is closed.
var ErrClosed = errors.New("pool: closed")

// ExhaustedError is returned by Get when no object came back in time (SC-009). The caller
// applies its backpressure rule (LM-04).
type ExhaustedError struct {
	Pool     string
	Capacity int
	Waited   time.Duration
}

// Error implements error.
func (e *ExhaustedError) Error() string {
	return fmt.Sprintf("pool: %s exhausted: all %d objects are on loan after %v", e.Pool, e.Capacity, e.Waited)
}

// Config describes a pool.
type Config struct {
	Name     string        // appears in errors, panics and reports
	Capacity int           // most objects on loan at one time, at least 1
	Timeout  time.Duration // longest wait of Get; 0 means TimeoutDefault
}

// Pool lends objects of type T. New is the only way to make one. It is safe for concurrent use.
type Pool[T any] struct {
	// Immutable after New.
	cfg   Config
	reset func(*T)

	storage sync.Pool // of *entry[T], each in its reset state

	inUse atomic.Int64 // permits taken, at most cfg.Capacity
	// attention is the number of queued waiters, plus closedMark once closed: one load tells the
	// fast path whether it may go on.
	attention atomic.Int64
	timeouts  atomic.Uint64

	mu       sync.Mutex // protects the following
	queue    []*waiter  // first come, first served
	waits    uint64
	registry []*record[T]
	pruneAt  int    // registry length at which collected objects are dropped
	nextID   uint64 // ids issued
	retired  uint64 // loans of objects that left the registry
	drained  chan struct{}
	debug    poolDebug[T]
}

const closedMark = 1 << 40

// entry is an object with the way back to its pool. The registry holds it weakly: sync.Pool
// may let the collector have it.
type entry[T any] struct {
	pool  *Pool[T]
	rec   *record[T]
	value T
}

// record outlives its object, so that a leaked object that was collected can still be named.
type record[T any] struct {
	// word is the generation: even while the object is free, odd while it is on loan.
	word  atomic.Uint64
	id    uint64
	entry weak.Pointer[entry[T]]

	// Guarded by Pool.mu: the first observation of the present loan.
	seen      uint64
	seenSince time.Time

	debug recordDebug
}

type waiter struct {
	granted chan error // capacity 1; nil means that a permit was handed over
	done    bool       // guarded by Pool.mu
}

// New returns a pool whose objects are put into their zero state by reset before they are lent
// again (FR-006). It panics if the config is not usable.
func New[T any](cfg Config, reset func(*T)) *Pool[T] {
	if cfg.Timeout == 0 {
		cfg.Timeout = TimeoutDefault
	}
	if cfg.Name == "" || cfg.Capacity < 1 || cfg.Timeout < 0 || reset == nil {
		panic(fmt.Sprintf("pool: New needs a name, a capacity, a timeout and a reset function, got %+v", cfg))
	}
	return &Pool[T]{cfg: cfg, reset: reset, pruneAt: 2 * cfg.Capacity, drained: make(chan struct{})}
}

// Get lends an object in its zero state. The caller owns it until it calls Put on the lease or
// hands the lease on. With no object free it waits, first come, first served, at most for the
// pool's timeout. Errors: *ExhaustedError, ErrClosed, or the cause of ctx, each possibly
// wrapped. A context that is already done does not keep Get from lending a free object.
func (p *Pool[T]) Get(ctx context.Context) (Lease[T], error) {
	if p.attention.Load() != 0 || !p.acquire() {
		if err := p.wait(ctx); err != nil {
			return Lease[T]{}, err
		}
	}
	// Closed between the two looks: Close may have found nothing on loan and said so.
	if p.isClosed() {
		p.release()
		return Lease[T]{}, p.closedError()
	}
	e, ok := p.storage.Get().(*entry[T])
	if !ok {
		e = p.newEntry()
	}
	gen := e.rec.word.Load() + 1
	if gen&1 == 0 {
		panic(fmt.Sprintf("pool: %s #%d is on loan and in the pool at once", p.cfg.Name, e.rec.id))
	}
	if debugging {
		e.rec.debug.lent() // before the loan can be seen, or Drain would read an old time
	}
	e.rec.word.Store(gen)
	return Lease[T]{entry: e, gen: gen}, nil
}

// acquire takes a permit if one is free.
func (p *Pool[T]) acquire() bool {
	for {
		n := p.inUse.Load()
		if n >= int64(p.cfg.Capacity) {
			return false
		}
		if p.inUse.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// wait queues for a permit. It returns nil when the caller has one.
func (p *Pool[T]) wait(ctx context.Context) error {
	w := &waiter{granted: make(chan error, 1)}
	p.mu.Lock()
	if p.isClosed() {
		p.mu.Unlock()
		return p.closedError()
	}
	// Announce first, then look again. A release that took place before the announcement has
	// given its permit back already, so acquire finds it; one that takes place after it sees the
	// announcement and looks into the queue.
	p.attention.Add(1)
	if len(p.queue) == 0 && p.acquire() {
		p.attention.Add(-1)
		p.mu.Unlock()
		return nil
	}
	p.waits++
	p.queue = append(p.queue, w)
	p.mu.Unlock()

	start := time.Now()
	timer := time.NewTimer(p.cfg.Timeout)
	defer timer.Stop()
	select {
	case err := <-w.granted:
		return err
	case <-ctx.Done():
		if !p.leave(w) {
			return <-w.granted
		}
		return fmt.Errorf("pool: get from %s: %w", p.cfg.Name, context.Cause(ctx))
	case <-timer.C:
		if !p.leave(w) {
			return <-w.granted
		}
		p.timeouts.Add(1)
		return &ExhaustedError{Pool: p.cfg.Name, Capacity: p.cfg.Capacity, Waited: time.Since(start)}
	}
}

// leave takes w out of the queue. It returns false when w was served in the meantime: then the
// permit is there and must be taken, or it would be lost.
func (p *Pool[T]) leave(w *waiter) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w.done {
		return false
	}
	i := slices.Index(p.queue, w)
	p.queue = slices.Delete(p.queue, i, i+1)
	p.attention.Add(-1)
	return true
}

// serve hands free permits to those who wait. The caller holds mu.
func (p *Pool[T]) serve() {
	for len(p.queue) > 0 && p.acquire() {
		w := p.queue[0]
		p.queue[0] = nil
		p.queue = p.queue[1:]
		p.attention.Add(-1)
		w.done = true
		w.granted <- nil
	}
}

// release gives a permit back.
func (p *Pool[T]) release() {
	p.inUse.Add(-1)
	if p.attention.Load() == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.serve()
	p.checkDrained()
}

// isClosed needs no lock.
func (p *Pool[T]) isClosed() bool { return p.attention.Load() >= closedMark }

func (p *Pool[T]) closedError() error { return fmt.Errorf("%w: %s", ErrClosed, p.cfg.Name) }

// newEntry makes an object and registers it: the price of a miss of sync.Pool.
func (p *Pool[T]) newEntry() *entry[T] {
	e := &entry[T]{pool: p, rec: &record[T]{}}
	e.rec.entry = weak.Make(e)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.nextID++
	e.rec.id = p.nextID
	if len(p.registry) >= p.pruneAt {
		p.prune()
	}
	p.registry = append(p.registry, e.rec)
	return e
}

// prune forgets the objects that are free and were collected. At most Capacity objects are on
// loan, so the registry stays within a constant factor of the objects alive.
func (p *Pool[T]) prune() {
	kept := p.registry[:0]
	for _, r := range p.registry {
		// The object first: once it was collected nobody can lend it, and its word is final.
		// The other way round it could be lent, leaked and collected between the two looks.
		if r.entry.Value() != nil || r.word.Load()&1 == 1 {
			kept = append(kept, r)
		} else {
			p.retired += r.word.Load() / 2
		}
	}
	clear(p.registry[len(kept):])
	p.registry = kept
	p.pruneAt = max(2*len(kept), 2*p.cfg.Capacity)
}
