package telemetry

import "github.com/meltica/meltica/runtime/lib/decimal"

// A gauge is a float, and nobody trades on it.
func gauge(d decimal.Decimal) float64 {
	f, _ := d.Float64()
	return f
}

type levels struct {
	bid float64 // want `^bid is a float: use decimal.Decimal for a price or quantity$`
}
