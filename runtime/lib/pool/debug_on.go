//go:build pooldebug

package pool

import (
	"bytes"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"
	"unsafe"
)

const debugging = true

// quarantineMax is how many objects a pool holds back before one is lent again: long enough
// for a holder of a stale pointer to write into an object that is not lent.
const quarantineMax = 64

// poolDebug holds returned objects back and knows what each looked like when it came in.
// Guarded by Pool.mu.
type poolDebug[T any] struct {
	held []heldEntry[T]
}

type heldEntry[T any] struct {
	entry *entry[T]
	image []byte // of the value, right after its reset
}

// recordDebug remembers who had the object.
type recordDebug struct {
	mu       sync.Mutex // protects the following
	got      time.Time
	getTrace string
	putTrace string
}

func (d *recordDebug) lent() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.got, d.getTrace = time.Now(), string(debug.Stack())
}

func (d *recordDebug) returned() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.putTrace = string(debug.Stack())
}

func (d *recordDebug) lentAt() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.got
}

func (d *recordDebug) getStack() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.getTrace
}

func (d *recordDebug) history() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return fmt.Sprintf("\nlast Get:\n%s\nlast Put:\n%s\nthis call:", d.getTrace, d.putTrace)
}

// quarantine takes a returned object and releases the oldest held one to the storage, if that
// is still as it came in.
func (p *Pool[T]) quarantine(e *entry[T]) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.debug.held = append(p.debug.held, heldEntry[T]{entry: e, image: bytes.Clone(image(&e.value))})
	if len(p.debug.held) <= quarantineMax {
		return
	}
	oldest := p.debug.held[0]
	p.debug.held = slices.Delete(p.debug.held, 0, 1)
	p.mustBeUntouched(oldest)
	p.storage.Put(oldest.entry)
}

// inspect looks at all held objects. The caller holds mu.
func (p *Pool[T]) inspect() {
	for _, h := range p.debug.held {
		p.mustBeUntouched(h)
	}
}

// mustBeUntouched panics if a byte of the object changed since its reset: it was written by
// somebody who had no right to. It sees the object itself, not what its slices point to; the
// race detector and the generation check of Lease.Value see the rest.
func (p *Pool[T]) mustBeUntouched(h heldEntry[T]) {
	if bytes.Equal(h.image, image(&h.entry.value)) {
		return
	}
	rec := h.entry.rec
	panic(fmt.Sprintf("pool: use after Put: %s #%d was written to while it was free%s\n%s",
		p.cfg.Name, rec.id, rec.debug.history(), debug.Stack()))
}

// image is the memory of the value itself. It aliases the value.
func image[T any](v *T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(v)), unsafe.Sizeof(*v))
}
