// Package decimal is the one number type for prices and quantities: exact, 16 bytes, free of
// pointers, and faithful to the digits a venue wrote ("0.35130000" prints back the same).
//
// It adds to govalues/decimal what the hot path needs: a parser that refuses what a venue
// never sends instead of rounding it, and integer keys that let books compare prices as
// machine words. All functions are pure and safe for concurrent use.
package decimal

import (
	"errors"
	"fmt"

	"github.com/govalues/decimal"
)

// Decimal is an exact decimal number with at most 19 significant digits. Its zero value is 0.
type Decimal = decimal.Decimal

// ScaleMax is the largest number of digits after the point.
const ScaleMax = decimal.MaxScale

// ErrSyntax is returned (wrapped) for text that is not a plain decimal number.
var ErrSyntax = errors.New("decimal: not a plain decimal number")

// pow10 holds the powers of ten that fit a uint64.
var pow10 = [20]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// Parse reads a number such as "61737.63000000" and keeps the written scale. It accepts an
// optional minus sign, digits, and an optional point with digits on both sides. It refuses
// exponents, a plus sign, leading zeros ("007"), a bare point, a negative zero, and numbers of
// more than 19 significant digits: govalues/decimal would round the 20th without an error, and
// a rounded price is a wrong price.
func Parse(s string) (Decimal, error) {
	i, neg := 0, false
	if len(s) > 0 && s[0] == '-' {
		i, neg = 1, true
	}
	start, point, significant := i, -1, 0
	var coef int64
	for ; i < len(s); i++ {
		c := s[i] - '0'
		if c > 9 {
			if s[i] != '.' || point >= 0 {
				return Decimal{}, syntaxError(s)
			}
			point = i
			continue
		}
		if coef|int64(c) != 0 {
			significant++
		}
		if significant > 18 {
			return parseLong(s)
		}
		coef = coef*10 + int64(c)
	}
	digits, scale := i-start, 0
	if point >= 0 {
		digits--
		scale = i - point - 1
		if point == start || scale == 0 || scale > ScaleMax {
			return Decimal{}, syntaxError(s)
		}
	}
	if digits == 0 || s[start] == '0' && digits > 1 && point != start+1 || neg && coef == 0 {
		return Decimal{}, syntaxError(s)
	}
	if neg {
		coef = -coef
	}
	d, err := decimal.New(coef, scale)
	if err != nil {
		return Decimal{}, fmt.Errorf("decimal: %q: %w", clip(s), err)
	}
	return d, nil
}

// parseLong takes what does not fit an int64. The library's parser is exact for 19 digits but
// rounds beyond and takes spellings that we refuse, so its result must print back as s.
func parseLong(s string) (Decimal, error) {
	d, err := decimal.Parse(s)
	if err != nil || d.String() != s {
		return Decimal{}, syntaxError(s)
	}
	return d, nil
}

// New returns coef / 10^scale. It fails if scale is outside 0 to ScaleMax.
func New(coef int64, scale int) (Decimal, error) {
	d, err := decimal.New(coef, scale)
	if err != nil {
		return Decimal{}, fmt.Errorf("decimal: %w", err)
	}
	return d, nil
}

// MustParse is Parse for constants of the program; it panics on an error.
func MustParse(s string) Decimal {
	d, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// Units returns |d| as a whole number of 10^-scale, and whether that is exact: a digit below
// the scale, a negative number or an overflow of uint64 says false. Two numbers with exact
// units of one scale compare as their units do.
func Units(d Decimal, scale int) (units uint64, exact bool) {
	if d.IsNeg() || scale < 0 || scale > ScaleMax {
		return 0, false
	}
	coef, have := d.Coef(), d.Scale()
	if have <= scale {
		f := pow10[scale-have]
		if coef != 0 && coef > ^uint64(0)/f {
			return 0, false
		}
		return coef * f, true
	}
	f := pow10[have-scale]
	q := coef / f
	return q, q*f == coef
}

// Append appends the text of d to dst, with the scale it was written with, and returns the
// extended buffer. It does not allocate when dst has room.
func Append(dst []byte, d Decimal) []byte {
	coef, scale := d.Coef(), d.Scale()
	if d.IsNeg() {
		dst = append(dst, '-')
	}
	var buf [24]byte
	i := len(buf)
	for n := 0; coef > 0 || n <= scale; n++ {
		if n == scale && scale > 0 {
			i--
			buf[i] = '.'
		}
		i--
		buf[i] = byte('0' + coef%10)
		coef /= 10
	}
	return append(dst, buf[i:]...)
}

func syntaxError(s string) error { return fmt.Errorf("%w: %q", ErrSyntax, clip(s)) }

// clip bounds hostile input in error texts.
func clip(s string) string {
	if len(s) > 64 {
		return s[:64] + "..."
	}
	return s
}
