package main

import (
	_ "github.com/meltica/meltica/cmd/internal/cli"
	_ "github.com/meltica/meltica/gen"
	_ "github.com/meltica/meltica/gen/diag"
	_ "github.com/meltica/meltica/gen/golang"          // want `a command has flags and printing only`
	_ "github.com/meltica/meltica/runtime/lib/decimal" // want `gen and runtime never meet`
)
