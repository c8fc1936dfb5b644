package deferredput

import (
	"context"
	"errors"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

func deferAlone(ctx context.Context, e *stage.Env) error {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return err
	}
	defer lease.Put()
	stage.Show(lease.Value())
	return nil
}

func closureAlone(lease eventv1.CanonicalEventLease) {
	defer func() { lease.Put() }()
	stage.Show(lease.Value())
}

func publishOrPut(e *stage.Env, lease eventv1.CanonicalEventLease, valid bool) error {
	if !valid {
		lease.Put()
		return errors.New("not valid")
	}
	e.Sink.Publish(lease)
	return nil
}

func deferOfOther(ctx context.Context, e *stage.Env, lease eventv1.CanonicalEventLease) {
	raw, err := e.Pools.ProviderRaw.Get(ctx)
	if err != nil {
		lease.Put()
		return
	}
	defer raw.Put()
	lease.Value().Symbol = raw.Value().Symbol
	e.Sink.Publish(lease)
}

func deferAndClones(e *stage.Env, lease eventv1.CanonicalEventLease) {
	defer lease.Put()
	for i, lane := range e.Lanes {
		lane.Enqueue(uint32(i), lease.Value().Clone())
	}
}

func deferThenReturnClone(lease eventv1.CanonicalEventLease) *eventv1.CanonicalEvent {
	defer lease.Put()
	return lease.Value().Clone()
}

func deferredHandOver(e *stage.Env, lease eventv1.CanonicalEventLease) {
	defer e.Sink.Publish(lease)
	lease.Value().SeqLast++
}

func deferBehindReturn(e *stage.Env, lease eventv1.CanonicalEventLease, publish bool) {
	if publish {
		e.Sink.Publish(lease)
		return
	}
	defer lease.Put()
	stage.Show(lease.Value())
}

func deferRecovers(e *stage.Env, lease eventv1.CanonicalEventLease) {
	defer func() {
		if r := recover(); r != nil {
			e.Done <- struct{}{}
		}
	}()
	e.Sink.Publish(lease)
}

func deferMethodValueAlone(lease eventv1.CanonicalEventLease) {
	release := lease.Put
	defer release()
	stage.Show(lease.Value())
}

func genericAlone[T any](lease pool.Lease[T], use func(*T)) {
	defer lease.Put()
	use(lease.Value())
}
