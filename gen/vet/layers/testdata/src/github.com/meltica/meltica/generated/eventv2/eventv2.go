package eventv2

import (
	_ "github.com/meltica/meltica/gen/schema"     // want `gen and runtime never meet`
	_ "github.com/meltica/meltica/runtime/config" // want `generated code stands on lib alone`
	_ "github.com/meltica/meltica/runtime/lib/pool"
)
