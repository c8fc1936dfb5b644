package collected

import (
	"context"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

type window struct {
	leases []eventv1.CanonicalEventLease
	by     map[string]eventv1.CanonicalEventLease
	items  []item
	puts   []func()
	ring   [8]eventv1.CanonicalEventLease
}

type item struct {
	lease eventv1.CanonicalEventLease
	seq   uint64
}

func (w *window) appended(lease eventv1.CanonicalEventLease) {
	w.leases = append(w.leases, lease) // want `poolcheck/collected: the lease is collected in a slice`
}

func (w *window) inMap(lease eventv1.CanonicalEventLease) {
	w.by[lease.Value().Symbol] = lease // want `poolcheck/collected: the lease is collected in a map`
}

func (w *window) element(lease eventv1.CanonicalEventLease, i int) {
	w.leases[i] = lease // want `poolcheck/collected`
}

func (w *window) ringElement(lease eventv1.CanonicalEventLease, i int) {
	w.ring[i%8] = lease // want `poolcheck/collected`
}

func (w *window) structs(lease eventv1.CanonicalEventLease) {
	w.items = append(w.items, item{lease: lease}) // want `poolcheck/collected`
}

func (w *window) methodValues(lease eventv1.CanonicalEventLease) {
	w.puts = append(w.puts, lease.Put) // want `poolcheck/collected`
}

func (w *window) closures(lease eventv1.CanonicalEventLease) {
	w.puts = append(w.puts, func() { lease.Put() }) // want `poolcheck/collected`
}

func local(ctx context.Context, e *stage.Env, n int) error {
	var leases []eventv1.CanonicalEventLease
	for range n {
		lease, err := e.Pools.CanonicalEvent.Get(ctx)
		if err != nil {
			return err // those before are lost
		}
		leases = append(leases, lease) // want `poolcheck/collected`
	}
	for _, lease := range leases {
		lease.Put()
	}
	return nil
}

func literal(a, b eventv1.CanonicalEventLease) []eventv1.CanonicalEventLease {
	return []eventv1.CanonicalEventLease{
		a, // want `poolcheck/collected`
		b, // want `poolcheck/collected`
	}
}

func literalMap(a eventv1.CanonicalEventLease) map[string]eventv1.CanonicalEventLease {
	return map[string]eventv1.CanonicalEventLease{"a": a} // want `poolcheck/collected`
}

func generic[T any](all *[]pool.Lease[T], lease pool.Lease[T]) {
	*all = append(*all, lease) // want `poolcheck/collected`
}

func asKey(seen map[eventv1.CanonicalEventLease]bool, lease eventv1.CanonicalEventLease) {
	seen[lease] = true // want `poolcheck/collected`
}
