package binance_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/leaktest"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/binance"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// recorder is a Sink that keeps clones and gives every lease back.
type recorder struct {
	mu     sync.Mutex
	events []*eventv1.CanonicalEvent
	seen   chan struct{} // signalled after each event, when not nil
}

func (r *recorder) Publish(lease eventv1.CanonicalEventLease) {
	clone := lease.Value().Clone()
	lease.Put()
	r.mu.Lock()
	r.events = append(r.events, clone)
	r.mu.Unlock()
	if r.seen != nil {
		select {
		case r.seen <- struct{}{}:
		default:
		}
	}
}

func (r *recorder) take() []*eventv1.CanonicalEvent {
	r.mu.Lock()
	defer r.mu.Unlock()
	events := r.events
	r.events = nil
	return events
}

// putter is a Sink that only gives the leases back.
type putter struct{}

func (putter) Publish(lease eventv1.CanonicalEventLease) { lease.Put() }

// newPools returns pools that must be at rest when the test ends.
func newPools(t testing.TB) *eventv1.Pools {
	pools := eventv1.NewPools(eventv1.PoolsConfig{})
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		for _, u := range pools.Drain(ctx) {
			t.Errorf("not returned: %v", u)
		}
	})
	return pools
}

func newVenue(t testing.TB, cfg binance.Config) *binance.Venue {
	t.Helper()
	v, err := binance.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// newAdapter returns an adapter for symbols (none: derived) that publishes to sink.
func newAdapter(t testing.TB, sink provider.Sink, symbols ...string) *provider.Adapter {
	t.Helper()
	a, err := provider.NewAdapter(newVenue(t, binance.Config{}), provider.Config{
		Name: "binance", Symbols: symbols, Pools: newPools(t), Sink: sink, Seed: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func feed(t testing.TB, a *provider.Adapter, message string, ingest int64) {
	t.Helper()
	if err := a.Feed([]byte(message), ingest); err != nil {
		t.Fatal(err)
	}
}

// captures returns the folder of recordings, or skips the test.
func captures(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("MELTICA_CAPTURES")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "captures")
	}
	dir = filepath.Join(dir, "binance")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no recordings: %v (set MELTICA_CAPTURES)", err)
	}
	return dir
}

// balanced fails unless every frame is accounted for.
func balanced(t testing.TB, s provider.Stats) {
	t.Helper()
	if s.Frames != s.Normalised+s.Ignored+s.Failed {
		t.Errorf("%d frames, but %d normalised + %d ignored + %d failed", s.Frames, s.Normalised, s.Ignored, s.Failed)
	}
}
