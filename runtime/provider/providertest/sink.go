package providertest

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/meltica/meltica/generated/eventv1"
)

// Recorder is a Sink that keeps clones and gives every lease back. Its zero value is ready, and
// it is safe for concurrent use.
type Recorder struct {
	// Seen, when not nil, is signalled after each event unless a signal is pending: it needs room
	// for one. Set it before the first event.
	Seen chan struct{}

	mu     sync.Mutex
	events []*eventv1.CanonicalEvent // mu protects it
}

// Publish keeps a clone of the event and puts the lease, which it owns.
func (r *Recorder) Publish(lease eventv1.CanonicalEventLease) {
	clone := lease.Value().Clone()
	lease.Put()
	r.mu.Lock()
	r.events = append(r.events, clone)
	r.mu.Unlock()
	select {
	case r.Seen <- struct{}{}:
	default: // a signal is pending, or nobody waits for one
	}
}

// Take returns the events since the last Take. They are heap clones, the caller's to keep.
func (r *Recorder) Take() []*eventv1.CanonicalEvent {
	r.mu.Lock()
	defer r.mu.Unlock()
	events := r.events
	r.events = nil
	return events
}

// Lines takes the events and returns the Line of each.
func (r *Recorder) Lines() (lines []string) {
	for _, ev := range r.Take() {
		lines = append(lines, Line(ev))
	}
	return lines
}

// Line says in short what an event is: kind, epoch, first and last sequence, and whether it
// declares its book stale.
func Line(ev *eventv1.CanonicalEvent) string {
	line := fmt.Sprintf("%v e%d %d-%d", ev.Kind, ev.Epoch, ev.SeqFirst, ev.SeqLast)
	if isStale(ev) {
		line += " stale"
	}
	return line
}

func isStale(ev *eventv1.CanonicalEvent) bool {
	u := ev.BookUpdate()
	return u != nil && u.Stale
}

// Discard is a Sink that only gives the leases back, which it owns.
type Discard struct{}

// Publish puts the lease, which it owns.
func (Discard) Publish(lease eventv1.CanonicalEventLease) { lease.Put() }

// Checker is a Sink that fails its test for what no stream may do within an epoch: go back, or
// leave a hole between two updates of a book. It also checks what each event must carry, and
// hashes them all. It serves one adapter, on one goroutine.
type Checker struct {
	t        testing.TB
	unbroken []eventv1.EventKind
	last     map[eventv1.CanonicalEventStreamKey]eventv1.CanonicalEvent // its Epoch and SeqLast
	hash     uint64                                                     // FNV-1a, of the canonical JSON of all events
	json     []byte                                                     // reused
}

// NewChecker returns a Checker that reports to t. The kinds are those that may have no hole at
// this venue, besides the updates of a book.
func NewChecker(t testing.TB, unbroken ...eventv1.EventKind) *Checker {
	last := make(map[eventv1.CanonicalEventStreamKey]eventv1.CanonicalEvent)
	return &Checker{t: t, last: last, unbroken: append(unbroken, eventv1.EventKindBookUpdate)}
}

// Publish checks the event and puts the lease, which it owns.
func (c *Checker) Publish(lease eventv1.CanonicalEventLease) {
	c.check(lease.Value())
	lease.Put()
}

func (c *Checker) check(ev *eventv1.CanonicalEvent) {
	if last, ok := c.last[ev.StreamKey()]; ok && ev.Epoch == last.Epoch {
		if slices.Contains(c.unbroken, ev.Kind) && last.SeqLast != 0 && ev.SeqFirst != last.SeqLast+1 {
			c.t.Errorf("%s %v: %d to %d after %d", ev.Symbol, ev.Kind, ev.SeqFirst, ev.SeqLast, last.SeqLast)
		}
		if ev.SeqLast != 0 && ev.SeqLast < last.SeqLast {
			c.t.Errorf("%s %v: sequence went back from %d to %d", ev.Symbol, ev.Kind, last.SeqLast, ev.SeqLast)
		}
	}
	c.last[ev.StreamKey()] = eventv1.CanonicalEvent{Epoch: ev.Epoch, SeqLast: ev.SeqLast}
	if ev.IngestTime == 0 || ev.EmitTime != ev.IngestTime || ev.TraceID.IsZero() {
		c.t.Errorf("%s %v: ingest %d, emit %d, trace %v", ev.Symbol, ev.Kind, ev.IngestTime, ev.EmitTime, ev.TraceID)
	}
	if ev.Kind == eventv1.EventKindBookUpdate && ev.ExchangeTime == 0 && !isStale(ev) {
		c.t.Errorf("%s: update without a time", ev.Symbol)
	}
	var err error
	if c.json, err = ev.AppendJSON(c.json[:0]); err != nil {
		c.t.Error(err)
	}
	for _, b := range c.json {
		c.hash = (c.hash ^ uint64(b)) * 1099511628211
	}
}
