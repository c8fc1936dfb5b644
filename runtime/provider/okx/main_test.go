package okx_test

import (
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
	"github.com/meltica/meltica/runtime/provider/okx"
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

func newVenue(t testing.TB, cfg okx.Config) *okx.Venue {
	t.Helper()
	v, err := okx.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// newAdapter returns an adapter for symbols (none: derived) that publishes to sink.
func newAdapter(t testing.TB, sink provider.Sink, symbols ...string) *provider.Adapter {
	t.Helper()
	a, err := provider.NewAdapter(newVenue(t, okx.Config{}), provider.Config{
		Name: "okx", Symbols: symbols, Pools: newPools(t), Sink: sink, Seed: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func feed(t testing.TB, a *provider.Adapter, ingest int64, messages ...string) {
	t.Helper()
	for _, m := range messages {
		if err := a.Feed([]byte(m), ingest); err != nil {
			t.Fatal(err)
		}
	}
}

// record is a message of a capture.
type record struct {
	time int64
	data string
}

// load returns the messages of a recording, or skips the test.
func load(t testing.TB, name string) []record {
	t.Helper()
	dir := os.Getenv("MELTICA_CAPTURES")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "captures")
	}
	path := filepath.Join(dir, "okx", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no recordings: %v (set MELTICA_CAPTURES)", err)
	}
	r, err := capture.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var out []record
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return slices.Clip(out)
		}
		if err != nil {
			t.Fatal(err)
		}
		if rec.Kind == capture.Message {
			out = append(out, record{max(rec.Time, 1), string(rec.Data)})
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
