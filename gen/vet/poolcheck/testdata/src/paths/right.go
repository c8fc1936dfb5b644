package paths

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/meltica/meltica/generated/eventv1"
	"stage"
)

func structReceivedOnce(in <-chan message) {
	for m := range in {
		m.lease.Put()
	}
}

func (m message) symbol() string { return m.lease.Value().Symbol }

func structWithMethod(in <-chan message) (all string) {
	for m := range in {
		all += m.symbol()
		m.lease.Put()
	}
	return all
}

func structGivenOn(in <-chan message, out chan<- message) {
	for m := range in {
		m.stream++
		out <- m
	}
}

func rangeOverLeasesPuts(leases iter.Seq[eventv1.CanonicalEventLease]) {
	for lease := range leases {
		if lease.Value().Symbol == "" {
			lease.Put()
			continue
		}
		lease.Put()
	}
}

func rangeBodyPuts(ctx context.Context, e *stage.Env, numbers iter.Seq[int]) error {
	for range numbers {
		lease, err := e.Pools.CanonicalEvent.Get(ctx)
		if err != nil {
			return err
		}
		if lease.Value().Symbol == "" {
			lease.Put()
			return errors.New("no symbol")
		}
		lease.Put()
	}
	return nil
}

func rangeBodyReturns(ctx context.Context, e *stage.Env, numbers iter.Seq[int]) (eventv1.CanonicalEventLease, error) {
	for range numbers {
		lease, err := e.Pools.CanonicalEvent.Get(ctx)
		if err != nil {
			continue
		}
		return lease, nil
	}
	return eventv1.CanonicalEventLease{}, errors.New("none")
}

func rangeBodyMayPut(lease eventv1.CanonicalEventLease, numbers iter.Seq[int]) {
	for n := range numbers {
		if n == 0 {
			lease.Put()
			return
		}
	}
	lease.Put()
}

func compared(w *message, lease eventv1.CanonicalEventLease) {
	if lease == w.lease {
		panicked()
	}
	lease.Put()
}

func panicked() {}

func falseWithLease(next func() (eventv1.CanonicalEventLease, bool)) {
	for {
		lease, more := next()
		lease.Put()
		if !more {
			return
		}
	}
}

func lastWithLease(next func() (eventv1.CanonicalEventLease, bool)) {
	for {
		lease, more := next()
		if !more {
			lease.Put()
			return
		}
		lease.Put()
	}
}

func withoutLease(try func() (eventv1.CanonicalEventLease, bool)) bool {
	lease, ok := try()
	if ok {
		lease.Put()
	}
	return ok
}

func wrappedError(ctx context.Context, e *stage.Env) error {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err := annotate(err); err != nil {
		return err
	}
	lease.Put()
	return nil
}

func annotate(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("paths: %w", err)
}

func someErrors(ctx context.Context, e *stage.Env, fatal func(error) error) error {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if fatal := fatal(err); fatal != nil {
		return fatal
	}
	if err != nil {
		return nil
	}
	lease.Put()
	return nil
}

func severalConditions(lease eventv1.CanonicalEventLease, a, b bool) {
	publish := a && !b
	if publish {
		stage.Take(lease)
	}
	if a {
		stage.Now(func() {})
	}
	if !publish {
		lease.Put()
	}
}

func countdown(lease eventv1.CanonicalEventLease, n int) {
	for n > 0 {
		stage.Show(lease.Value())
		n--
	}
	lease.Put()
}

func labels(lease eventv1.CanonicalEventLease, n int) {
outer:
	for i := range n {
		for j := range n {
			if i*j == 7 {
				break outer
			}
			if i == j {
				continue outer
			}
		}
	}
	lease.Put()
}

func namedResults(ctx context.Context, e *stage.Env) (lease eventv1.CanonicalEventLease, err error) {
	defer func() {
		if err != nil {
			err = annotate(err)
		}
	}()
	lease, err = e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	lease.Value().Symbol = "A-B"
	return
}

func nestedClosuresOnce(lease eventv1.CanonicalEventLease) {
	func() {
		func() { stage.Show(lease.Value()) }()
		lease.Put()
	}()
}

func closureResultInTime(lease eventv1.CanonicalEventLease) string {
	ev := func() *eventv1.CanonicalEvent { return lease.Value() }()
	symbol := ev.Symbol
	lease.Put()
	return symbol
}

func replacedUnderLock(ctx context.Context, e *stage.Env, locked func(func())) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	n := 0
	locked(func() {
		n = len(lease.Value().Symbol)
	})
	lease.Put()
	_ = n
}

func pointerOnce(lease eventv1.CanonicalEventLease) {
	p := &lease
	stage.Show(p.Value())
	p.Put()
}

func switchOnError(ctx context.Context, e *stage.Env, full error) error {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	switch err {
	case nil:
		lease.Put()
		return nil
	case full:
		return nil
	default:
		return err
	}
}

func recovers(lease eventv1.CanonicalEventLease, f func()) (err error) {
	defer lease.Put()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("paths: %v: %s", r, lease.Value().Symbol)
		}
	}()
	f()
	return nil
}
