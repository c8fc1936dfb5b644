package lost

import (
	"context"
	"errors"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

func earlyReturn(ctx context.Context, e *stage.Env, late bool) error {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return err
	}
	if late {
		return errors.New("late") // want `poolcheck/lost: the lease of Get is not Put or handed on \(it came on line 13\)`
	}
	lease.Put()
	return nil
}

func noPutAtAll(ctx context.Context, e *stage.Env) string {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return ""
	}
	return lease.Value().Symbol // want `poolcheck/lost`
}

func errorOfSomethingElse(ctx context.Context, e *stage.Env, read func(*eventv1.WsFrame) error) error {
	lease, err := e.Pools.WsFrame.Get(ctx)
	if err != nil {
		return err
	}
	if err := read(lease.Value()); err != nil {
		return err // want `poolcheck/lost`
	}
	lease.Put()
	return nil
}

func loopContinue(ctx context.Context, e *stage.Env, skip func() bool) error {
	for {
		lease, err := e.Pools.CanonicalEvent.Get(ctx) // want `poolcheck/lost: the lease of Get is not Put or handed on when the loop gets here again`
		if err != nil {
			return err
		}
		if skip() {
			continue
		}
		lease.Put()
	}
}

func loopBreak(ctx context.Context, e *stage.Env, stop func() bool) {
	for range 10 {
		lease, err := e.Pools.CanonicalEvent.Get(ctx)
		if err != nil {
			return
		}
		if stop() {
			break
		}
		lease.Put()
	}
} // want `poolcheck/lost`

func switchWithoutDefault(ctx context.Context, e *stage.Env, kind int) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	switch kind {
	case 0:
		lease.Put()
	case 1:
		e.Sink.Publish(lease)
	}
} // want `poolcheck/lost`

func selectDefault(ctx context.Context, e *stage.Env) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	select {
	case e.Out <- lease:
	default: // dropped, and nobody counts it
	}
} // want `poolcheck/lost`

func selectDone(ctx context.Context, e *stage.Env) error {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return err
	}
	select {
	case e.Out <- lease:
		return nil
	case <-ctx.Done():
		return ctx.Err() // want `poolcheck/lost`
	}
}

func overwritten(ctx context.Context, e *stage.Env) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	lease.Value().Symbol = "A-B"
	lease, err = e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return // want `poolcheck/lost`
	}
	lease.Put()
} // want `poolcheck/lost`

func wrongBranch(ctx context.Context, e *stage.Env) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err == nil {
		stage.Show(lease.Value())
		return // want `poolcheck/lost`
	}
}

func parameter(lease eventv1.CanonicalEventLease, drop bool) {
	if drop {
		return // want `poolcheck/lost: the lease is not Put`
	}
	lease.Put()
}

func describe(lease eventv1.CanonicalEventLease) string {
	return lease.Value().Symbol // want `poolcheck/lost`
}

type sink struct{ closed bool }

func (s *sink) Publish(lease eventv1.CanonicalEventLease) {
	if s.closed {
		return // want `poolcheck/lost`
	}
	lease.Put()
}

func generic[T any](ctx context.Context, p *pool.Pool[T], use func(*T) bool) {
	lease, err := p.Get(ctx)
	if err != nil {
		return
	}
	if use(lease.Value()) {
		lease.Put()
	}
} // want `poolcheck/lost`

func received(in <-chan eventv1.CanonicalEventLease, want func(string) bool) {
	for lease := range in { // want `poolcheck/lost`
		if want(lease.Value().Symbol) {
			lease.Put()
		}
	}
}

func receivedBySelect(in <-chan eventv1.CanonicalEventLease, done <-chan struct{}) string {
	select {
	case lease := <-in:
		return lease.Value().Symbol // want `poolcheck/lost`
	case <-done:
		return ""
	}
}

func otherPackage(ctx context.Context, e *stage.Env) error {
	lease, err := stage.Borrow(ctx, e.Pools, "A-B")
	if err != nil {
		return err
	}
	stage.Show(lease.Value())
	return nil // want `poolcheck/lost: the lease of Borrow`
}

func secondGetFails(ctx context.Context, e *stage.Env) error {
	frame, err := e.Pools.WsFrame.Get(ctx)
	if err != nil {
		return err
	}
	raw, err := e.Pools.ProviderRaw.Get(ctx)
	if err != nil {
		return err // want `poolcheck/lost`
	}
	frame.Put()
	raw.Put()
	return nil
}

func inGoroutine(ctx context.Context, e *stage.Env, ready func() bool) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	go func() {
		if !ready() {
			return // want `poolcheck/lost`
		}
		lease.Put()
	}()
}

func inLiteral(ctx context.Context, e *stage.Env) func() error {
	return func() error {
		lease, err := e.Pools.CanonicalEvent.Get(ctx)
		if err != nil {
			return err
		}
		stage.Show(lease.Value())
		return nil // want `poolcheck/lost`
	}
}

func closureNotCalled(ctx context.Context, e *stage.Env, done bool) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	release := func() { lease.Put() }
	if done {
		release()
	}
} // want `poolcheck/lost`

func structDropped(ctx context.Context, e *stage.Env) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	m := message{lease: lease, stream: 1}
	_ = m.stream
} // want `poolcheck/lost`
