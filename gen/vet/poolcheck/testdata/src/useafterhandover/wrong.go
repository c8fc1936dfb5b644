package useafterhandover

import (
	"context"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

func usedAfterPublish(e *stage.Env, lease eventv1.CanonicalEventLease) string {
	ev := lease.Value()
	e.Sink.Publish(lease)
	return ev.Symbol // want `poolcheck/useafterhandover: the object is used after its lease was passed to Publish on line 13`
}

func valueAfterPublish(e *stage.Env, lease eventv1.CanonicalEventLease) {
	e.Sink.Publish(lease)
	lease.Value().SeqLast++ // want `poolcheck/useafterhandover`
}

func putAfterPublish(e *stage.Env, lease eventv1.CanonicalEventLease) {
	e.Sink.Publish(lease)
	lease.Put() // want `poolcheck/useafterhandover: the lease was passed to Publish on line 23 and is no longer this function's to Put`
}

func conditional(e *stage.Env, lease eventv1.CanonicalEventLease) {
	if !e.Sink.TryPublish(lease) {
		lease.Put() // want `poolcheck/useafterhandover`
	}
}

func usedAfterSend(e *stage.Env, lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	e.Out <- lease
	ev.Symbol = "" // want `poolcheck/useafterhandover: the object is used after its lease was sent on a channel`
}

func putAfterSend(e *stage.Env, lease eventv1.CanonicalEventLease) {
	e.Out <- lease
	lease.Put() // want `poolcheck/useafterhandover`
}

func usedAfterSelect(ctx context.Context, e *stage.Env, lease eventv1.CanonicalEventLease) string {
	ev := lease.Value()
	select {
	case e.Out <- lease:
		return ev.Symbol // want `poolcheck/useafterhandover`
	case <-ctx.Done():
		lease.Put()
		return ""
	}
}

func putAfterTry(e *stage.Env, lease eventv1.CanonicalEventLease) {
	select {
	case e.Out <- lease:
	default:
	}
	lease.Put() // want `poolcheck/useafterhandover`
}

func usedAfterFunction(lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	stage.Take(lease)
	stage.Show(ev) // want `poolcheck/useafterhandover`
}

func usedAfterGo(lease eventv1.CanonicalEventLease) string {
	ev := lease.Value()
	go stage.Take(lease)
	return ev.Symbol // want `poolcheck/useafterhandover`
}

func usedAfterGoroutine(lease eventv1.CanonicalEventLease) string {
	ev := lease.Value()
	go func() { lease.Put() }()
	return ev.Symbol // want `poolcheck/useafterhandover`
}

func usedAfterFunctionValue(lease eventv1.CanonicalEventLease, take func(eventv1.CanonicalEventLease)) {
	take(lease)
	lease.Value().SeqLast++ // want `poolcheck/useafterhandover`
}

func usedAfterMethodValue(lease eventv1.CanonicalEventLease) {
	stage.Later(lease.Put)
	lease.Value().SeqLast++ // want `poolcheck/useafterhandover`
}

func usedAfterError(lease eventv1.CanonicalEventLease, take func(eventv1.CanonicalEventLease) error) error {
	ev := lease.Value()
	if err := take(lease); err != nil {
		stage.Show(ev) // want `poolcheck/useafterhandover`
		return err
	}
	return nil
}

func partAfterPublish(e *stage.Env, lease eventv1.CanonicalEventLease) int {
	book := lease.Value().SetBookUpdate()
	e.Sink.Publish(lease)
	return len(book.Bids) // want `poolcheck/useafterhandover`
}

func genericAfter[T any](lease pool.Lease[T], out chan<- pool.Lease[T], use func(*T)) {
	v := lease.Value()
	out <- lease
	use(v) // want `poolcheck/useafterhandover`
}

type message struct{ lease eventv1.CanonicalEventLease }

func structSentAndUsed(lease eventv1.CanonicalEventLease, out chan<- message) {
	m := message{lease}
	out <- m
	m.lease.Put() // want `poolcheck/useafterhandover`
}

func fanOutAfter(e *stage.Env, lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	e.Sink.Publish(lease)
	for i, lane := range e.Lanes {
		lane.Enqueue(uint32(i), ev.Clone()) // want `poolcheck/useafterhandover`
	}
}
