package pipeline

import (
	_ "github.com/meltica/meltica/cmd/share" // want `a command is nobody's library`
	_ "github.com/meltica/meltica/generated/eventv1"
	_ "github.com/meltica/meltica/runtime/config"
	_ "github.com/meltica/meltica/runtime/consumer"
	_ "github.com/meltica/meltica/runtime/databus"
	_ "github.com/meltica/meltica/runtime/dispatcher"
	_ "github.com/meltica/meltica/runtime/lib/pool"
	_ "github.com/meltica/meltica/runtime/orchestrator"
	_ "github.com/meltica/meltica/runtime/provider"
	_ "github.com/meltica/meltica/runtime/provider/okx"
	_ "github.com/meltica/meltica/runtime/telemetry"
	_ "github.com/meltica/meltica/runtime/venuesim" // want `the pipeline joins the stages and nothing else`
)
