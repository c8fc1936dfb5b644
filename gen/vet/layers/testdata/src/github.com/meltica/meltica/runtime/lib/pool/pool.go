package pool

import (
	_ "github.com/meltica/meltica/runtime/lib/buffer"
)
