package pool

import (
	"fmt"
	"runtime/debug"
)

// Lease is the right to use an object until Put. It is two words: pass it by value, and pass
// it to one owner. A copy that is used after the original was Put is found out by its
// generation. The zero Lease lends nothing.
type Lease[T any] struct {
	entry *entry[T]
	gen   uint64
}

// Value returns the object. It panics if the lease was Put, even when the object is with its
// next holder already. The pointer must not outlive the lease.
func (l Lease[T]) Value() *T {
	if l.entry == nil || l.entry.rec.word.Load() != l.gen {
		l.misused("Value")
	}
	return &l.entry.value
}

// ID returns the number of the object within its pool, from 1, or 0 for the zero Lease.
func (l Lease[T]) ID() uint64 {
	if l.entry == nil {
		return 0
	}
	return l.entry.rec.id
}

// Put resets the object and returns it to its pool. It panics on the second Put of a lease, on
// a stale one, whose object may be with its next holder already, and on a zero or forged lease
// (FR-013). A Put into the wrong pool can not be written: the lease knows its pool. Put after
// Close is accepted.
func (l Lease[T]) Put() {
	// An even generation is never lent; without the check a forged lease could match a free object.
	if l.entry == nil || l.gen&1 == 0 || !l.entry.rec.word.CompareAndSwap(l.gen, l.gen+1) {
		l.misused("Put")
	}
	p := l.entry.pool
	// Also if reset panics: the object is dropped then, its permit must not be.
	defer p.release()
	if debugging {
		l.entry.rec.debug.returned()
	}
	p.reset(&l.entry.value)
	if debugging {
		p.quarantine(l.entry)
	} else {
		p.storage.Put(l.entry)
	}
}

// misused panics with the rule that was broken.
func (l Lease[T]) misused(op string) {
	if l.entry == nil {
		panic(fmt.Sprintf("pool: %s of a zero lease: it lends nothing\n%s", op, debug.Stack()))
	}
	rec := l.entry.rec
	word := rec.word.Load()
	kind, state, rule := "returned", "the object is free", "a lease is Put once"
	if word&1 == 1 {
		state = fmt.Sprintf("the object is with its next holder (loan %d)", word/2+1)
	}
	if op != "Put" {
		rule = "a lease is not used after Put"
	}
	if l.gen&1 == 0 || l.gen > word {
		kind, state, rule = "forged", "it was never lent so", "a lease comes from Get"
	}
	panic(fmt.Sprintf("pool: %s of a %s lease: %s #%d, loan %d: %s; %s%s\n%s",
		op, kind, l.entry.pool.cfg.Name, rec.id, l.gen/2+1, state, rule, rec.debug.history(), debug.Stack()))
}
