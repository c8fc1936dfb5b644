// Package telemetry measures for operators (LM-08): latency histograms and what the Go
// runtime says of allocations and garbage collection. Nothing in the pipeline branches on it,
// and consumers never read it.
package telemetry

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// LatencyMax is the largest latency that a Histogram tells apart; longer ones count as it.
const LatencyMax = time.Minute

// Histogram counts latencies in nanoseconds with an error of at most 1 %. Its zero value is
// not usable; NewHistogram is the only way. It is safe for concurrent use: each recorder has
// one of its own, so the lock is free except while an operator looks.
type Histogram struct {
	mu sync.Mutex
	h  *hdrhistogram.Histogram // guarded by mu
}

// NewHistogram returns an empty histogram of about 30 KiB.
func NewHistogram() *Histogram {
	return &Histogram{h: hdrhistogram.New(1, int64(LatencyMax), 2)}
}

// Record counts one latency. A negative one (the clock was set back) counts as the smallest.
// It does not allocate.
func (h *Histogram) Record(d time.Duration) {
	d = min(max(d, 1), LatencyMax)
	h.mu.Lock()
	// d is inside the bounds of New, the only reason for an error.
	if err := h.h.RecordValue(int64(d)); err != nil {
		panic("telemetry: " + err.Error())
	}
	h.mu.Unlock()
}

// AddTo adds the counts of h to sum, and leaves h as it is.
func (h *Histogram) AddTo(sum *Histogram) {
	h.mu.Lock()
	copied := hdrhistogram.Import(h.h.Export())
	h.mu.Unlock()
	sum.mu.Lock()
	sum.h.Merge(copied)
	sum.mu.Unlock()
}

// Quantiles is what a Histogram knows, at one moment.
type Quantiles struct {
	Count               int64
	P50, P99, P999, Max time.Duration
}

// Quantiles reads the histogram.
func (h *Histogram) Quantiles() Quantiles {
	h.mu.Lock()
	defer h.mu.Unlock()
	return Quantiles{
		Count: h.h.TotalCount(),
		P50:   time.Duration(h.h.ValueAtQuantile(50)),
		P99:   time.Duration(h.h.ValueAtQuantile(99)),
		P999:  time.Duration(h.h.ValueAtQuantile(99.9)),
		Max:   time.Duration(h.h.Max()),
	}
}
