package gen

import (
	_ "github.com/meltica/meltica/gen/diag"
	_ "github.com/meltica/meltica/gen/golang"
	_ "github.com/meltica/meltica/gen/schema"
	_ "github.com/meltica/meltica/schemas" // want `what two parts share belongs in gen/schema or gen/diag`
)
