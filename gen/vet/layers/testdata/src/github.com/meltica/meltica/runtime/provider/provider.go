package provider

import (
	_ "github.com/meltica/meltica/generated/eventv1"
	_ "github.com/meltica/meltica/runtime/lib/pool"
	_ "github.com/meltica/meltica/runtime/provider/book"
)
