package orchestrator

import "time"

func now() int64 { return time.Now().UnixNano() } // want `^runtime/orchestrator reads the clock with time.Now`
