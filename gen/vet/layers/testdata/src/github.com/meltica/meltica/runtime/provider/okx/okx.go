package okx

import (
	_ "github.com/meltica/meltica/runtime/databus" // want `^runtime/provider/okx must not import runtime/databus: a venue`
	_ "github.com/meltica/meltica/runtime/provider"
	_ "github.com/meltica/meltica/runtime/provider/binance" // want `a venue knows the provider, the book and no other venue`
)
