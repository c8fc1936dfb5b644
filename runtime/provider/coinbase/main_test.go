package coinbase_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/capture"
	"github.com/meltica/meltica/runtime/lib/leaktest"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/coinbase"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// recorder is a Sink that keeps clones and gives every lease back.
type recorder struct{ events []*eventv1.CanonicalEvent }

func (r *recorder) Publish(lease eventv1.CanonicalEventLease) {
	r.events = append(r.events, lease.Value().Clone())
	lease.Put()
}

func (r *recorder) take() []*eventv1.CanonicalEvent {
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

func newVenue(t testing.TB, cfg coinbase.Config) *coinbase.Venue {
	t.Helper()
	v, err := coinbase.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// newAdapter returns an adapter for symbols (none: derived) that publishes to sink.
func newAdapter(t testing.TB, cfg coinbase.Config, sink provider.Sink, symbols ...string) *provider.Adapter {
	t.Helper()
	a, err := provider.NewAdapter(newVenue(t, cfg), provider.Config{
		Name: "coinbase", Symbols: symbols, Pools: newPools(t), Sink: sink, Seed: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func feed(t testing.TB, a *provider.Adapter, messages ...string) {
	t.Helper()
	for _, m := range messages {
		if err := a.Feed([]byte(m), 5); err != nil {
			t.Fatal(err)
		}
	}
}

// balanced fails unless every frame is accounted for.
func balanced(t testing.TB, s provider.Stats) {
	t.Helper()
	if s.Frames != s.Normalised+s.Ignored+s.Failed {
		t.Errorf("%d frames, but %d normalised + %d ignored + %d failed", s.Frames, s.Normalised, s.Ignored, s.Failed)
	}
}

// record is a line of a capture that outlives its reader.
type record struct {
	time int64
	data []byte
}

// load reads a recording, or skips the test.
func load(t testing.TB, name string) []record {
	t.Helper()
	dir := os.Getenv("MELTICA_CAPTURES")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "captures")
	}
	path := filepath.Join(dir, "coinbase", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no recordings: %v (set MELTICA_CAPTURES)", err)
	}
	r, err := capture.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	var out []record
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if rec.Kind == capture.Message {
			out = append(out, record{max(rec.Time, 1), slices.Clone(rec.Data)}) // bare lines have no time
		}
	}
	slices.SortStableFunc(out, func(a, b record) int { return cmp.Compare(a.time, b.time) })
	return out
}

func play(t testing.TB, a *provider.Adapter, records []record) {
	t.Helper()
	for _, r := range records {
		if err := a.Feed(r.data, r.time); err != nil {
			t.Fatal(err)
		}
	}
}
