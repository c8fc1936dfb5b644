package dispatcher_test

import (
	_ "github.com/meltica/meltica/generated/eventv1"
	_ "github.com/meltica/meltica/runtime/databus" // want `stages never import each other`
	_ "github.com/meltica/meltica/runtime/dispatcher"
	_ "github.com/meltica/meltica/runtime/lib/leaktest"
)
