package putinloop

import (
	"context"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

func getOutside(ctx context.Context, e *stage.Env) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	for i, lane := range e.Lanes {
		lane.Enqueue(uint32(i), new(eventv1.CanonicalEvent))
		lease.Put() // want `poolcheck/putinloop: the lease of Get is Put again in each round of the loop`
	}
} // want `poolcheck/lost`

func parameterInLoop(lease eventv1.CanonicalEventLease, n int) {
	for range n {
		lease.Put() // want `poolcheck/putinloop`
	}
} // want `poolcheck/lost`

func conditionInLoop(lease eventv1.CanonicalEventLease, done func() bool) {
	for {
		if done() {
			lease.Put() // want `poolcheck/putinloop`
		}
	}
}

func continueAfterPut(lease eventv1.CanonicalEventLease, next func() (bool, error)) error {
	for {
		more, err := next()
		if err != nil {
			lease.Put() // want `poolcheck/putinloop`
			continue
		}
		if !more {
			return nil // want `poolcheck/lost`
		}
	}
}

func closureInLoop(lease eventv1.CanonicalEventLease, n int) {
	release := func() {
		lease.Put() // want `poolcheck/putinloop`
	}
	for range n {
		release()
	}
} // want `poolcheck/lost`

func genericInLoop[T any](lease pool.Lease[T], uses []func(*T)) {
	for _, use := range uses {
		use(lease.Value()) // want `poolcheck/useafterput`
		lease.Put()
	}
} // want `poolcheck/lost`

func selectInLoop(ctx context.Context, e *stage.Env, lease eventv1.CanonicalEventLease) {
	for {
		select {
		case <-e.Done:
			lease.Put() // want `poolcheck/putinloop`
		case <-ctx.Done():
			return // want `poolcheck/lost`
		}
	}
}

func gotoLoop(lease eventv1.CanonicalEventLease, again func() bool) {
loop:
	lease.Put() // want `poolcheck/putinloop`
	if again() {
		goto loop
	}
}
