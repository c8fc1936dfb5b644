package pool_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/meltica/meltica/runtime/lib/leaktest"
	"github.com/meltica/meltica/runtime/lib/pool"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// item is what the tests lend. Whatever it holds must be gone at the next Get.
type item struct {
	n    int
	text string
}

func (i *item) reset() { *i = item{} }

func newPool(capacity int) *pool.Pool[item] {
	return pool.New(pool.Config{Name: "items", Capacity: capacity}, (*item).reset)
}

// canceled returns a context that lets Get lend a free object and never wait.
func canceled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func mustGet(t *testing.T, p *pool.Pool[item]) pool.Lease[item] {
	t.Helper()
	l, err := p.Get(t.Context())
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	return l
}

// panicText returns what f panics with, or "" if it does not.
func panicText(f func()) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprint(r)
		}
	}()
	f()
	return ""
}

// mustPanic fails unless f panics with a text that has all parts.
func mustPanic(t *testing.T, f func(), parts ...string) {
	t.Helper()
	text := panicText(f)
	if text == "" {
		t.Fatal("no panic")
	}
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("panic text lacks %q:\n%s", part, text)
		}
	}
}

// checkPermits fails unless the idle pool lends exactly its capacity.
func checkPermits(t *testing.T, p *pool.Pool[item]) {
	t.Helper()
	s := p.Stats()
	if s.InUse != 0 {
		t.Fatalf("InUse of an idle pool: got %d, want 0", s.InUse)
	}
	leases := make([]pool.Lease[item], 0, s.Capacity)
	for i := range s.Capacity {
		l, err := p.Get(canceled())
		if err != nil {
			t.Fatalf("Get %d of %d: %v: a permit was lost", i+1, s.Capacity, err)
		}
		leases = append(leases, l)
	}
	if _, err := p.Get(canceled()); !errors.Is(err, context.Canceled) {
		t.Fatalf("Get beyond the capacity of %d: got %v, want context.Canceled", s.Capacity, err)
	}
	for _, l := range leases {
		l.Put()
	}
	if got := pool.Attention(p); got != 0 {
		t.Errorf("attention of an idle pool: got %d, want 0: every Get will take the slow path", got)
	}
}

func TestNewRefusesConfig(t *testing.T) {
	f := func(cfg pool.Config, reset func(*item)) {
		t.Helper()
		mustPanic(t, func() { pool.New(cfg, reset) }, "pool: New needs")
	}
	f(pool.Config{Capacity: 1}, (*item).reset)
	f(pool.Config{Name: "items"}, (*item).reset)
	f(pool.Config{Name: "items", Capacity: -1}, (*item).reset)
	f(pool.Config{Name: "items", Capacity: 1, Timeout: -1}, (*item).reset)
	f(pool.Config{Name: "items", Capacity: 1}, nil)
}

func TestGetLendsZeroState(t *testing.T) {
	p := newPool(2)
	for range 200 { // some of them meet a used object, also under race and in quarantine
		l := mustGet(t, p)
		if got := *l.Value(); got != (item{}) {
			t.Fatalf("lent object: got %+v, want the zero state", got)
		}
		*l.Value() = item{n: 1, text: "left over"}
		l.Put()
	}
}

func TestGetFailsAfterTimeout(t *testing.T) {
	f := func(cfg time.Duration, want time.Duration) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			p := pool.New(pool.Config{Name: "items", Capacity: 1, Timeout: cfg}, (*item).reset)
			l := mustGet(t, p)
			start := time.Now()
			_, err := p.Get(t.Context())
			elapsed := time.Since(start)
			var exhausted *pool.ExhaustedError
			if !errors.As(fmt.Errorf("wrapped: %w", err), &exhausted) {
				t.Fatalf("Get of an exhausted pool: got %v, want *ExhaustedError", err)
			}
			if got := *exhausted; got != (pool.ExhaustedError{Pool: "items", Capacity: 1, Waited: want}) || elapsed != want {
				t.Errorf("after %v: got %+v, want a wait of %v", elapsed, got, want)
			}
			if want := "pool: items exhausted: all 1 objects are on loan after " + want.String(); err.Error() != want {
				t.Errorf("text: got %q, want %q", err, want)
			}
			if s := p.Stats(); s.Waits != 1 || s.Timeouts != 1 || s.Gets != 1 {
				t.Errorf("stats: got %+v, want 1 wait, 1 timeout, 1 loan", s)
			}
			l.Put()
			checkPermits(t, p)
		})
	}
	f(0, 100*time.Millisecond) // FR-008
	f(time.Second, time.Second)
}

func TestPutJustBeforeTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(1)
		l := mustGet(t, p)
		time.AfterFunc(pool.TimeoutDefault-1, l.Put)
		mustGet(t, p).Put()
		if s := p.Stats(); s.Waits != 1 || s.Timeouts != 0 {
			t.Errorf("stats: got %+v, want 1 wait and no timeout", s)
		}
	})
}

// A Put and a timeout at one instant come in either order; the permit survives both.
func TestPutAtTimeout(t *testing.T) {
	for range 200 {
		synctest.Test(t, func(t *testing.T) {
			p := newPool(1)
			l := mustGet(t, p)
			time.AfterFunc(pool.TimeoutDefault, l.Put)
			if l, err := p.Get(t.Context()); err == nil {
				l.Put()
			}
			synctest.Wait()
			checkPermits(t, p)
		})
	}
}

func TestWaitersAreServedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(1)
		l := mustGet(t, p)
		const waiters = 20
		served := make(chan int)
		for i := range waiters {
			go func() { // ends when served
				l, err := p.Get(context.Background())
				if err != nil {
					t.Errorf("waiter %d: %v", i, err)
					return
				}
				served <- i
				l.Put()
			}()
			synctest.Wait()
		}
		l.Put()
		for want := range waiters {
			if got := <-served; got != want {
				t.Fatalf("place %d was served to waiter %d", want, got)
			}
		}
		synctest.Wait()
		if s := p.Stats(); s.Waits != waiters || s.Gets != waiters+1 || s.InUse != 0 {
			t.Errorf("stats: got %+v, want %d waits, %d loans, none in use", s, waiters, waiters+1)
		}
	})
}

// The object that comes back belongs to the waiter from Put on, before the waiter runs.
func TestGetDoesNotOvertakeWaiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(1)
		l := mustGet(t, p)
		go func() { // ends when served
			l, err := p.Get(context.Background())
			if err != nil {
				t.Errorf("waiter: %v", err)
				return
			}
			l.Put()
		}()
		synctest.Wait()
		l.Put()
		if _, err := p.Get(canceled()); !errors.Is(err, context.Canceled) {
			t.Errorf("Get right after the Put: got %v, want context.Canceled: the waiter was first", err)
		}
		synctest.Wait()
		checkPermits(t, p)
	})
}

// The permit of a Put that has not served its waiter yet lies free, but not for others.
func TestGetDoesNotTakeFreePermitFromWaiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(1)
		pool.TakePermit(p)
		go func() { // ends when served
			l, err := p.Get(context.Background())
			if err != nil {
				t.Errorf("waiter: %v", err)
				return
			}
			l.Put()
		}()
		synctest.Wait()
		goOn := pool.HalfRelease(p)
		if _, err := p.Get(canceled()); !errors.Is(err, context.Canceled) {
			t.Errorf("Get with a waiter before it: got %v, want context.Canceled", err)
		}
		goOn()
		synctest.Wait()
		checkPermits(t, p)
	})
}

// Who leaves the queue does not take the place of another along.
func TestCancelWhileWaiting(t *testing.T) {
	f := func(leaver int) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			p := newPool(1)
			l := mustGet(t, p)
			why := errors.New("the feed is gone")
			ctx, cancel := context.WithCancelCause(t.Context())
			served := make(chan int, 3)
			for i := range 3 {
				go func() { // ends when served or canceled
					waitCtx := context.Background()
					if i == leaver {
						waitCtx = ctx
					}
					l, err := p.Get(waitCtx)
					if i == leaver {
						if !errors.Is(err, why) || !strings.Contains(err.Error(), "items") {
							t.Errorf("canceled Get: got %v, want the cause and the pool", err)
						}
						return
					}
					if err != nil {
						t.Errorf("waiter %d: %v", i, err)
						return
					}
					served <- i
					l.Put()
				}()
				synctest.Wait()
			}
			cancel(why)
			synctest.Wait()
			if got := pool.QueueLen(p); got != 2 {
				t.Errorf("queue after a waiter left: got %d, want 2", got)
			}
			l.Put()
			synctest.Wait()
			close(served)
			last := -1
			for i := range served {
				if i < last || i == leaver {
					t.Errorf("waiter %d was served after %d", i, last)
				}
				last = i
			}
			checkPermits(t, p)
			if s := p.Stats(); s.Timeouts != 0 {
				t.Errorf("timeouts: got %d, want 0", s.Timeouts)
			}
		})
	}
	f(0)
	f(1)
	f(2)
}

