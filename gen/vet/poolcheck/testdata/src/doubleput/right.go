package doubleput

import (
	"context"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

func twoDifferent(ctx context.Context, e *stage.Env) {
	a, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	b, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		a.Put()
		return
	}
	a.Put()
	b.Put()
}

func sameVariable(ctx context.Context, e *stage.Env) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	lease.Put()
	if lease, err = e.Pools.CanonicalEvent.Get(ctx); err != nil {
		return
	}
	lease.Put()
}

func branchReturns(lease eventv1.CanonicalEventLease, early bool) {
	if early {
		lease.Put()
		return
	}
	lease.Put()
}

func branchRemembers(lease eventv1.CanonicalEventLease, early bool) {
	done := false
	if early {
		lease.Put()
		done = true
	}
	if !done {
		lease.Put()
	}
}

func branchAsksAgain(lease eventv1.CanonicalEventLease, kind int) {
	if kind == 1 {
		lease.Put()
	}
	if kind != 1 {
		lease.Put()
	}
}

func deferInBranch(lease eventv1.CanonicalEventLease, early bool) string {
	if early {
		defer lease.Put()
		return lease.Value().Symbol
	}
	lease.Put()
	return ""
}

func eitherEnd(lease eventv1.CanonicalEventLease, kind int) {
	switch kind {
	case 0:
		lease.Put()
	case 1:
		stage.Take(lease)
	default:
		lease.Put()
	}
}

func idAfterPut(lease eventv1.CanonicalEventLease) uint64 {
	lease.Put()
	return lease.ID() // an id is a number
}

func genericOnce[T any](leases <-chan pool.Lease[T]) {
	for lease := range leases {
		lease.Put()
	}
}

func (c *current) replaced(next eventv1.CanonicalEventLease) {
	c.lease.Put()
	c.lease = next
}

func (c *current) refilled(e *stage.Env) {
	c.lease.Put()
	c.refill(e)
	c.lease.Put()
}

func (c *current) refill(e *stage.Env) { c.lease = <-e.Out }

func otherField(a, b *current) {
	a.lease.Put()
	b.lease.Put()
}

func closureOrOuter(lease eventv1.CanonicalEventLease, inside bool) {
	release := func() { lease.Put() }
	if inside {
		release()
	} else {
		lease.Put()
	}
}
