package binance_test

import (
	"testing"

	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

func TestReplay(t *testing.T) {
	// kept is how many diffs a book got by its first snapshot.
	f := func(name string, topsMin, kept uint64, files ...string) {
		t.Run(name, func(t *testing.T) {
			records := providertest.Load(t, "binance", files...)
			if providertest.Instrumented && len(records) > 20_000 {
				records, topsMin = records[:20_000], topsMin/10 // a tenth of the speed
			}
			s := providertest.Replay(t, func(sink provider.Sink) *provider.Adapter { return newAdapter(t, sink) }, records)
			if s.Failed != 0 || s.Ignored != kept || s.Gaps != 0 || s.Crossed != 0 || s.TopsBad != 0 || s.Exhausted != 0 {
				t.Errorf("got %+v; want %d ignored and no failed, gaps, crossed, bad tops", s, kept)
			}
			if s.TopsOK < topsMin {
				t.Errorf("%d tops agreed, want at least %d", s.TopsOK, topsMin)
			}
		})
	}
	f("four symbols", 20, 5, "spot.ws.txt", "spot.http.txt")
	f("btcusdt", 1000, 3, "btcusdt-1.ws.gz", "btcusdt-2.ws.gz")
}
