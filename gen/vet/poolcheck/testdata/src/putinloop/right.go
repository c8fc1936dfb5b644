package putinloop

import (
	"context"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

func getInside(ctx context.Context, e *stage.Env) {
	for range e.Lanes {
		lease, err := e.Pools.CanonicalEvent.Get(ctx)
		if err != nil {
			return
		}
		lease.Put()
	}
}

func putBehind(lease eventv1.CanonicalEventLease, n int) {
	for range n {
		stage.Show(lease.Value())
	}
	lease.Put()
}

func putAndReturn(lease eventv1.CanonicalEventLease, done func() bool) {
	for {
		if done() {
			lease.Put()
			return
		}
	}
}

func putAndBreak(lease eventv1.CanonicalEventLease, done func() bool) {
	for {
		if done() {
			lease.Put()
			break
		}
	}
}

func putLast(ctx context.Context, e *stage.Env) {
	last, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	for lease := range e.Out {
		last.Put()
		last = lease
	}
	last.Put()
}

func eachReceived[T any](in <-chan pool.Lease[T], use func(*T)) {
	for lease := range in {
		use(lease.Value())
		lease.Put()
	}
}

func selectReturns(ctx context.Context, e *stage.Env, lease eventv1.CanonicalEventLease) {
	for {
		select {
		case <-e.Done:
			lease.Put()
			return
		case <-ctx.Done():
			lease.Put()
			return
		case lane := <-e.Other:
			lane.Put()
		}
	}
}
