// Package stage is what the test packages share: stages that take leases, and functions of
// another package whose treatment of an event is known to callers by facts only.
package stage

import (
	"context"
	"log"
	"os"

	"github.com/meltica/meltica/generated/eventv1"
)

// Sink takes leases.
type Sink interface {
	Publish(lease eventv1.CanonicalEventLease)
	TryPublish(lease eventv1.CanonicalEventLease) bool
}

// Lane takes clones.
type Lane interface {
	Enqueue(stream uint32, clone *eventv1.CanonicalEvent)
}

// Handler is the data bus's.
type Handler interface {
	Handle(ctx context.Context, ev *eventv1.CanonicalEvent) error
}

// HandlerFunc makes a Handler of a function.
type HandlerFunc func(context.Context, *eventv1.CanonicalEvent) error

// Handle calls f.
func (f HandlerFunc) Handle(ctx context.Context, ev *eventv1.CanonicalEvent) error { return f(ctx, ev) }

// Env is what a function under test works with.
type Env struct {
	Pools *eventv1.Pools
	Sink  Sink
	Lanes []Lane
	Out   chan eventv1.CanonicalEventLease
	Other chan eventv1.CanonicalEventLease
	Done  chan struct{}
}

// Take owns the lease, as every function that takes one.
func Take(lease eventv1.CanonicalEventLease) { lease.Put() }

// Borrow lends an event to its caller, who owns it.
func Borrow(ctx context.Context, p *eventv1.Pools, symbol string) (eventv1.CanonicalEventLease, error) {
	lease, err := p.CanonicalEvent.Get(ctx)
	if err != nil {
		return lease, err
	}
	lease.Value().Symbol = symbol
	return lease, nil
}

var last *eventv1.CanonicalEvent

// Remember keeps ev.
func Remember(ev *eventv1.CanonicalEvent) { last = ev }

// RememberDeep keeps a part of ev, by way of another function.
func RememberDeep(levels []eventv1.Level) { remember(&eventv1.BookUpdate{Bids: levels}) }

var book *eventv1.BookUpdate

func remember(b *eventv1.BookUpdate) { book = b }

// Show only looks at ev.
func Show(ev *eventv1.CanonicalEvent) { log.Print(ev.Symbol) }

// Bids returns a part of ev.
func Bids(ev *eventv1.CanonicalEvent) []eventv1.Level {
	if b := ev.BookUpdate(); b != nil {
		return b.Bids
	}
	return nil
}

// Best returns a copy of a part of ev.
func Best(ev *eventv1.CanonicalEvent) eventv1.Level {
	for _, l := range Bids(ev) {
		return l
	}
	return eventv1.Level{}
}

// Later runs f at some time.
func Later(f func()) { queue = append(queue, f) }

var queue []func()

// Now runs f before it returns.
func Now(f func()) { f() }

// Fail does not return.
func Fail(text string) {
	log.Print(text)
	os.Exit(1)
}
