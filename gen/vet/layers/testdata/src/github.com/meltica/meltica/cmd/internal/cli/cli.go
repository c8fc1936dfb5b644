package cli

import (
	_ "fmt"

	_ "github.com/meltica/meltica/gen/diag" // want `^cmd/internal/cli must not import gen/diag: the frame of the commands knows none of them`
)
