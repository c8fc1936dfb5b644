package eventv1

import (
	_ "github.com/meltica/meltica/runtime/lib/decimal"
	_ "github.com/meltica/meltica/runtime/lib/pool"
)
