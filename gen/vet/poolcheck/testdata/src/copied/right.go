package copied

import (
	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

func fieldOrSink(w *window, e *stage.Env, lease eventv1.CanonicalEventLease, keep bool) {
	if keep {
		w.lease = lease
		return
	}
	e.Sink.Publish(lease)
}

func fieldCleared(w *window, e *stage.Env, lease eventv1.CanonicalEventLease) {
	w.lease = lease
	e.Done <- struct{}{}
	w.lease = eventv1.CanonicalEventLease{}
	e.Sink.Publish(lease)
}

func fieldPutByOwner(w *window, lease eventv1.CanonicalEventLease) {
	w.lease = lease
	w.close()
}

func (w *window) close() {
	if w.lease != (eventv1.CanonicalEventLease{}) {
		w.lease.Put()
		w.lease = eventv1.CanonicalEventLease{}
	}
}

func fieldAndUse(w *window, lease eventv1.CanonicalEventLease) string {
	w.lease = lease
	return lease.Value().Symbol // the window lives on
}

func oneOfTwoChannels(e *stage.Env, lease eventv1.CanonicalEventLease, first bool) {
	out := e.Other
	if first {
		out = e.Out
	}
	out <- lease
}

func oneOfTwoFields(w *window, lease eventv1.CanonicalEventLease, first bool) {
	if first {
		w.lease = lease
	} else {
		w.other = lease
	}
}

func twoLeases(w *window, a, b eventv1.CanonicalEventLease) {
	w.lease, w.other = a, b
}

func swapped(w *window) {
	w.lease, w.other = w.other, w.lease
}

func firstSinkThatWants(sinks []stage.Sink, lease eventv1.CanonicalEventLease, wants func(stage.Sink) bool) {
	for _, s := range sinks {
		if wants(s) {
			s.Publish(lease)
			return
		}
	}
	lease.Put()
}

func clonesForAll(lanes []stage.Lane, lease eventv1.CanonicalEventLease) {
	for i, lane := range lanes {
		lane.Enqueue(uint32(i), lease.Value().Clone())
	}
	lease.Put()
}

func localName(e *stage.Env, lease eventv1.CanonicalEventLease) {
	same := lease
	stage.Show(same.Value())
	e.Sink.Publish(lease)
}

func oneStruct(lease eventv1.CanonicalEventLease, out chan<- window) {
	w := window{lease: lease}
	copy := w
	out <- copy
}

func genericOnce[T any](lease pool.Lease[T], a, b chan<- pool.Lease[T]) {
	select {
	case a <- lease:
	case b <- lease:
	}
}
