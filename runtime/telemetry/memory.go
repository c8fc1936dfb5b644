package telemetry

import (
	"math"
	"runtime/metrics"
	"time"
)

// Memory is what the Go runtime says of the process since its start.
type Memory struct {
	Objects    uint64 // heap objects allocated
	Bytes      uint64 // heap bytes allocated
	Cycles     uint64 // garbage collections
	Goroutines uint64 // now
	HeapLive   uint64 // bytes of live and not yet swept objects, now
	pauses     metrics.Float64Histogram
}

const (
	metricObjects    = "/gc/heap/allocs:objects"
	metricBytes      = "/gc/heap/allocs:bytes"
	metricCycles     = "/gc/cycles/total:gc-cycles"
	metricGoroutines = "/sched/goroutines:goroutines"
	metricHeap       = "/memory/classes/heap/objects:bytes"
	metricPauses     = "/sched/pauses/total/gc:seconds"
)

// ReadMemory reads the runtime's metrics. It allocates, so call it about once a second, not per
// event. It is safe for concurrent use.
func ReadMemory() Memory {
	samples := []metrics.Sample{
		{Name: metricObjects}, {Name: metricBytes}, {Name: metricCycles},
		{Name: metricGoroutines}, {Name: metricHeap}, {Name: metricPauses},
	}
	metrics.Read(samples)
	m := Memory{
		Objects:    samples[0].Value.Uint64(),
		Bytes:      samples[1].Value.Uint64(),
		Cycles:     samples[2].Value.Uint64(),
		Goroutines: samples[3].Value.Uint64(),
		HeapLive:   samples[4].Value.Uint64(),
	}
	// The histogram of a sample is the runtime's to reuse; keep our own.
	h := samples[5].Value.Float64Histogram()
	m.pauses.Counts = append([]uint64(nil), h.Counts...)
	m.pauses.Buckets = append([]float64(nil), h.Buckets...)
	return m
}

// Pauses summarises the stop-the-world pauses of garbage collection between two readings. The
// runtime counts them in buckets; each figure is the upper edge of its bucket.
type Pauses struct {
	Count    uint64
	P99, Max time.Duration
}

// PausesSince summarises the pauses after earlier and up to m.
func (m Memory) PausesSince(earlier Memory) Pauses {
	counts := append([]uint64(nil), m.pauses.Counts...)
	var total uint64
	for i := range counts {
		if i < len(earlier.pauses.Counts) {
			counts[i] -= earlier.pauses.Counts[i]
		}
		total += counts[i]
	}
	p := Pauses{Count: total}
	var seen uint64
	for i, c := range counts {
		if c == 0 {
			continue
		}
		seen += c
		edge := m.pauses.Buckets[i+1]
		if math.IsInf(edge, 1) {
			edge = m.pauses.Buckets[i]
		}
		d := time.Duration(edge * float64(time.Second))
		p.Max = d
		if p.P99 == 0 && seen*100 >= total*99 {
			p.P99 = d
		}
	}
	return p
}
