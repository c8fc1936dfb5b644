// Package orchestrator merges the events of several providers for one symbol and kind within
// windows of ingest time (LM-05, FR-018), and hands every event on as it came.
//
// Like the dispatcher it has no goroutine: Publish runs on the caller's. It has no clock either:
// the time is the ingest time of events and what Tick says. README.md has the rules.
package orchestrator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/meltica/meltica/generated/eventv1"
)

// What a Rule leaves out.
const (
	WindowDefault    = 10 * time.Second
	EventsMaxDefault = 1000
)

// The bounds of a configuration.
const (
	providersMax = 64        // what the schema of MergedEvent takes
	keysMax      = 1 << 16   // windows that can be open at one time
	windowMax    = time.Hour // so that an open time plus a window fits
)

// Rule says which events are merged: every symbol with every kind of it has its own window, of
// the same providers.
type Rule struct {
	Symbols   []string            // canonical
	Kinds     []eventv1.EventKind // of TRADE, TICKER and BOOK_SNAPSHOT
	Providers []string            // at least two, by their configured names
	Window    time.Duration       // a window is over so long after its first event; 0 means WindowDefault
	EventsMax int                 // a window closes with this event; 0 means EventsMaxDefault
}

// Next is the stage behind. Both methods own their lease from the call on, on every path, must
// not block and must not call back into the orchestrator.
type Next interface {
	// Publish takes an event as it came.
	Publish(lease eventv1.CanonicalEventLease)
	// PublishMerged takes a merged event. Those of one symbol and kind come one at a time, in the
	// order of their windows.
	PublishMerged(lease eventv1.MergedEventLease)
}

// Config is what an Orchestrator is made of.
type Config struct {
	Rules []Rule         // none: every event is only handed on
	Pools *eventv1.Pools // MergedEvent is borrowed from here; required
	Next  Next           // required
}

// Stats is what became of events and windows so far. Events published = Passed + Folded + Late.
type Stats struct {
	Passed uint64 // events that no rule names
	Folded uint64 // events that went into a window
	Late   uint64 // events that came after their window had closed, and went into none

	Merged     uint64 // windows that became a merged event
	Partial    uint64 // windows suppressed because a provider of the rule sent nothing
	Exhausted  uint64 // windows dropped because no pooled event was free
	Overflowed uint64 // windows dropped because a sum has more digits than a decimal
	Open       int    // windows open now

	// Missing counts, by provider, the partial windows that it was missing in.
	Missing map[string]uint64
}

// Orchestrator is safe for concurrent use; events of one stream must come from one goroutine at a
// time, or their order is undefined. New makes it.
type Orchestrator struct {
	// Immutable after New.
	pools   *eventv1.Pools
	next    Next
	noWait  context.Context // done from the start: with it Get lends what is free and never waits
	windows map[eventv1.CanonicalEventMergeKey]*window
	sorted  []*window // by symbol and kind, for Tick

	passed atomic.Uint64
}

var errConfig = errors.New("orchestrator: config")

// New returns an Orchestrator without any open window: nothing is kept over a restart (LM-09).
func New(cfg Config) (*Orchestrator, error) {
	if cfg.Pools == nil || cfg.Next == nil {
		return nil, fmt.Errorf("%w: Pools and Next are required", errConfig)
	}
	o := &Orchestrator{pools: cfg.Pools, next: cfg.Next, windows: make(map[eventv1.CanonicalEventMergeKey]*window)}
	var cancel context.CancelFunc
	o.noWait, cancel = context.WithCancel(context.Background())
	cancel()
	for i, r := range cfg.Rules {
		if err := o.add(r); err != nil {
			return nil, fmt.Errorf("%w: rule %d: %w", errConfig, i+1, err)
		}
	}
	slices.SortFunc(o.sorted, func(a, b *window) int {
		return cmp.Or(cmp.Compare(a.key.Symbol, b.key.Symbol), cmp.Compare(a.key.Kind, b.key.Kind))
	})
	return o, nil
}

// add checks a rule and makes its windows: the keys are known, so nothing grows later on.
func (o *Orchestrator) add(r Rule) error {
	if r.Window == 0 {
		r.Window = WindowDefault
	}
	if r.EventsMax == 0 {
		r.EventsMax = EventsMaxDefault
	}
	providers := slices.Clone(r.Providers)
	slices.Sort(providers)
	switch n := len(slices.Compact(slices.Clone(providers))); {
	case n < len(providers):
		return errors.New("a provider is named twice")
	case n < 2 || n > providersMax:
		return fmt.Errorf("%d providers, want 2 to %d", n, providersMax)
	case slices.Contains(providers, ""):
		return errors.New("a provider without a name")
	case r.Window < 0 || r.Window > windowMax:
		return fmt.Errorf("window of %v, want at most %v", r.Window, windowMax)
	case r.EventsMax < 0 || int64(r.EventsMax) > math.MaxUint32:
		return fmt.Errorf("window of %d events, want 1 to %d", r.EventsMax, uint32(math.MaxUint32))
	case len(r.Symbols) == 0 || len(r.Kinds) == 0:
		return errors.New("no symbols or no kinds")
	}
	for _, symbol := range r.Symbols {
		for _, kind := range r.Kinds {
			switch kind {
			case eventv1.EventKindTrade, eventv1.EventKindTicker, eventv1.EventKindBookSnapshot:
			default:
				return fmt.Errorf("events of kind %v have neither a best price nor a trade to merge", kind)
			}
			key := eventv1.CanonicalEventMergeKey{Symbol: symbol, Kind: kind}
			if o.windows[key] != nil {
				return fmt.Errorf("%s %v is merged already", symbol, kind)
			}
			if len(o.sorted) >= keysMax {
				return fmt.Errorf("more than %d symbols with kinds", keysMax)
			}
			w := newWindow(o, key, providers, r)
			o.windows[key] = w
			o.sorted = append(o.sorted, w)
		}
	}
	return nil
}

// Publish takes an event from its provider, folds it into the window of its symbol and kind, and
// hands it on as it came, late or not. It owns the lease from the call on. A window that the event
// closes is handed on before the event.
func (o *Orchestrator) Publish(lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	w := o.windows[ev.MergeKey()]
	if w == nil || !w.fold(ev) {
		o.passed.Add(1)
		o.noteStale(ev)
	}
	o.next.Publish(lease)
}

// noteStale tells the window of book snapshots that a book is stale: providers say so in an
// update.
func (o *Orchestrator) noteStale(ev *eventv1.CanonicalEvent) {
	if u := ev.BookUpdate(); u == nil || !u.Stale {
		return
	}
	if w := o.windows[eventv1.CanonicalEventMergeKey{Symbol: ev.Symbol, Kind: eventv1.EventKindBookSnapshot}]; w != nil {
		w.markStale(ev)
	}
}

// Tick says that it is now (Unix ns, of the clock that ingest times are read from), and closes
// the windows that are over. A time that goes back does nothing.
func (o *Orchestrator) Tick(now int64) {
	for _, w := range o.sorted {
		w.tick(now)
	}
}

// Stats returns the counts so far. It allocates: it is for operators.
func (o *Orchestrator) Stats() Stats {
	s := Stats{Passed: o.passed.Load(), Missing: make(map[string]uint64)}
	for _, w := range o.sorted {
		w.addTo(&s)
	}
	return s
}
