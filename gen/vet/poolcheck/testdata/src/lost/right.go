package lost

import (
	"context"
	"errors"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

type message struct {
	lease  eventv1.CanonicalEventLease
	stream uint32
}

func earlyReturnPut(ctx context.Context, e *stage.Env, late bool) error {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return err
	}
	if late {
		lease.Put()
		return errors.New("late")
	}
	lease.Put()
	return nil
}

func deferredPut(ctx context.Context, e *stage.Env, late bool) (string, error) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return "", err
	}
	defer lease.Put()
	if late {
		return "", errors.New("late")
	}
	return lease.Value().Symbol, nil
}

func deferredClosure(ctx context.Context, e *stage.Env) (err error) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return err
	}
	defer func() {
		lease.Value().Symbol = ""
		lease.Put()
	}()
	if lease.Value().Symbol == "" {
		return errors.New("empty")
	}
	return nil
}

func errIsNil(ctx context.Context, e *stage.Env) {
	if lease, err := e.Pools.CanonicalEvent.Get(ctx); err == nil {
		lease.Put()
	}
}

func errIsCertain(ctx context.Context, e *stage.Env) error {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	var exhausted *pool.ExhaustedError
	switch {
	case errors.Is(err, pool.ErrClosed):
		return err
	case errors.As(err, &exhausted):
		return nil
	case err != nil:
		return err
	}
	lease.Put()
	return nil
}

func errKeptInVariable(ctx context.Context, e *stage.Env) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(errors.New("lost"), err)
		}
	}()
	var lease eventv1.CanonicalEventLease
	if lease, err = e.Pools.CanonicalEvent.Get(ctx); err != nil {
		return err
	}
	lease.Put()
	return nil
}

func returnsWithError(ctx context.Context, e *stage.Env) (eventv1.CanonicalEventLease, error) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return lease, err
	}
	lease.Value().Symbol = "A-B"
	return lease, nil
}

func returnsDirectly(ctx context.Context, e *stage.Env) (eventv1.CanonicalEventLease, error) {
	return e.Pools.CanonicalEvent.Get(ctx)
}

func loopPutsBoth(ctx context.Context, e *stage.Env, skip func() bool) error {
	for {
		lease, err := e.Pools.CanonicalEvent.Get(ctx)
		if err != nil {
			return err
		}
		if skip() {
			lease.Put()
			continue
		}
		e.Sink.Publish(lease)
	}
}

func retries(ctx context.Context, e *stage.Env) error {
	for range 3 {
		lease, err := e.Pools.CanonicalEvent.Get(ctx)
		if err != nil {
			continue
		}
		lease.Put()
		return nil
	}
	return errors.New("none")
}

func switchWithDefault(ctx context.Context, e *stage.Env, kind int) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	switch kind {
	case 0:
		stage.Take(lease)
	case 1:
		e.Sink.Publish(lease)
	default:
		lease.Put()
	}
}

func selectPutsElse(ctx context.Context, e *stage.Env) error {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return err
	}
	select {
	case e.Out <- lease:
		return nil
	case <-ctx.Done():
		lease.Put()
		return ctx.Err()
	}
}

func selectRemembers(ctx context.Context, e *stage.Env) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	sent := false
	select {
	case e.Out <- lease:
		sent = true
	default:
	}
	if !sent {
		lease.Put()
	}
}

func sameCondition(ctx context.Context, e *stage.Env, publish bool) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	if publish {
		e.Sink.Publish(lease)
	}
	e.Done <- struct{}{}
	if !publish {
		lease.Put()
	}
}

func zeroLease(ctx context.Context, e *stage.Env, want bool) {
	var lease eventv1.CanonicalEventLease
	if want {
		var err error
		if lease, err = e.Pools.CanonicalEvent.Get(ctx); err != nil {
			return
		}
	}
	if lease != (eventv1.CanonicalEventLease{}) {
		lease.Put()
	}
}

func (s *sink) publish(lease eventv1.CanonicalEventLease) {
	if s.closed {
		lease.Put()
		return
	}
	stage.Take(lease)
}

func genericPut[T any](ctx context.Context, p *pool.Pool[T], use func(*T) bool) bool {
	lease, err := p.Get(ctx)
	if err != nil {
		return false
	}
	ok := use(lease.Value())
	lease.Put()
	return ok
}

func receivedAll(in <-chan eventv1.CanonicalEventLease, want func(string) bool) (n int) {
	for lease := range in {
		if want(lease.Value().Symbol) {
			n++
		}
		lease.Put()
	}
	return n
}

func receivedOK(in <-chan eventv1.CanonicalEventLease) bool {
	lease, ok := <-in
	if !ok {
		return false
	}
	lease.Put()
	return true
}

func receivedBySelectPut(in <-chan eventv1.CanonicalEventLease, done <-chan struct{}) string {
	select {
	case lease, ok := <-in:
		if !ok {
			return ""
		}
		symbol := lease.Value().Symbol
		lease.Put()
		return symbol
	case <-done:
		return ""
	}
}

func goroutineOwns(ctx context.Context, e *stage.Env, ready func() bool) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	go func() {
		defer lease.Put()
		if !ready() {
			return
		}
		stage.Show(lease.Value())
	}()
}

func goMethod(ctx context.Context, e *stage.Env) {
	if lease, err := e.Pools.CanonicalEvent.Get(ctx); err == nil {
		go lease.Put()
	}
}

func closureCalled(ctx context.Context, e *stage.Env, again bool) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	release := func() { lease.Put() }
	if again {
		stage.Show(lease.Value())
	}
	release()
}

func methodValue(ctx context.Context, e *stage.Env) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	release := lease.Put
	stage.Show(lease.Value())
	release()
}

func methodExpression(ctx context.Context, e *stage.Env) {
	if lease, err := e.Pools.CanonicalEvent.Get(ctx); err == nil {
		eventv1.CanonicalEventLease.Put(lease)
	}
}

func laterFunction(ctx context.Context, e *stage.Env) {
	if lease, err := e.Pools.CanonicalEvent.Get(ctx); err == nil {
		stage.Later(lease.Put)
	}
}

func insideFunction(ctx context.Context, e *stage.Env) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	stage.Now(func() { stage.Show(lease.Value()) })
	lease.Put()
}

func behindInterface(ctx context.Context, e *stage.Env) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	var p interface{ Put() } = lease
	p.Put()
}

func structSent(ctx context.Context, e *stage.Env, out chan<- message) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	m := message{lease: lease, stream: 1}
	m.stream++
	out <- m
}

func structOpened(ctx context.Context, e *stage.Env) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	m := message{lease: lease}
	m.lease.Put()
}

func structPointer(ctx context.Context, e *stage.Env) (*message, error) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return nil, err
	}
	return &message{lease: lease}, nil
}

func anonymousParameter(ctx context.Context, e *stage.Env, each func(func(eventv1.CanonicalEventLease))) {
	each(func(lease eventv1.CanonicalEventLease) { lease.Put() })
}

func twoLeases(ctx context.Context, e *stage.Env) error {
	frame, err := e.Pools.WsFrame.Get(ctx)
	if err != nil {
		return err
	}
	raw, err := e.Pools.ProviderRaw.Get(ctx)
	if err != nil {
		frame.Put()
		return err
	}
	frame.Put()
	raw.Put()
	return nil
}
