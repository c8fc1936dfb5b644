//go:build !race

package venuesim_test

import (
	"testing"
	"time"

	"github.com/meltica/meltica/runtime/venuesim"
)

// TestAllocs: a market that has found its size makes, encodes and queues messages for nothing.
func TestAllocs(t *testing.T) {
	cfg := venuesim.DefaultMarket()
	cfg.Rate = 100
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()
	v := venuesim.NewVenue(t, cfg, now)
	c := v.Attach(t, true, false, allStreams()...)
	step := func() {
		now += int64(2 * time.Millisecond)
		v.Step(now)
		c.Discard()
	}
	for range 1500 {
		step()
	}
	before := v.Stats().Messages
	allocs := testing.AllocsPerRun(500, step)
	if messages := v.Stats().Messages - before; allocs != 0 || messages < 10_000 {
		t.Errorf("got %v allocations a step and %d messages, want none and at least 10000", allocs, messages)
	}
}
