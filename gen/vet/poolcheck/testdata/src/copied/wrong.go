package copied

import (
	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

type window struct {
	lease eventv1.CanonicalEventLease
	other eventv1.CanonicalEventLease
}

var current eventv1.CanonicalEventLease

func fieldAndSink(w *window, e *stage.Env, lease eventv1.CanonicalEventLease) {
	w.lease = lease
	e.Sink.Publish(lease) // want `poolcheck/copied: the lease is passed to Publish, but it was stored in a field on line 17 already; a lease has one owner`
}

func sinkAndField(w *window, e *stage.Env, lease eventv1.CanonicalEventLease) {
	e.Sink.Publish(lease)
	w.lease = lease // want `poolcheck/copied`
}

func twoChannels(e *stage.Env, lease eventv1.CanonicalEventLease) {
	e.Out <- lease
	e.Other <- lease // want `poolcheck/copied: the lease is sent on a channel, but it was sent on a channel on line 27 already`
}

func twoFields(w *window, lease eventv1.CanonicalEventLease) {
	w.lease = lease
	w.other = lease // want `poolcheck/copied`
}

func fieldAndPut(w *window, lease eventv1.CanonicalEventLease) {
	w.lease = lease
	lease.Put() // want `poolcheck/copied: the lease was stored in a field on line 37, which owns it now`
}

func globalAndSend(e *stage.Env, lease eventv1.CanonicalEventLease) {
	current = lease
	e.Out <- lease // want `poolcheck/copied: the lease is sent on a channel, but it was stored in a package variable`
}

func twoSinks(a, b stage.Sink, lease eventv1.CanonicalEventLease) {
	a.Publish(lease)
	b.Publish(lease) // want `poolcheck/copied`
}

func everySink(sinks []stage.Sink, lease eventv1.CanonicalEventLease) {
	for _, s := range sinks {
		s.Publish(lease) // want `poolcheck/copied: the lease is passed to Publish again in each round of the loop`
	}
} // want `poolcheck/lost`

func sinkAndGoroutine(e *stage.Env, lease eventv1.CanonicalEventLease) {
	e.Sink.Publish(lease)
	go stage.Take(lease) // want `poolcheck/copied`
}

func sinkAndReturn(e *stage.Env, lease eventv1.CanonicalEventLease) eventv1.CanonicalEventLease {
	e.Sink.Publish(lease)
	return lease // want `poolcheck/copied`
}

func selectThenSend(e *stage.Env, lease eventv1.CanonicalEventLease) {
	select {
	case e.Out <- lease:
	case <-e.Done:
	}
	e.Other <- lease // want `poolcheck/copied`
}

func twoStructs(lease eventv1.CanonicalEventLease, a, b chan<- window) {
	a <- window{lease: lease}
	b <- window{lease: lease} // want `poolcheck/copied`
}

func genericTwice[T any](lease pool.Lease[T], a, b chan<- pool.Lease[T]) {
	a <- lease
	b <- lease // want `poolcheck/copied`
}

func methodValues(lease eventv1.CanonicalEventLease) {
	stage.Later(lease.Put)
	stage.Later(lease.Put) // want `poolcheck/copied`
}
