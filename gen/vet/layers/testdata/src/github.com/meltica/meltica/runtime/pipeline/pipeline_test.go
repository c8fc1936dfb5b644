package pipeline_test

import (
	_ "github.com/meltica/meltica/runtime/pipeline"
	_ "github.com/meltica/meltica/runtime/provider/book"
	_ "github.com/meltica/meltica/runtime/venuesim"
)
