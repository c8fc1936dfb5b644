package pool_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/meltica/meltica/runtime/lib/pool"
)

func TestDoublePut(t *testing.T) {
	p := newPool(2)
	l := mustGet(t, p)
	id := fmt.Sprintf("items #%d,", l.ID())
	l.Put()
	mustPanic(t, l.Put, "pool: Put of a returned lease", id, "loan 1", "the object is free",
		"a lease is Put once", "TestDoublePut") // the last by the stack
	checkPermits(t, p)
}

// The object is with its next holder: a plain flag in it would say that it is on loan.
func TestStalePut(t *testing.T) {
	p := newPool(1)
	returned := make(map[uint64]pool.Lease[item])
	l := mustGet(t, p)
	for returned[l.ID()] == (pool.Lease[item]{}) { // which object comes is the storage's choice
		if len(returned) > 1000 {
			t.Fatal("no object was lent twice in 1000 loans")
		}
		returned[l.ID()] = l
		l.Put()
		l = mustGet(t, p)
	}
	stale, id := returned[l.ID()], l.ID()
	l.Value().text = "next holder"
	mustPanic(t, stale.Put, "pool: Put of a returned lease", fmt.Sprintf("items #%d,", id),
		"with its next holder", "a lease is Put once")
	if got := l.Value().text; got != "next holder" {
		t.Errorf("the next holder's object after the stale Put: got %q", got)
	}
	mustPanic(t, func() { stale.Value() }, "pool: Value of a returned lease", fmt.Sprintf("items #%d,", id),
		"with its next holder", "a lease is not used after Put")
	l.Put()
	checkPermits(t, p)
}

func TestValueAfterPut(t *testing.T) {
	l := mustGet(t, newPool(1))
	id := fmt.Sprintf("items #%d,", l.ID())
	l.Put()
	mustPanic(t, func() { l.Value() }, "pool: Value of a returned lease", id, "the object is free",
		"a lease is not used after Put")
}

func TestZeroLease(t *testing.T) {
	var l pool.Lease[item]
	mustPanic(t, l.Put, "pool: Put of a zero lease", "it lends nothing", "TestZeroLease")
	mustPanic(t, func() { l.Value() }, "pool: Value of a zero lease", "it lends nothing")
	if got := l.ID(); got != 0 {
		t.Errorf("ID of the zero lease: got %d, want 0", got)
	}
}

func TestForgedLease(t *testing.T) {
	p := newPool(1)
	l := mustGet(t, p)
	id := fmt.Sprintf("items #%d,", l.ID())
	f := func(delta int) {
		t.Helper()
		mustPanic(t, pool.Forge(l, delta).Put, "pool: Put of a forged lease", id, "a lease comes from Get")
	}
	f(-1) // the generation of the free object before
	f(1)  // and after
	f(2)  // the next loan
	l.Put()
	f(1) // matches the word of the free object
	f(2)
	checkPermits(t, p)
}

func TestIDsCountFromOne(t *testing.T) {
	p := newPool(3)
	for want := uint64(1); want <= 3; want++ {
		if got := mustGet(t, p).ID(); got != want {
			t.Errorf("ID of the object: got %d, want %d", got, want)
		}
	}
}

// The two Puts begin within nanoseconds of each other: a look and a store in place of the
// compare-and-swap would let both pass now and then.
func TestConcurrentDoublePut(t *testing.T) {
	rounds := 20_000
	if raceEnabled || pool.Debugging {
		rounds /= 4
	}
	p := newPool(1)
	var arrived atomic.Int64
	leases := [2]chan pool.Lease[item]{make(chan pool.Lease[item]), make(chan pool.Lease[item])}
	texts := make(chan string, 2) // capacity: one of each goroutine
	var wg sync.WaitGroup
	for _, mine := range leases {
		wg.Go(func() { // ends when its channel is closed
			for l := range mine {
				arrived.Add(1)
				spinUntil(func() bool { return arrived.Load()&1 == 0 })
				texts <- panicText(l.Put)
			}
		})
	}
	for range rounds {
		l := mustGet(t, p)
		leases[0] <- l
		leases[1] <- l
		if a, b := <-texts, <-texts; (a == "") == (b == "") {
			t.Errorf("two Puts of a lease: want exactly one panic, got %q and %q", a, b)
			break
		}
	}
	close(leases[0])
	close(leases[1])
	wg.Wait()
	checkPermits(t, p)
}
