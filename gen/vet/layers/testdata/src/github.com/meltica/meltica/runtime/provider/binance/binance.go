package binance

import (
	_ "github.com/meltica/meltica/generated/eventv1"
	_ "github.com/meltica/meltica/runtime/lib/decimal"
	_ "github.com/meltica/meltica/runtime/provider"
	_ "github.com/meltica/meltica/runtime/provider/book"
)
