package order

import (
	_ "github.com/meltica/meltica/runtime/lib/pool"
	_ "github.com/meltica/meltica/runtime/pipeline" // want `this import runs against it: let the upper one call the lower`
)
