package collected

import (
	"context"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

type values struct {
	seqs    []uint64
	by      map[string]eventv1.Trade
	clones  []*eventv1.CanonicalEvent
	current eventv1.CanonicalEventLease
	queue   chan eventv1.CanonicalEventLease
}

func (v *values) appended(lease eventv1.CanonicalEventLease) {
	v.seqs = append(v.seqs, lease.Value().SeqLast)
	lease.Put()
}

func (v *values) inMap(lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	v.by[ev.Symbol] = *ev.Trade()
	lease.Put()
}

func (v *values) cloned(lease eventv1.CanonicalEventLease) {
	v.clones = append(v.clones, lease.Value().Clone())
	lease.Put()
}

func (v *values) field(lease eventv1.CanonicalEventLease) {
	v.current = lease
}

func (v *values) queued(lease eventv1.CanonicalEventLease) {
	v.queue <- lease
}

func oneAtATime(ctx context.Context, e *stage.Env, n int) error {
	for range n {
		lease, err := e.Pools.CanonicalEvent.Get(ctx)
		if err != nil {
			return err
		}
		lease.Put()
	}
	return nil
}

func ids(seen map[uint64]bool, lease eventv1.CanonicalEventLease) {
	seen[lease.ID()] = true
	lease.Put()
}

func printed(lease eventv1.CanonicalEventLease, print func(...any)) {
	print("lease", lease)
	lease.Put()
}

func variadic(lease eventv1.CanonicalEventLease, publish func(...eventv1.CanonicalEventLease)) {
	publish(lease)
}

func genericQueue[T any](queue chan<- pool.Lease[T], lease pool.Lease[T]) {
	queue <- lease
}