// A waiter that was served keeps the object although its context is done by the time it runs.
func TestCancelAfterServed(t *testing.T) {
	for range 100 { // select picks either way
		synctest.Test(t, func(t *testing.T) {
			p := newPool(1)
			l := mustGet(t, p)
			ctx, cancel := context.WithCancel(t.Context())
			go func() { // ends when served
				l, err := p.Get(ctx)
				if err != nil {
					t.Errorf("served waiter: %v", err)
					return
				}
				l.Put()
			}()
			synctest.Wait()
			l.Put()
			cancel()
			synctest.Wait()
			checkPermits(t, p)
		})
	}
}

func TestDoneContextStillLends(t *testing.T) {
	p := newPool(1)
	l, err := p.Get(canceled())
	if err != nil {
		t.Fatalf("Get of a free object: %v", err)
	}
	l.Put()
}

func TestResetPanicKeepsPermit(t *testing.T) {
	p := pool.New(pool.Config{Name: "items", Capacity: 1}, func(i *item) {
		if i.n != 0 {
			panic("reset broke")
		}
	})
	l := mustGet(t, p)
	l.Value().n = 1
	mustPanic(t, l.Put, "reset broke")
	l = mustGet(t, p)
	if got := l.Value().n; got != 0 {
		t.Errorf("the half reset object was lent again: n = %d", got)
	}
	l.Put()
	checkPermits(t, p)
}

// Two collections empty a sync.Pool. The bound must not be its content.
func TestCollectionKeepsBound(t *testing.T) {
	p := newPool(4)
	for range 5 {
		checkPermits(t, p)
		runtime.GC()
		runtime.GC()
	}
}

func TestRegistryStaysBounded(t *testing.T) {
	const capacity, rounds = 4, 300
	// Alive: what is lent, what the processors' caches hold, the quarantine. Twice that before
	// a prune. An unpruned registry would come to capacity*rounds in the plain build.
	bound := 2 * (capacity + 2*runtime.GOMAXPROCS(0) + capacity)
	if pool.Debugging {
		bound += 2 * 65
	}
	p := newPool(capacity)
	longest := 0
	for range rounds {
		checkPermits(t, p)
		runtime.GC()
		runtime.GC()
		longest = max(longest, pool.RegistryLen(p))
	}
	if longest > bound {
		t.Errorf("registry: got %d records, want at most %d", longest, bound)
	}
	if got, want := p.Stats().Gets, uint64(capacity*rounds); got != want {
		t.Errorf("Stats.Gets after the records were pruned: got %d, want %d", got, want)
	}
}

func TestStats(t *testing.T) {
	p := newPool(3)
	a, b := mustGet(t, p), mustGet(t, p)
	a.Put()
	c := mustGet(t, p)
	want := pool.Stats{Name: "items", Capacity: 3, InUse: 2, Gets: 3}
	if got := p.Stats(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	b.Put()
	c.Put()
	want.InUse = 0
	if got := p.Stats(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestGetPutDoNotAllocate(t *testing.T) {
	if raceEnabled || pool.Debugging {
		t.Skip("race drops one Put in four; pooldebug copies")
	}
	p := newPool(8)
	ctx := t.Context()
	allocs := testing.AllocsPerRun(10000, func() {
		l, err := p.Get(ctx)
		if err != nil {
			t.Fatal(err)
		}
		l.Value().n++
		l.Put()
	})
	if allocs != 0 {
		t.Errorf("Get and Put: got %v allocations, want 0", allocs)
	}
}
