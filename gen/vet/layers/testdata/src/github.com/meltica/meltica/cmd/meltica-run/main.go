package main

import (
	_ "github.com/meltica/meltica/cmd/internal/cli"
	_ "github.com/meltica/meltica/gen" // want `gen and runtime never meet`
	_ "github.com/meltica/meltica/generated/eventv1"
	_ "github.com/meltica/meltica/runtime/config"
	_ "github.com/meltica/meltica/runtime/dispatcher" // want `a command has flags and printing only`
	_ "github.com/meltica/meltica/runtime/lib/pool"   // want `a command has flags`
	_ "github.com/meltica/meltica/runtime/pipeline"
	_ "github.com/meltica/meltica/runtime/venuesim"
)
