package discarded

import (
	"context"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

func blank(ctx context.Context, e *stage.Env) error {
	_, err := e.Pools.CanonicalEvent.Get(ctx) // want `poolcheck/discarded: the lease of Get is never used`
	return err
}

func statement(ctx context.Context, e *stage.Env) {
	e.Pools.CanonicalEvent.Get(ctx) // want `poolcheck/discarded`
}

func probe(ctx context.Context, e *stage.Env) bool {
	if _, err := e.Pools.WsFrame.Get(ctx); err != nil { // want `poolcheck/discarded`
		return false
	}
	return true
}

func otherFunction(ctx context.Context, e *stage.Env) {
	_, _ = stage.Borrow(ctx, e.Pools, "A-B") // want `poolcheck/discarded: the lease of Borrow`
}

func receive(e *stage.Env) {
	<-e.Out // want `poolcheck/discarded`
}

func receiveInSelect(e *stage.Env) {
	select {
	case <-e.Out: // want `poolcheck/discarded`
	case <-e.Done:
	}
}

func drain(e *stage.Env) {
	for range e.Out { // want `poolcheck/discarded`
	}
}

func unnamedParameter(eventv1.CanonicalEventLease) {} // want `poolcheck/discarded: this function owns the lease`

func blankParameter(_ eventv1.CanonicalEventLease, n int) int { return n } // want `poolcheck/discarded`

type devNull struct{}

func (devNull) Publish(eventv1.CanonicalEventLease) {} // want `poolcheck/discarded`

func literal(each func(func(eventv1.CanonicalEventLease))) {
	each(func(eventv1.CanonicalEventLease) {}) // want `poolcheck/discarded`
}

func generic[T any](ctx context.Context, p *pool.Pool[T]) error {
	_, err := p.Get(ctx) // want `poolcheck/discarded`
	return err
}

func goGet(ctx context.Context, e *stage.Env) {
	lease, _ := e.Pools.CanonicalEvent.Get(ctx) // want `poolcheck/discarded`
	_ = lease
}
