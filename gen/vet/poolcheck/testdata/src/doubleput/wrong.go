package doubleput

import (
	"context"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

func twice(ctx context.Context, e *stage.Env) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	lease.Put()
	lease.Put() // want `poolcheck/doubleput: the lease of Get was Put on line 16 already`
}

func branchThenAlways(lease eventv1.CanonicalEventLease, early bool) {
	if early {
		lease.Put()
	}
	lease.Put() // want `poolcheck/doubleput`
}

func deferAndExplicit(ctx context.Context, e *stage.Env) error {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return err
	}
	defer lease.Put() // want `poolcheck/doubleput: the deferred call Puts the lease of Get, which is Put on line \d+ already`
	lease.Put()
	return nil
}

func deferAndErrorPath(ctx context.Context, e *stage.Env, read func(*eventv1.WsFrame) error) error {
	lease, err := e.Pools.WsFrame.Get(ctx)
	if err != nil {
		return err
	}
	defer lease.Put() // want `poolcheck/doubleput`
	if err := read(lease.Value()); err != nil {
		lease.Put()
		return err
	}
	return nil
}

func twoDefers(lease eventv1.CanonicalEventLease) {
	defer lease.Put() // want `poolcheck/doubleput`
	defer func() { lease.Put() }()
	stage.Show(lease.Value())
}

func otherName(lease eventv1.CanonicalEventLease) {
	same := lease
	lease.Put()
	same.Put() // want `poolcheck/doubleput`
}

func closureAndOuter(lease eventv1.CanonicalEventLease) {
	release := func() { lease.Put() }
	release()
	lease.Put() // want `poolcheck/doubleput`
}

func closureTwice(lease eventv1.CanonicalEventLease) {
	release := lease.Put
	release()
	release() // want `poolcheck/doubleput`
}

func insideGoroutine(lease eventv1.CanonicalEventLease) {
	go func() {
		lease.Put()
		lease.Put() // want `poolcheck/doubleput`
	}()
}

func switchFallsOut(lease eventv1.CanonicalEventLease, kind int) {
	switch kind {
	case 0:
		lease.Put()
	case 1:
		stage.Show(lease.Value())
	default:
		return // want `poolcheck/lost`
	}
	lease.Put() // want `poolcheck/doubleput`
}

func genericTwice[T any](lease pool.Lease[T]) {
	lease.Put()
	lease.Put() // want `poolcheck/doubleput`
}

type current struct{ lease eventv1.CanonicalEventLease }

func (c *current) field() {
	c.lease.Put()
	c.lease.Put() // want `poolcheck/doubleput`
}

func inStruct(lease eventv1.CanonicalEventLease) {
	c := current{lease}
	c.lease.Put()
	lease.Put() // want `poolcheck/doubleput`
}

func byExpression(lease eventv1.CanonicalEventLease) {
	lease.Put()
	eventv1.CanonicalEventLease.Put(lease) // want `poolcheck/doubleput`
}
