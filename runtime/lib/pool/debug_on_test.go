//go:build pooldebug

package pool_test

import (
	"fmt"
	"testing"

	"github.com/meltica/meltica/runtime/lib/pool"
)

// borrowHere and returnHere are looked for in the stacks.
func borrowHere(t *testing.T, p *pool.Pool[item]) pool.Lease[item] { return mustGet(t, p) }

func returnHere(l pool.Lease[item]) { l.Put() }

func TestWriteAfterPutIsFoundInQuarantine(t *testing.T) {
	p := newPool(1)
	l := borrowHere(t, p)
	v := l.Value()
	returnHere(l)
	v.n = 1
	mustPanic(t, func() {
		for range 1000 { // more than the quarantine holds
			mustGet(t, p).Put()
		}
	}, "pool: use after Put", fmt.Sprintf("items #%d was written to", l.ID()), "borrowHere", "returnHere")
	checkPermits(t, p)
}

func TestWriteAfterPutIsFoundByDrain(t *testing.T) {
	p := newPool(1)
	l := borrowHere(t, p)
	v := l.Value()
	returnHere(l)
	v.text = "too late"
	mustPanic(t, func() { p.Drain(canceled()) }, "pool: use after Put",
		fmt.Sprintf("items #%d was written to", l.ID()), "borrowHere", "returnHere")
}

func TestMisuseNamesGetAndFirstPut(t *testing.T) {
	p := newPool(1)
	l := borrowHere(t, p)
	returnHere(l)
	mustPanic(t, l.Put, "a lease is Put once", "last Get:", "borrowHere", "last Put:", "returnHere")
	mustPanic(t, func() { l.Value() }, "not used after Put", "borrowHere", "returnHere")
}

func TestQuarantineLendsAgain(t *testing.T) {
	p := newPool(1)
	seen := make(map[uint64]bool)
	for range 1000 {
		l := mustGet(t, p)
		if seen[l.ID()] {
			l.Put()
			return
		}
		seen[l.ID()] = true
		l.Put()
	}
	t.Error("1000 loans and no object was lent twice: the quarantine keeps everything")
}
