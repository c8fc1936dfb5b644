package wsconn

import (
	_ "github.com/meltica/meltica/generated/eventv1" // want `^runtime/lib/wsconn must not import generated/eventv1: lib is free of business`
	_ "github.com/meltica/meltica/runtime/lib/buffer"
	_ "github.com/meltica/meltica/runtime/telemetry" // want `lib is free of business and imports only lib`
)
