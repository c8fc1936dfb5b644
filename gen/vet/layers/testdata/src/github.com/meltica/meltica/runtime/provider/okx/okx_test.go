package okx_test

import (
	_ "github.com/meltica/meltica/runtime/lib/capture"
	_ "github.com/meltica/meltica/runtime/pipeline" // want `this import runs against it`
	_ "github.com/meltica/meltica/runtime/provider/binance"
	_ "github.com/meltica/meltica/runtime/provider/okx"
	_ "github.com/meltica/meltica/runtime/venuesim"
)
