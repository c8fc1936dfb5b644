package intest

import (
	"context"
	"testing"

	"github.com/meltica/meltica/generated/eventv1"
	"stage"
)

// A test may take all that a pool has.
func exhausts(t *testing.T, pools *eventv1.Pools) {
	var leases []eventv1.CanonicalEventLease
	for range 10 {
		lease, err := pools.CanonicalEvent.Get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		leases = append(leases, lease)
	}
	if _, err := pools.CanonicalEvent.Get(t.Context()); err == nil {
		t.Error("no error of an exhausted pool")
	}
	for _, lease := range leases {
		lease.Put()
	}
}

// It may end with its pools.
func fails(t *testing.T, lease eventv1.CanonicalEventLease) {
	if lease.Value().Symbol == "" {
		t.Fatal("no symbol")
	}
	lease.Put()
}

func mustPanic(t *testing.T, f func()) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	f()
}

// It may prove that a misuse panics.
func misuses(t *testing.T, lease eventv1.CanonicalEventLease) {
	lease.Put()
	mustPanic(t, lease.Put)
	mustPanic(t, func() { lease.Put() })
	mustPanic(t, func() { lease.Value() })
}

// All else is as wrong as elsewhere.
func loses(ctx context.Context, pools *eventv1.Pools) {
	lease, err := pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	stage.Show(lease.Value())
} // want `poolcheck/lost`

func putsTwice(lease eventv1.CanonicalEventLease) {
	lease.Put()
	lease.Put() // want `poolcheck/doubleput`
}

func drops(ctx context.Context, pools *eventv1.Pools) {
	pools.CanonicalEvent.Get(ctx) // want `poolcheck/discarded`
}
