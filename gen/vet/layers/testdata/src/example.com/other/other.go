package other // a user of the library may import what it likes

import (
	_ "github.com/meltica/meltica/runtime/dispatcher"
	_ "github.com/meltica/meltica/runtime/lib/pool"
)
