package dispatcher

import (
	_ "github.com/meltica/meltica/gen" // want `gen and runtime never meet`
	_ "github.com/meltica/meltica/generated/eventv1"
	_ "github.com/meltica/meltica/runtime/databus" // want `stages never import each other`
	_ "github.com/meltica/meltica/runtime/lib/pool"
)
