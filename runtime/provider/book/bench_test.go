package book_test

import (
	"syscall"
	"testing"

	"github.com/meltica/meltica/runtime/provider/book"
)

// BenchmarkApplyCapture applies a session of 6,500 diffs to one book, parsing excluded. On a
// shared machine read cpu-ns/level: the CPU time of the quickest session.
func BenchmarkApplyCapture(b *testing.B) {
	for _, name := range []string{"recorded", "synthetic"} {
		b.Run(name, func(b *testing.B) {
			snapshot, diffs := session(b, name == "recorded")
			levels := len(snapshot.Bids) + len(snapshot.Asks)
			for _, d := range diffs {
				levels += len(d.Bids) + len(d.Asks)
			}
			bk := book.New(0)
			replay := func() {
				bk.Reset()
				if err := bk.ApplyAll(snapshot.Bids, snapshot.Asks); err != nil {
					b.Fatal(err)
				}
				for i := range diffs {
					if err := bk.ApplyAll(diffs[i].Bids, diffs[i].Asks); err != nil {
						b.Fatal(err)
					}
				}
			}
			replay() // the book grows to its size
			quickest := int64(1 << 62)
			b.ReportAllocs()
			for b.Loop() {
				start := cpuTime(b)
				replay()
				quickest = min(quickest, cpuTime(b)-start)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(levels), "ns/level")
			b.ReportMetric(float64(quickest)/float64(levels), "cpu-ns/level")
		})
	}
}

// cpuTime returns the CPU time of the process in nanoseconds.
func cpuTime(tb testing.TB) int64 {
	tb.Helper()
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		tb.Fatal(err)
	}
	return r.Utime.Nano() + r.Stime.Nano()
}
