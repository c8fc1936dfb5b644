package databus_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/databus"
	"github.com/meltica/meltica/runtime/telemetry"
)

func TestPanicAndErrorAreTheHandlersOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := databus.New(databus.Config{})
		boom := errors.New("boom")
		var handled []uint64
		s := subscribe(t, b, "s", databus.Filter{}, handlerFunc(func(_ context.Context, ev *eventv1.CanonicalEvent) error {
			handled = append(handled, ev.SeqLast)
			switch ev.SeqLast {
			case 1:
				panic("first")
			case 2:
				return boom
			}
			return nil
		}))
		other := newGate()
		close(other.open)
		o := subscribe(t, b, "other", databus.Filter{}, other)
		for seq := uint64(1); seq <= 3; seq++ {
			s.Enqueue(0, trade("A-B", seq))
			o.Enqueue(0, trade("A-B", seq))
		}
		synctest.Wait()
		if st := s.Stats(); st.Panicked != 1 || st.Failed != 1 || !errors.Is(st.Err, boom) {
			t.Errorf("Stats = %+v, want one panic, one error, the last of them kept", st)
		}
		closeBus(t, b)
		if want := []uint64{1, 2, 3}; !slices.Equal(handled, want) || len(other.events()) != 3 {
			t.Errorf("handled %v and %d, want %v and 3", handled, len(other.events()), want)
		}
	})
}

func TestHandlerMaySubscribeAndCloseItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := databus.New(databus.Config{})
		inner := newGate()
		close(inner.open)
		var s, added *databus.Subscription
		s = subscribe(t, b, "s", databus.Filter{}, handlerFunc(func(context.Context, *eventv1.CanonicalEvent) error {
			var err error
			added, err = b.Subscribe("inner", databus.Filter{}, inner)
			s.Close()
			return err
		}))
		s.Enqueue(0, trade("A-B", 1))
		synctest.Wait()
		s.Enqueue(0, trade("A-B", 2)) // after its end: dropped, no panic
		added.Enqueue(0, trade("A-B", 3))
		synctest.Wait()
		if got := b.Subscriptions(); len(got) != 1 || got[0] != added {
			t.Errorf("subscriptions %v, want the inner one", got)
		}
		if st := s.Stats(); st.Dropped != 1 || st.Delivered != 1 {
			t.Errorf("Stats = %+v, want one delivered, one dropped", st)
		}
		closeBus(t, b)
		if got := seqs(inner.events()); !slices.Equal(got, []uint64{3}) {
			t.Errorf("inner got %v, want [3]", got)
		}
	})
}

func TestCloseNamesTheStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := databus.New(databus.Config{})
		g, release := newGate(), make(chan struct{})
		heeds := handlerFunc(func(ctx context.Context, _ *eventv1.CanonicalEvent) error {
			<-ctx.Done()
			return ctx.Err()
		})
		ignores := handlerFunc(func(context.Context, *eventv1.CanonicalEvent) error {
			<-release
			return nil
		})
		close(g.open)
		for _, s := range []*databus.Subscription{
			subscribe(t, b, "heeds", databus.Filter{}, heeds),
			subscribe(t, b, "ignores", databus.Filter{}, ignores),
			subscribe(t, b, "quick", databus.Filter{}, g),
		} {
			s.Enqueue(0, trade("A-B", 1))
			s.Enqueue(0, trade("A-B", 2))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		if stuck := b.Close(ctx); !slices.Equal(stuck, []string{"ignores"}) {
			t.Errorf("Close: stuck %v, want [ignores]", stuck)
		}
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("Close took %v, want all of its 5 s and no more", took)
		}
		close(release)
	})
}

func TestLatencyIsFromFrameToHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := databus.New(databus.Config{Now: func() int64 { return time.Now().UnixNano() }})
		g := newGate()
		close(g.open)
		s := subscribe(t, b, "s", databus.Filter{}, g)
		ev := trade("A-B", 1)
		ev.IngestTime = time.Now().Add(-3 * time.Millisecond).UnixNano()
		s.Enqueue(0, ev)
		closeBus(t, b)
		if q := s.Latency(); q.Count != 1 || q.Max < 2900*time.Microsecond || q.Max > 3100*time.Microsecond {
			t.Errorf("Latency = %+v, want one of 3 ms", q)
		}
	})
}

func TestStatsOutliveTheSubscription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := databus.New(databus.Config{Now: func() int64 { return time.Now().UnixNano() }})
		g := newGate()
		close(g.open)
		for _, name := range []string{"a", "b"} {
			s := subscribe(t, b, name, databus.Filter{}, g)
			s.Enqueue(0, trade("A-B", 1))
		}
		closeBus(t, b)
		if got := b.Stats(); len(got) != 1 || got[0].Name != "(ended)" || got[0].Delivered != 2 {
			t.Errorf("Stats = %+v, want the sum of both", got)
		}
		sum := telemetry.NewHistogram()
		b.AddLatencies(sum)
		if got := sum.Quantiles().Count; got != 2 {
			t.Errorf("latencies of %d events, want 2", got)
		}
	})
}

