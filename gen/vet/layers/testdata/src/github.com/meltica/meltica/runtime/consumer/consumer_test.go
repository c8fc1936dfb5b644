package consumer_test

import (
	_ "github.com/meltica/meltica/runtime/consumer"
	_ "github.com/meltica/meltica/runtime/databus" // want `a consumer gets clones`
	_ "github.com/meltica/meltica/runtime/lib/leaktest"
)
