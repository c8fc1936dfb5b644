package consumer

import (
	_ "github.com/meltica/meltica/generated/eventv1"
	_ "github.com/meltica/meltica/runtime/databus" // want `^runtime/consumer must not import runtime/databus: a consumer`
	_ "github.com/meltica/meltica/runtime/lib/decimal"
	_ "github.com/meltica/meltica/runtime/lib/pool"  // want `a consumer gets clones, which have no lease`
	_ "github.com/meltica/meltica/runtime/telemetry" // want `it sees generated events and decimals, no pool, stage or metric`
)