// TestGoexitEndsTheSubscription: a handler that ends its goroutine, as Fatal of package testing
// does, is taken out, and each event that it was given is accounted for.
func TestGoexitEndsTheSubscription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := databus.New(databus.Config{})
		s := subscribe(t, b, "s", databus.Filter{}, handlerFunc(func(context.Context, *eventv1.CanonicalEvent) error {
			runtime.Goexit()
			return nil
		}))
		for seq := uint64(1); seq <= 3; seq++ {
			s.Enqueue(0, trade("A-B", seq))
		}
		synctest.Wait()
		if got := b.Subscriptions(); len(got) != 0 {
			t.Errorf("%d subscriptions, want none", len(got))
		}
		s.Enqueue(0, trade("A-B", 4))
		if st := s.Stats(); st.Delivered != 1 || st.Dropped != 3 || st.Panicked != 1 || st.Pending != 0 || st.Err == nil {
			t.Errorf("Stats = %+v, want 1 delivered, 3 dropped, 1 panicked, and why", st)
		}
		closeBus(t, b)
	})
}

// TestReasonOfTheEndIsKept: an error of the handler does not hide why the subscription ended.
func TestReasonOfTheEndIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := databus.New(databus.Config{LosslessMax: 1})
		open := make(chan struct{})
		s := subscribe(t, b, "s", databus.Filter{}, handlerFunc(func(context.Context, *eventv1.CanonicalEvent) error {
			<-open
			return errors.New("disk full")
		}))
		for seq := uint64(1); seq <= 3; seq++ {
			s.Enqueue(0, status(seq))
			synctest.Wait()
		}
		close(open)
		closeBus(t, b)
		if st := s.Stats(); !errors.Is(st.Err, databus.ErrOverrun) || st.Failed != 3 {
			t.Errorf("Stats = %+v, want ErrOverrun and 3 failed", st)
		}
	})
}

// TestShortCloseStillWaits: of a short time, half is for the handlers to finish in.
func TestShortCloseStillWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := databus.New(databus.Config{})
		s := subscribe(t, b, "s", databus.Filter{}, handlerFunc(func(ctx context.Context, _ *eventv1.CanonicalEvent) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(20 * time.Millisecond):
				return nil
			}
		}))
		s.Enqueue(0, trade("A-B", 1))
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if stuck := b.Close(ctx); stuck != nil || s.Stats().Failed != 0 || s.Stats().Delivered != 1 {
			t.Errorf("stuck %v, stats %+v; want the handler to finish", stuck, s.Stats())
		}
	})
}

// TestLateEventsAreCounted: a router with an old list hands events to a subscription that has
// ended; the sum over all of the bus has them, too.
func TestLateEventsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := databus.New(databus.Config{})
		s := subscribe(t, b, "s", databus.Filter{}, newGate())
		s.Close()
		s.Enqueue(0, trade("A-B", 1))
		synctest.Wait()
		s.Enqueue(0, trade("A-B", 2))
		if got := b.Stats(); len(got) != 1 || got[0].Dropped != 2 || s.Stats().Dropped != 2 {
			t.Errorf("Stats = %+v, the subscription's %+v; want 2 dropped in each", got, s.Stats())
		}
	})
}

// TestCloseWithoutTimeLeft: handlers still get a moment to heed the end of their context, and
// what was pending is counted.
func TestCloseWithoutTimeLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := databus.New(databus.Config{})
		s := subscribe(t, b, "s", databus.Filter{}, handlerFunc(func(ctx context.Context, _ *eventv1.CanonicalEvent) error {
			<-ctx.Done()
			return ctx.Err()
		}))
		s.Enqueue(0, trade("A-B", 1))
		synctest.Wait()
		s.Enqueue(0, trade("A-B", 2))
		ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
		defer cancel()
		if stuck := b.Close(ctx); stuck != nil {
			t.Errorf("Close: stuck %v, want none", stuck)
		}
		if st := s.Stats(); st.Delivered != 1 || st.Dropped != 1 || !errors.Is(st.Err, context.Canceled) {
			t.Errorf("Stats = %+v, want 1 delivered, 1 dropped, the handler's error", st)
		}
	})
}

func TestNilHandlerIsRefused(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Subscribe took a nil handler")
		}
	}()
	if _, err := databus.New(databus.Config{}).Subscribe("s", databus.Filter{}, nil); err != nil {
		t.Error(err)
	}
}
