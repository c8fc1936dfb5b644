package discarded

import (
	"context"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

func blankError(ctx context.Context, e *stage.Env) {
	lease, _ := e.Pools.CanonicalEvent.Get(ctx)
	lease.Put()
}

func probePuts(ctx context.Context, e *stage.Env) bool {
	lease, err := e.Pools.WsFrame.Get(ctx)
	if err == nil {
		lease.Put()
	}
	return err == nil
}

func receivePuts(e *stage.Env) {
	(<-e.Out).Put()
}

func receiveInSelectPuts(e *stage.Env) {
	select {
	case lease := <-e.Out:
		lease.Put()
	case <-e.Done:
	}
}

func drainPuts(e *stage.Env) {
	for lease := range e.Out {
		lease.Put()
	}
}

func zeroOf() eventv1.CanonicalEventLease { return eventv1.CanonicalEventLease{} }

func namedParameter(lease eventv1.CanonicalEventLease, n int) int {
	lease.Put()
	return n
}

type putter struct{}

func (putter) Publish(lease eventv1.CanonicalEventLease) { lease.Put() }

func literalPuts(each func(func(eventv1.CanonicalEventLease))) {
	each(func(lease eventv1.CanonicalEventLease) { lease.Put() })
}

func literalExpression(each func(func(eventv1.CanonicalEventLease))) {
	each(eventv1.CanonicalEventLease.Put)
}

func genericPuts[T any](ctx context.Context, p *pool.Pool[T]) error {
	lease, err := p.Get(ctx)
	if err != nil {
		return err
	}
	lease.Put()
	return nil
}
