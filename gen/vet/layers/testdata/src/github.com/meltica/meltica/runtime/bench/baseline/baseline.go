package baseline

import (
	_ "github.com/meltica/meltica/generated/eventv1"
	_ "github.com/meltica/meltica/runtime/databus"
	_ "github.com/meltica/meltica/runtime/lib/decimal"
)
