package binance_test

import (
	"testing"

	"github.com/meltica/meltica/runtime/lib/leaktest"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/binance"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func newVenue(t testing.TB, cfg binance.Config) *binance.Venue {
	t.Helper()
	v, err := binance.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// newAdapter returns an adapter for symbols (none: derived) that publishes to sink.
func newAdapter(t testing.TB, sink provider.Sink, symbols ...string) *provider.Adapter {
	t.Helper()
	return providertest.NewAdapter(t, newVenue(t, binance.Config{}), provider.Config{Name: "binance", Symbols: symbols, Sink: sink})
}
