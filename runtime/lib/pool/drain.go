package pool

import (
	"context"
	"fmt"
	"time"
)

// Unreturned is a lease that was not Put in time (FR-027).
type Unreturned struct {
	Pool string
	// ID is the number of the object, or 0 if a Get or a Put was under way, so that no object
	// could be named. Age is 0 then.
	ID uint64
	// Age is how long the object has been on loan. It counts from the first Observe (or Drain)
	// that found it on loan, so it is a lower bound; with -tags pooldebug it counts from Get.
	Age time.Duration
	// GetStack is the stack of Get; only with -tags pooldebug.
	GetStack string
}

// String returns one line, and the stack below it where there is one.
func (u Unreturned) String() string {
	if u.ID == 0 {
		return u.Pool + ": a Get or a Put was under way"
	}
	if u.GetStack == "" {
		return fmt.Sprintf("%s #%d on loan for at least %v", u.Pool, u.ID, u.Age.Round(time.Millisecond))
	}
	return fmt.Sprintf("%s #%d on loan for %v, lent at:\n%s", u.Pool, u.ID, u.Age.Round(time.Millisecond), u.GetStack)
}

// Stats is the state of a pool at one moment.
type Stats struct {
	Name     string
	Capacity int
	InUse    int    // objects on loan now
	Gets     uint64 // loans since New
	Waits    uint64 // Gets that had to wait
	Timeouts uint64 // Gets that failed with *ExhaustedError
}

// Stats reads the state. It walks the registry, so it is for operators, not for the hot path.
func (p *Pool[T]) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Stats{
		Name: p.cfg.Name, Capacity: p.cfg.Capacity, InUse: int(p.inUse.Load()),
		Gets: p.retired, Waits: p.waits, Timeouts: p.timeouts.Load(),
	}
	for _, r := range p.registry {
		s.Gets += (r.word.Load() + 1) / 2
	}
	return s
}

// Observe notes which objects are on loan at now, so that Drain can tell their ages. Whoever
// runs the pools calls it about once a second; reading the clock in Get would double its cost.
func (p *Pool[T]) Observe(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.registry {
		r.observe(now)
	}
}

// observe reports whether the object is on loan, and notes when this loan was first seen. The
// caller holds the pool's mu.
func (r *record[T]) observe(now time.Time) bool {
	word := r.word.Load()
	if word&1 == 0 {
		return false
	}
	if word != r.seen {
		r.seen, r.seenSince = word, now
	}
	return true
}

// Close makes every Get fail with ErrClosed from now on, those that wait at once. Leases that
// are out may still be used and Put. It may be called more than once.
func (p *Pool[T]) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isClosed() {
		return
	}
	p.attention.Add(closedMark)
	for _, w := range p.queue {
		p.attention.Add(-1)
		w.done = true
		w.granted <- p.closedError()
	}
	p.queue = nil
	p.checkDrained()
}

// checkDrained tells Drain that all is back. The caller holds mu.
func (p *Pool[T]) checkDrained() {
	if !p.isClosed() || p.inUse.Load() != 0 {
		return
	}
	select {
	case <-p.drained:
	default:
		close(p.drained)
	}
}

// Drain closes the pool and waits until every lease is back or ctx is done (FR-026). It returns
// the leases that are still out (FR-027). Nil means that all are back and that no Get will lend
// again. With -tags pooldebug it also panics if a returned object was written to.
func (p *Pool[T]) Drain(ctx context.Context) []Unreturned {
	p.Close()
	p.Observe(time.Now())
	select {
	case <-p.drained:
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if debugging {
		p.inspect()
	}
	select {
	case <-p.drained:
		// Also if ctx is done. A permit that is out now is with a Get that overtook Close in its
		// first look; it sees the mark in its second and lends nothing.
		return nil
	default:
		return p.unreturned(time.Now())
	}
}

// unreturned lists what is out. The caller holds mu and has closed the pool.
func (p *Pool[T]) unreturned(now time.Time) []Unreturned {
	// The count first. The pool is closed, so whoever may still lend has its permit already, and
	// the count covers also what the walk can not see: a Get that has its permit and has not
	// marked its object yet, and a Put that is in its reset.
	permits := int(p.inUse.Load())
	var out []Unreturned
	for _, r := range p.registry {
		if !r.observe(now) {
			continue
		}
		since := r.seenSince
		if debugging {
			since = r.debug.lentAt()
		}
		out = append(out, Unreturned{Pool: p.cfg.Name, ID: r.id, Age: now.Sub(since), GetStack: r.debug.getStack()})
	}
	for len(out) < permits {
		out = append(out, Unreturned{Pool: p.cfg.Name})
	}
	return out
}
