package flows

import (
	"fmt"
	"strconv"
	"strings"

	govalues "github.com/govalues/decimal"

	"github.com/meltica/meltica/runtime/lib/decimal"
)

type decimalLike struct{ n int64 }

// Wrong ones.

func door(d decimal.Decimal) float64 {
	f, _ := d.Float64() // want `^decimal's Float64 is forbidden outside runtime/telemetry: use decimal.Decimal to calculate, compare and print$`
	return f
}

func back(f float64) (decimal.Decimal, error) {
	return govalues.NewFromFloat64(f) // want `^decimal's NewFromFloat64 is forbidden`
}

func passedOn() func(float64) (decimal.Decimal, error) {
	return govalues.NewFromFloat64 // want `^decimal's NewFromFloat64 is forbidden`
}

func digits(d decimal.Decimal) float64 {
	return float64(d.Coef()) // want `^a decimal's digits become a float: use decimal.Decimal$`
}

func units(d decimal.Decimal) float64 {
	n, _ := decimal.Units(d, 8)
	return float64(n) / 1e8 // want `^a decimal's digits become a float`
}

func sum(a, b decimal.Decimal) float32 {
	n := a.Coef()
	if b.Sign() > 0 {
		n += b.Coef()
	}
	return float32(int64(n)) // want `^a decimal's digits become a float`
}

func text(d decimal.Decimal) (float64, error) {
	return strconv.ParseFloat(d.String(), 64) // want `^a decimal's text is parsed to a float: use decimal.Decimal$`
}

func trimmed(d *decimal.Decimal) (float64, error) {
	s := strings.TrimRight(d.String(), "0")
	return strconv.ParseFloat(s+"0", 64) // want `^a decimal's text is parsed to a float`
}

func bytes(d decimal.Decimal) (float64, error) {
	b := decimal.Append(nil, d)
	return strconv.ParseFloat(string(b[:4]), 64) // want `^a decimal's text is parsed to a float`
}

func printed(d decimal.Decimal) (float64, error) {
	return strconv.ParseFloat(fmt.Sprint(d), 64) // want `^a decimal's text is parsed to a float`
}

func looped(list []decimal.Decimal) float64 {
	var n uint64
	for _, d := range list {
		n += d.Coef()
	}
	return float64(n) // want `^a decimal's digits become a float`
}

// Right ones that look alike.

func scale(d decimal.Decimal) float64 { return float64(d.Scale()) }

func compared(a, b decimal.Decimal) float64 { return float64(a.Cmp(b)) }

func counted(list []decimal.Decimal) float64 { return float64(len(list)) }

func bigger(list []decimal.Decimal, limit uint64) float64 {
	n := 0
	for _, d := range list {
		if d.Coef() > limit {
			n++
		}
	}
	return float64(n)
}

func whole(d decimal.Decimal) int64 { return int64(d.Coef()) }

func (d decimalLike) Float64() float64 { return float64(d.n) }

func like(d decimalLike) float64 { return d.Float64() }

func added(a, b decimal.Decimal) (decimal.Decimal, error) { return a.Add(b) }

func parsed(s string) (float64, error) { return strconv.ParseFloat(strings.TrimSpace(s), 64) }

func dots(d decimal.Decimal) float64 { return float64(strings.Count(d.String(), ".")) }
