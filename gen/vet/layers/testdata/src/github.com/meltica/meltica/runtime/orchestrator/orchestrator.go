package orchestrator

import (
	_ "github.com/meltica/meltica/generated/eventv1"
	_ "github.com/meltica/meltica/runtime/dispatcher" // want `^runtime/orchestrator must not import runtime/dispatcher: stages never import each other: state what this one needs as an interface of its own, and join the two in runtime/pipeline$`
)
