// Package paths has what does not belong to one rule: how paths are told apart, and the ways
// that a lease takes.
package paths

import (
	"context"
	"errors"
	"iter"

	"github.com/meltica/meltica/generated/eventv1"
	"stage"
)

type message struct {
	lease  eventv1.CanonicalEventLease
	stream uint32
}

func structReceivedTwice(in <-chan message) {
	for m := range in {
		m.lease.Put()
		m.lease.Put() // want `poolcheck/doubleput`
	}
}

func structParameter(e *stage.Env, m message) {
	e.Sink.Publish(m.lease)
	m.lease.Value().SeqLast++ // want `poolcheck/useafterhandover`
}

func structResult(next func() (message, bool)) {
	for {
		m, ok := next()
		if !ok {
			return
		}
		m.lease.Put()
		stage.Show(m.lease.Value()) // want `poolcheck/useafterput`
	}
}

func rangeOverLeases(leases iter.Seq[eventv1.CanonicalEventLease]) {
	for lease := range leases {
		if lease.Value().Symbol == "" {
			continue
		}
		lease.Put()
	} // want `poolcheck/lost: the lease is not Put or handed on \(it came on line 43\)`
}

func rangeBody(ctx context.Context, e *stage.Env, numbers iter.Seq[int]) error {
	for range numbers {
		lease, err := e.Pools.CanonicalEvent.Get(ctx)
		if err != nil {
			return err
		}
		if lease.Value().Symbol == "" {
			return errors.New("no symbol") // want `poolcheck/lost`
		}
		lease.Put()
	}
	return nil
}

func unrelatedFlag(lease eventv1.CanonicalEventLease, a, b bool) {
	if a {
		lease.Put()
	}
	if !b {
		lease.Put() // want `poolcheck/doubleput`
	}
} // want `poolcheck/lost`

func flagChanges(lease eventv1.CanonicalEventLease, more func() bool) {
	ok := more()
	if ok {
		lease.Put()
	}
	ok = more()
	if !ok {
		lease.Put() // want `poolcheck/doubleput`
	}
} // want `poolcheck/lost`

func afterBool(try func() (eventv1.CanonicalEventLease, bool)) {
	lease, ok := try()
	if !ok {
		return
	}
	stage.Show(lease.Value())
} // want `poolcheck/lost`

func nestedClosures(lease eventv1.CanonicalEventLease) {
	func() {
		func() { lease.Put() }()
		lease.Put() // want `poolcheck/doubleput`
	}()
}

func closureResult(lease eventv1.CanonicalEventLease) string {
	ev := func() *eventv1.CanonicalEvent { return lease.Value() }()
	lease.Put()
	return ev.Symbol // want `poolcheck/useafterput`
}

func captured(ctx context.Context, e *stage.Env) {
	var lease eventv1.CanonicalEventLease
	var err error
	show := func() { stage.Show(lease.Value()) } // want `poolcheck/useafterput`
	if lease, err = e.Pools.CanonicalEvent.Get(ctx); err != nil {
		return
	}
	lease.Put()
	show()
}

func pointerToVariable(lease eventv1.CanonicalEventLease) {
	p := &lease
	p.Put()
	lease.Put() // want `poolcheck/doubleput`
}

func longWay(lease eventv1.CanonicalEventLease, n int) {
	if n > 1 {
		n--
	} else {
		n++
	}
	for range n {
		if n == 7 {
			break
		}
	}
	switch {
	case n > 3:
		return // want `poolcheck/lost`
	case n > 2:
		n = 1
	}
	lease.Put()
}
