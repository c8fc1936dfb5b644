package useafterhandover

import (
	"context"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

func copiedBeforePublish(e *stage.Env, lease eventv1.CanonicalEventLease) string {
	symbol := lease.Value().Symbol
	e.Sink.Publish(lease)
	return symbol
}

func stampedBeforePublish(e *stage.Env, lease eventv1.CanonicalEventLease) {
	lease.Value().SeqLast++
	e.Sink.Publish(lease)
}

func branches(e *stage.Env, lease eventv1.CanonicalEventLease, want bool) {
	if want {
		e.Sink.Publish(lease)
	} else {
		lease.Put()
	}
}

func resultOfTry(e *stage.Env, lease eventv1.CanonicalEventLease) int {
	if !e.Sink.TryPublish(lease) {
		return 1 // counted; the sink has Put it
	}
	return 0
}

func selectEither(ctx context.Context, e *stage.Env, lease eventv1.CanonicalEventLease) string {
	ev := lease.Value()
	select {
	case e.Out <- lease:
		return ""
	case <-ctx.Done():
		symbol := ev.Symbol
		lease.Put()
		return symbol
	}
}

func selectOneOfTwo(e *stage.Env, lease eventv1.CanonicalEventLease) {
	select {
	case e.Out <- lease:
	case e.Other <- lease:
	}
}

func lentToFunction(lease eventv1.CanonicalEventLease) string {
	ev := lease.Value()
	stage.Show(ev)
	symbol := ev.Symbol
	stage.Take(lease)
	return symbol
}

func goroutineDoesAll(lease eventv1.CanonicalEventLease) {
	go func() {
		stage.Show(lease.Value())
		lease.Put()
	}()
}

func newLeaseEachTime(ctx context.Context, e *stage.Env) error {
	for range 3 {
		lease, err := e.Pools.CanonicalEvent.Get(ctx)
		if err != nil {
			return err
		}
		lease.Value().SeqLast++
		e.Sink.Publish(lease)
	}
	return nil
}

func handsBack(lease eventv1.CanonicalEventLease, change func(eventv1.CanonicalEventLease) eventv1.CanonicalEventLease) {
	lease = change(lease)
	lease.Value().SeqLast++
	lease.Put()
}

func errorAfterHandOver(lease eventv1.CanonicalEventLease, take func(eventv1.CanonicalEventLease) error) error {
	symbol := lease.Value().Symbol
	if err := take(lease); err != nil {
		_ = symbol
		return err
	}
	return nil
}

func genericBefore[T any](lease pool.Lease[T], out chan<- pool.Lease[T], use func(*T)) {
	use(lease.Value())
	out <- lease
}

func structSent(lease eventv1.CanonicalEventLease, out chan<- message) {
	m := message{lease}
	m.lease.Value().SeqLast++
	out <- m
}

func fanOutBefore(e *stage.Env, lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	for i, lane := range e.Lanes {
		lane.Enqueue(uint32(i), ev.Clone())
	}
	e.Sink.Publish(lease)
}

func cloneSurvives(e *stage.Env, lease eventv1.CanonicalEventLease) *eventv1.CanonicalEvent {
	clone := lease.Value().Clone()
	e.Sink.Publish(lease)
	clone.SeqLast++
	return clone
}
