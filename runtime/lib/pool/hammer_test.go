package pool_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/meltica/meltica/runtime/lib/pool"
)

// Many goroutines meet timeouts, cancellations and Puts at every instant; whatever they do, at
// the end every permit is there, and no object ever had two holders.
func TestHammer(t *testing.T) {
	const capacity, goroutines, rounds = 8, 24, 1500
	p := pool.New(pool.Config{Name: "items", Capacity: capacity, Timeout: 20 * time.Microsecond}, (*item).reset)
	var onLoan atomic.Int64
	var loans atomic.Uint64
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() { // ends after its rounds
			rnd := rand.New(rand.NewPCG(1, uint64(g)))
			for range rounds {
				ctx, cancel := context.WithCancel(context.Background())
				switch rnd.IntN(4) {
				case 0:
					cancel()
				case 1:
					wg.Go(cancel)
				}
				l, err := p.Get(ctx)
				cancel()
				var exhausted *pool.ExhaustedError
				if err != nil {
					if !errors.As(err, &exhausted) && !errors.Is(err, context.Canceled) {
						t.Errorf("Get: %v", err)
					}
					continue
				}
				loans.Add(1)
				if n := onLoan.Add(1); n > capacity {
					t.Errorf("%d objects on loan, want at most %d", n, capacity)
				}
				v := l.Value()
				if *v != (item{}) {
					t.Errorf("lent object: got %+v, want the zero state", *v)
				}
				v.n = g + 1
				for range rnd.IntN(4) {
					runtime.Gosched()
				}
				if v.n != g+1 {
					t.Errorf("object of goroutine %d: written to by %d", g, v.n-1)
				}
				onLoan.Add(-1)
				l.Put()
			}
		})
	}
	wg.Wait()
	if s := p.Stats(); s.Gets != loans.Load() || s.Timeouts == 0 || s.Waits == 0 {
		t.Errorf("stats: got %+v, want %d loans, some waits, some timeouts", s, loans.Load())
	}
	checkPermits(t, p)
}

// The only Put sweeps over the moment at which the only waiter announces itself. Nobody comes by
// later and wakes who was forgotten: a lost wakeup shows as a failed Get.
func TestNoLostWakeup(t *testing.T) {
	rounds := int64(40_000)
	if raceEnabled || pool.Debugging {
		rounds /= 20
	}
	// The timeout is one that no stall of the machine reaches.
	p := pool.New(pool.Config{Name: "items", Capacity: 1, Timeout: 5 * time.Second}, (*item).reset)
	var round, done, spun atomic.Int64
	var wg sync.WaitGroup
	wg.Go(func() { // ends after its rounds
		for i := int64(1); i <= rounds && !t.Failed(); i++ {
			spinUntil(func() bool { return round.Load() >= i })
			l, err := p.Get(context.Background())
			if err != nil {
				t.Errorf("round %d: %v", i, err)
			} else {
				l.Put()
			}
			done.Store(i)
		}
	})
	for i := int64(1); i <= rounds && !t.Failed(); i++ {
		l := mustGet(t, p)
		round.Store(i)
		for range i % 64 {
			spun.Add(1)
		}
		l.Put()
		spinUntil(func() bool { return done.Load() >= i })
	}
	wg.Wait()
	checkPermits(t, p)
}

// spinUntil waits for another goroutine without the microseconds of a wakeup. It yields in the
// end, for the other one may have no processor.
func spinUntil(done func() bool) {
	for n := 0; !done(); n++ {
		if n > 1000 {
			runtime.Gosched()
		}
	}
}

// Close and Drain come at any point of Get and Put. Once Drain has said nil nothing is lent.
func TestDrainUnderLoad(t *testing.T) {
	for range 300 {
		// The timeout is one that no stall of the machine reaches.
		p := pool.New(pool.Config{Name: "items", Capacity: 2, Timeout: time.Minute}, (*item).reset)
		var onLoan atomic.Int64
		var wg sync.WaitGroup
		started := make(chan struct{}, 4) // capacity: one signal of each goroutine
		for range 4 {
			wg.Go(func() { // ends when the pool closes
				started <- struct{}{}
				for {
					l, err := p.Get(context.Background())
					if err != nil {
						if !errors.Is(err, pool.ErrClosed) {
							t.Errorf("Get: %v", err)
						}
						return
					}
					onLoan.Add(1)
					l.Value().n++
					onLoan.Add(-1)
					l.Put()
				}
			})
		}
		<-started
		if got := p.Drain(context.Background()); got != nil {
			t.Errorf("Drain: got %v, want nil", got)
		}
		if n := onLoan.Load(); n != 0 {
			t.Errorf("after Drain: got %d on loan, want 0", n)
		}
		gets := p.Stats().Gets
		wg.Wait()
		if s := p.Stats(); s.Gets != gets || s.InUse != 0 {
			t.Errorf("lent after Drain: got %d loans and %d in use, want %d and 0", s.Gets, s.InUse, gets)
		}
	}
}
