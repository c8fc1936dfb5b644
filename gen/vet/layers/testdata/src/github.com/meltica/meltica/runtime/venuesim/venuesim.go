package venuesim

import (
	_ "github.com/meltica/meltica/generated/eventv1" // want `the simulator speaks bytes`
	_ "github.com/meltica/meltica/runtime/lib/capture"
	_ "github.com/meltica/meltica/runtime/lib/decimal"
	_ "github.com/meltica/meltica/runtime/lib/pool"      // want `it sees lib/decimal and lib/capture only`
	_ "github.com/meltica/meltica/runtime/provider/book" // want `^runtime/venuesim must not import runtime/provider/book`
)
