// Package decimal has the names of the real one.
package decimal

type Decimal struct {
	coef  uint64
	scale int8
}

func Parse(s string) (Decimal, error)            { return Decimal{}, nil }
func NewFromFloat64(f float64) (Decimal, error)  { return Decimal{}, nil }
func (d Decimal) Float64() (f float64, ok bool)  { return 0, true }
func (d Decimal) String() string                 { return "" }
func (d Decimal) Coef() uint64                   { return d.coef }
func (d Decimal) Scale() int                     { return int(d.scale) }
func (d Decimal) Cmp(e Decimal) int              { return 0 }
func (d Decimal) Sign() int                      { return 0 }
func (d Decimal) Add(e Decimal) (Decimal, error) { return d, nil }
func (d Decimal) AppendText(b []byte) ([]byte, error) {
	return b, nil
}
