package leaktest

import (
	_ "github.com/meltica/meltica/runtime/lib/pool"
)
