package coinbase_test

import (
	"testing"

	"github.com/meltica/meltica/runtime/lib/leaktest"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/coinbase"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

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
	return providertest.NewAdapter(t, newVenue(t, cfg), provider.Config{Name: "coinbase", Symbols: symbols, Sink: sink})
}
