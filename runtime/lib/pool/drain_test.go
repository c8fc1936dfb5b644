package pool_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/meltica/meltica/runtime/lib/pool"
)

func TestCloseWakesWaiters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(1)
		l := mustGet(t, p)
		errs := make(chan error, 3)
		for range 3 {
			go func() { // ends when the pool closes
				_, err := p.Get(context.Background())
				errs <- err
			}()
		}
		synctest.Wait()
		start := time.Now()
		p.Close()
		p.Close()
		for range 3 {
			if err := <-errs; !errors.Is(err, pool.ErrClosed) || !strings.Contains(err.Error(), "items") {
				t.Errorf("waiting Get: got %v, want ErrClosed and the pool", err)
			}
		}
		if _, err := p.Get(t.Context()); !errors.Is(err, pool.ErrClosed) {
			t.Errorf("Get of a closed pool: got %v, want ErrClosed", err)
		}
		if elapsed := time.Since(start); elapsed != 0 {
			t.Errorf("Close woke them after %v, want at once", elapsed)
		}
		l.Value().n = 1 // a lease outlives Close
		l.Put()
		if _, err := p.Get(t.Context()); !errors.Is(err, pool.ErrClosed) {
			t.Errorf("Get of a closed pool with a free object: got %v, want ErrClosed", err)
		}
		if s := p.Stats(); s.InUse != 0 || s.Timeouts != 0 {
			t.Errorf("stats: got %+v, want none in use, no timeout", s)
		}
	})
}

func TestDrainOfIdlePool(t *testing.T) {
	p := newPool(1)
	mustGet(t, p).Put()
	for range 2 {
		if got := p.Drain(canceled()); got != nil {
			t.Errorf("Drain: got %v, want nil", got)
		}
	}
	if _, err := p.Get(t.Context()); !errors.Is(err, pool.ErrClosed) {
		t.Errorf("Get after Drain: got %v, want ErrClosed", err)
	}
}

func TestDrainWaitsForLastPut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(2)
		a, b := mustGet(t, p), mustGet(t, p)
		time.AfterFunc(time.Second, a.Put)
		time.AfterFunc(3*time.Second, b.Put)
		start := time.Now()
		if got := p.Drain(t.Context()); got != nil {
			t.Errorf("Drain: got %v, want nil", got)
		}
		if elapsed := time.Since(start); elapsed != 3*time.Second {
			t.Errorf("Drain returned after %v, want 3s: the last Put", elapsed)
		}
	})
}

func TestDrainNamesUnreturned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(4)
		observed := mustGet(t, p)
		back := mustGet(t, p)
		time.Sleep(time.Second)
		p.Observe(time.Now())
		time.Sleep(time.Second)
		p.Observe(time.Now()) // the first look counts
		back.Put()
		unobserved := mustGet(t, p)
		time.Sleep(time.Second)

		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		got := p.Drain(ctx)
		ages := map[uint64]time.Duration{observed.ID(): 7 * time.Second, unobserved.ID(): 5 * time.Second}
		if pool.Debugging { // exact: from Get
			ages = map[uint64]time.Duration{observed.ID(): 8 * time.Second, unobserved.ID(): 6 * time.Second}
		}
		if len(got) != 2 {
			t.Fatalf("Drain: got %v, want 2 leases", got)
		}
		for _, u := range got {
			if u.Pool != "items" || u.Age != ages[u.ID] {
				t.Errorf("got %q #%d of age %v, want one of the ages %v", u.Pool, u.ID, u.Age, ages)
			}
			if wantStack := pool.Debugging; strings.Contains(u.GetStack, "TestDrainNamesUnreturned") != wantStack {
				t.Errorf("stack of Get there: want %v, got %q", wantStack, u.GetStack)
			}
		}
		if got[0].ID == got[1].ID {
			t.Errorf("one object was named twice: %v", got)
		}

		observed.Put()
		unobserved.Put()
		if got := p.Drain(t.Context()); got != nil {
			t.Errorf("Drain after the last Put: got %v, want nil", got)
		}
	})
}

func TestUnreturnedString(t *testing.T) {
	f := func(u pool.Unreturned, want string) {
		t.Helper()
		if got := u.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f(pool.Unreturned{Pool: "items", ID: 7, Age: 1234567 * time.Microsecond}, "items #7 on loan for at least 1.235s")
	f(pool.Unreturned{Pool: "items", ID: 7, Age: time.Second, GetStack: "main.go:1"}, "items #7 on loan for 1s, lent at:\nmain.go:1")
	f(pool.Unreturned{Pool: "items"}, "items: a Get or a Put was under way")
}

// A Put that saw a waiter finds it gone when it gets to the queue: the open pool is idle, which
// is not yet what Drain waits for.
func TestIdleIsNotDrained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(1)
		pool.TakePermit(p)
		goOn := pool.HalfRelease(p)
		goOn()
		l := mustGet(t, p)
		time.AfterFunc(time.Second, l.Put)
		start := time.Now()
		if got, elapsed := p.Drain(t.Context()), time.Since(start); got != nil || elapsed != time.Second {
			t.Errorf("Drain: got %v after %v, want nil after 1s: the Put", got, elapsed)
		}
	})
}

// Nil from Drain is a promise: no Get will lend and no reset is running.
func TestDrainCountsWhatIsUnderWay(t *testing.T) {
	want := []pool.Unreturned{{Pool: "items"}}

	p := newPool(2)
	release := pool.TakePermit(p)
	if got := p.Drain(canceled()); !slices.Equal(got, want) {
		t.Errorf("Drain during a Get: got %v, want %v", got, want)
	}
	release()
	if got := p.Drain(t.Context()); got != nil {
		t.Errorf("Drain after that Get gave up: got %v, want nil", got)
	}
	release = pool.TakePermit(p) // by a Get that is about to see that the pool is closed
	if got := p.Drain(canceled()); got != nil {
		t.Errorf("Drain of a drained pool with a late Get: got %v, want nil", got)
	}
	release()

	resetting, goOn := make(chan struct{}), make(chan struct{})
	p = pool.New(pool.Config{Name: "items", Capacity: 2}, func(*item) {
		close(resetting)
		<-goOn
	})
	l := mustGet(t, p)
	go l.Put() // ends with goOn; the last Drain waits for it
	<-resetting
	if got := p.Drain(canceled()); !slices.Equal(got, want) {
		t.Errorf("Drain during a Put: got %v, want %v", got, want)
	}
	close(goOn)
	if got := p.Drain(t.Context()); got != nil {
		t.Errorf("Drain after that Put: got %v, want nil", got)
	}
}

func leak(t *testing.T, p *pool.Pool[item]) (uint64, weak.Pointer[item]) {
	l := mustGet(t, p)
	return l.ID(), weak.Make(l.Value())
}

// What nobody holds any more was still never returned.
func TestLeakedObjectIsNamedAfterCollection(t *testing.T) {
	p := newPool(2)
	id, object := leak(t, p)
	for range 100 { // prunes
		mustGet(t, p).Put()
		runtime.GC()
		runtime.GC()
	}
	if object.Value() != nil {
		t.Fatal("the leaked object was not collected: the test shows nothing")
	}
	if s := p.Stats(); s.InUse != 1 || s.Gets != 101 {
		t.Errorf("stats: got %+v, want 1 in use, 101 loans", s)
	}
	got := p.Drain(canceled())
	if len(got) != 1 || got[0].ID != id || got[0].Pool != "items" {
		t.Errorf("Drain: got %v, want items #%d", fmt.Sprint(got), id)
	}
}
