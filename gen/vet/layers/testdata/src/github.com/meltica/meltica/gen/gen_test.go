package gen_test

import (
	_ "github.com/meltica/meltica/gen"
	_ "github.com/meltica/meltica/gen/schema"
	_ "github.com/meltica/meltica/runtime/lib/leaktest" // want `gen and runtime never meet`
	_ "github.com/meltica/meltica/schemas"
)
