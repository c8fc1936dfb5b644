package telemetry_test

import (
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/meltica/meltica/runtime/telemetry"
)

func TestHistogramQuantiles(t *testing.T) {
	h := telemetry.NewHistogram()
	for i := 1; i <= 1000; i++ {
		h.Record(time.Duration(i) * time.Microsecond)
	}
	q := h.Quantiles()
	f := func(name string, got, want time.Duration) {
		t.Helper()
		if off := got - want; off < -want/50 || off > want/50 {
			t.Errorf("%s = %v, want %v within 2 %%", name, got, want)
		}
	}
	if q.Count != 1000 {
		t.Errorf("Count = %d, want 1000", q.Count)
	}
	f("P50", q.P50, 500*time.Microsecond)
	f("P99", q.P99, 990*time.Microsecond)
	f("P999", q.P999, 999*time.Microsecond)
	f("Max", q.Max, 1000*time.Microsecond)
}

func TestHistogramBounds(t *testing.T) {
	h := telemetry.NewHistogram()
	h.Record(-time.Second)
	h.Record(time.Hour)
	if q := h.Quantiles(); q.Count != 2 || q.Max < telemetry.LatencyMax*99/100 {
		t.Errorf("Quantiles = %+v, want both counted at the bounds", q)
	}
}

func TestHistogramAddTo(t *testing.T) {
	a, b := telemetry.NewHistogram(), telemetry.NewHistogram()
	a.Record(time.Millisecond)
	b.Record(time.Second)
	a.AddTo(b)
	if got := b.Quantiles().Count; got != 2 {
		t.Errorf("sum counts %d, want 2", got)
	}
	if got := a.Quantiles().Count; got != 1 {
		t.Errorf("source counts %d afterwards, want 1", got)
	}
}

func TestRecordDoesNotAllocate(t *testing.T) {
	h := telemetry.NewHistogram()
	if n := testing.AllocsPerRun(100, func() { h.Record(time.Millisecond) }); n != 0 {
		t.Errorf("Record allocates %v times, want 0", n)
	}
}

func TestMemoryCountsCollections(t *testing.T) {
	before := telemetry.ReadMemory()
	runtime.GC()
	runtime.GC()
	after := telemetry.ReadMemory()
	if after.Cycles < before.Cycles+2 {
		t.Errorf("Cycles went from %d to %d over two collections", before.Cycles, after.Cycles)
	}
	p := after.PausesSince(before)
	if p.Count == 0 || p.Max <= 0 || p.P99 <= 0 || p.P99 > p.Max {
		t.Errorf("PausesSince = %+v after two collections", p)
	}
	if p := after.PausesSince(after); p.Count != 0 || p.Max != 0 {
		t.Errorf("PausesSince(itself) = %+v, want none", p)
	}
}

func TestPausesAreReadFromTheirBuckets(t *testing.T) {
	buckets := []float64{0, 0.001, 0.002, 0.003, math.Inf(1)}
	before := telemetry.MemoryOf([]uint64{5, 5, 5, 5}, buckets)
	f := func(counts []uint64, want telemetry.Pauses) {
		t.Helper()
		if got := telemetry.MemoryOf(counts, buckets).PausesSince(before); got != want {
			t.Errorf("PausesSince of %v = %+v, want %+v", counts, got, want)
		}
	}
	f([]uint64{104, 5, 6, 5}, telemetry.Pauses{Count: 100, P99: time.Millisecond, Max: 3 * time.Millisecond})
	f([]uint64{103, 7, 5, 5}, telemetry.Pauses{Count: 100, P99: 2 * time.Millisecond, Max: 2 * time.Millisecond})
	f([]uint64{5, 5, 5, 6}, telemetry.Pauses{Count: 1, P99: 3 * time.Millisecond, Max: 3 * time.Millisecond}) // no upper edge
}
