// Package providertest holds the cases that every venue must pass, and what a venue's tests need
// for them: an adapter with pools that are checked, sinks, recordings, damaged messages. It knows
// no venue, and only tests import it.
//
// Everything that takes a testing.TB reports to it and is called on the goroutine of the test.
package providertest

import (
	"testing"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/leaktest"
	"github.com/meltica/meltica/runtime/provider"
)

// NewPools returns pools of the default capacities, which must be at rest when the test ends.
func NewPools(t testing.TB) *eventv1.Pools {
	pools := eventv1.NewPools(eventv1.PoolsConfig{})
	leaktest.Leases(t, pools.Drain)
	return pools
}

// NewAdapter returns an adapter of the venue, with NewPools and a seed of its own instead of those
// of cfg: two adapters publish the same events.
func NewAdapter(t testing.TB, venue provider.Venue, cfg provider.Config) *provider.Adapter {
	t.Helper()
	cfg.Pools, cfg.Seed = NewPools(t), 1
	a, err := provider.NewAdapter(venue, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Feed feeds the messages, one frame each, all of them read at ingest (ns).
func Feed(t testing.TB, a *provider.Adapter, ingest int64, messages ...string) {
	t.Helper()
	for _, m := range messages {
		if err := a.Feed([]byte(m), ingest); err != nil {
			t.Fatal(err)
		}
	}
}

// Balanced fails unless every frame is accounted for.
func Balanced(t testing.TB, s provider.Stats) {
	t.Helper()
	if s.Frames != s.Normalised+s.Ignored+s.Failed {
		t.Errorf("%d frames, but %d normalised + %d ignored + %d failed", s.Frames, s.Normalised, s.Ignored, s.Failed)
	}
}
