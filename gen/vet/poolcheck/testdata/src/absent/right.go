package absent

import (
	"context"

	"github.com/meltica/meltica/generated/eventv1"
	"stage"
)

func deferInTime(ctx context.Context, e *stage.Env) error {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return err
	}
	defer lease.Put()
	stage.Show(lease.Value())
	return nil
}

func putWithoutError(ctx context.Context, e *stage.Env, log func(error)) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		log(err)
	}
	if err == nil {
		lease.Put()
	}
}

func errorIgnored(ctx context.Context, e *stage.Env) {
	lease, _ := e.Pools.CanonicalEvent.Get(ctx) // the pool can not fail here
	lease.Put()
}

func openChannel(in <-chan eventv1.CanonicalEventLease) {
	if lease, ok := <-in; ok {
		lease.Put()
	}
}

func triesAgain(ctx context.Context, e *stage.Env) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	for err != nil {
		lease, err = e.Pools.CanonicalEvent.Get(ctx)
	}
	lease.Put()
}
