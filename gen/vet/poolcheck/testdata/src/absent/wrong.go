package absent

import (
	"context"

	"github.com/meltica/meltica/generated/eventv1"
	"stage"
)

func deferTooEarly(ctx context.Context, e *stage.Env) error {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	defer lease.Put() // want `poolcheck/absent: there is no lease on this path and the deferred Put panics`
	if err != nil {
		return err
	}
	stage.Show(lease.Value())
	return nil
}

func putOnErrorPath(ctx context.Context, e *stage.Env) error {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		lease.Put() // want `poolcheck/absent: there is no lease on this path: Put panics`
		return err
	}
	lease.Put()
	return nil
}

func valueOnErrorPath(ctx context.Context, e *stage.Env) string {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return lease.Value().Symbol // want `poolcheck/absent`
	}
	lease.Put()
	return ""
}

func errorNotHandled(ctx context.Context, e *stage.Env, log func(error)) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		log(err) // and goes on
	}
	lease.Put() // want `poolcheck/absent`
}

func closedChannel(in <-chan eventv1.CanonicalEventLease) {
	lease, ok := <-in
	if !ok {
		lease.Put() // want `poolcheck/absent`
		return
	}
	lease.Put()
}
