package fix

import (
	"context"
	"errors"

	"github.com/meltica/meltica/generated/eventv1"
	"stage"
)

func lost(ctx context.Context, e *stage.Env, late bool) error {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return err
	}
	if late {
		err = errors.New("late")
		return err // want `poolcheck/lost`
	}
	lease.Put()
	return nil
}

func lostParameter(e *stage.Env, lease eventv1.CanonicalEventLease, drop bool) {
	if drop {
		return // want `poolcheck/lost`
	}
	e.Sink.Publish(lease)
}

// The result is computed from the object: a Put before would be too early.
func lostWithResult(lease eventv1.CanonicalEventLease) string {
	return lease.Value().Symbol // want `poolcheck/lost`
}

// The variable holds another lease by then.
func lostFirst(ctx context.Context, e *stage.Env) error {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return err
	}
	lease.Value().SeqLast = 1
	lease, err = e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return err // want `poolcheck/lost`
	}
	e.Sink.Publish(lease)
	return nil // want `poolcheck/lost`
}

func twice(lease eventv1.CanonicalEventLease) {
	lease.Put()
	lease.Put() // want `poolcheck/doubleput`
}

// The second Put is the only one of the other path.
func twiceSometimes(lease eventv1.CanonicalEventLease, early bool) {
	if early {
		lease.Put()
	}
	lease.Put() // want `poolcheck/doubleput`
}

type tape struct {
	last *eventv1.CanonicalEvent
	all  []*eventv1.CanonicalEvent
	out  chan *eventv1.CanonicalEvent
}

func (t *tape) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	t.last = ev               // want `poolcheck/keptclone`
	t.all = append(t.all, ev) // want `poolcheck/keptclone`
	t.out <- ev               // want `poolcheck/keptclone`
	return nil
}

func (t *tape) keep(lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	t.last = ev // want `poolcheck/keptvalue`
	lease.Put()
}
