package deferredput

import (
	"context"
	"errors"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

func deferAndPublish(ctx context.Context, e *stage.Env) error {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return err
	}
	defer lease.Put() // want `poolcheck/deferredput: the deferred call Puts the lease of Get, which is passed to Publish on line 18`
	e.Sink.Publish(lease)
	return nil
}

func closureAndPublish(e *stage.Env, lease eventv1.CanonicalEventLease) {
	defer func() { lease.Put() }() // want `poolcheck/deferredput`
	e.Sink.Publish(lease)
}

func closureWithFlag(e *stage.Env, lease eventv1.CanonicalEventLease, valid bool) error {
	published := false
	defer func() { // want `poolcheck/deferredput`
		if !published {
			lease.Put()
		}
	}()
	if !valid {
		return errors.New("not valid")
	}
	e.Sink.Publish(lease)
	published = true
	return nil
}

func closureWithError(e *stage.Env, lease eventv1.CanonicalEventLease, valid bool) (err error) {
	defer func() { // want `poolcheck/deferredput`
		if err != nil {
			lease.Put()
		}
	}()
	if !valid {
		return errors.New("not valid")
	}
	e.Sink.Publish(lease)
	return nil
}

func deferAndSend(e *stage.Env, lease eventv1.CanonicalEventLease) {
	defer lease.Put() // want `poolcheck/deferredput`
	e.Out <- lease
}

func deferAndSelect(ctx context.Context, e *stage.Env, lease eventv1.CanonicalEventLease) {
	defer lease.Put() // want `poolcheck/deferredput`
	select {
	case e.Out <- lease:
	case <-ctx.Done():
	}
}

func deferAndReturn(lease eventv1.CanonicalEventLease) eventv1.CanonicalEventLease {
	defer lease.Put() // want `poolcheck/deferredput`
	return lease
}

func deferAndGo(lease eventv1.CanonicalEventLease) {
	defer lease.Put() // want `poolcheck/deferredput`
	go stage.Take(lease)
}

type window struct{ lease eventv1.CanonicalEventLease }

func (w *window) deferAndStore(lease eventv1.CanonicalEventLease) {
	defer lease.Put() // want `poolcheck/deferredput`
	w.lease = lease
}

func deferMethodValue(e *stage.Env, lease eventv1.CanonicalEventLease) {
	release := lease.Put
	defer release() // want `poolcheck/deferredput`
	e.Sink.Publish(lease)
}

func deferInBranch(e *stage.Env, lease eventv1.CanonicalEventLease, show bool) {
	if show {
		defer lease.Put() // want `poolcheck/deferredput`
	}
	e.Sink.Publish(lease)
}

func genericDefer[T any](lease pool.Lease[T], out chan<- pool.Lease[T]) {
	defer lease.Put() // want `poolcheck/deferredput`
	out <- lease
}
