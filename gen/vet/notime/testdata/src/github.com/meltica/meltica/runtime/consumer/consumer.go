package consumer

import "time"

func now() int64 { return time.Now().UnixNano() } // want `^runtime/consumer reads the clock with time.Now`
