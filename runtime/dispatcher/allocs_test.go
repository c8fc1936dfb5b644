//go:build !race && !pooldebug

package dispatcher_test

import (
	"testing"

	"github.com/meltica/meltica/runtime/dispatcher"
)

// TestAllocatesTheClonesOnly counts exactly: one allocation for each subscriber of a trade, and
// nothing else. Under the race detector sync.Pool drops objects at random, so it is not run there.
func TestAllocatesTheClonesOnly(t *testing.T) {
	for _, n := range []int{0, 1, 4, 16} {
		lanes := make([]dispatcher.Lane, n)
		for i := range lanes {
			lanes[i] = discard{}
		}
		f := newFixture(t, lanes...)
		seq := uint64(0)
		publish := func() {
			seq++
			f.trade("BTC-USDT", seq)
		}
		publish()
		if got := testing.AllocsPerRun(1000, publish); got != float64(n) {
			t.Errorf("%d subscribers: %v allocations for a trade, want %d", n, got, n)
		}
	}
}
