package decimal

import "github.com/govalues/decimal"

type Decimal = decimal.Decimal

func Append(dst []byte, d Decimal) []byte { return dst }

func Units(d Decimal, scale int) (units uint64, exact bool) { return d.Coef(), true }
