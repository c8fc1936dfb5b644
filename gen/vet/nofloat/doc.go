// Package nofloat keeps binary floating point away from prices and quantities (CQ-04).
//
// # Analyzer nofloat
//
// nofloat: no float for a price or quantity
//
// A float holds neither 0.1 nor the digits that a venue wrote. Three things are findings.
// By name: a variable, field, constant, parameter, function or type that is called a price,
// quantity, volume, bid, ask, fee, amount or the like and holds floats, and a conversion or
// strconv.ParseFloat of something so called. By flow: a float made from a decimal, by way of its
// text or digits, whatever the names. And the doors of the decimal package itself: Float64 and
// NewFromFloat64, which only runtime/telemetry may use.
//
// A name that ends in what it counts or compares (volumeRatio, bidCount, priceNs, feesPerSecond)
// is no price.
//
// Wrong:
//
//	type level struct{ price float64 }
//
//	mid, _ := d.Float64()
//	f, err := strconv.ParseFloat(d.String(), 64)
//
// Right:
//
//	type level struct{ price decimal.Decimal }
//
//	mid, err := d.Add(e)
//	p, err := decimal.Parse(text)
//
// There is no suggested fix: decimal arithmetic returns errors that somebody must handle.
package nofloat
