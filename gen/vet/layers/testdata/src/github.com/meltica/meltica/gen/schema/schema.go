package schema

import (
	_ "github.com/meltica/meltica/gen/diag"
	_ "github.com/meltica/meltica/gen/golang" // want `^gen/schema must not import gen/golang: the compiler goes one way`
)
