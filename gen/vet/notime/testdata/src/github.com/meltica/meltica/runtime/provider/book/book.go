package book

import "time"

func stale(at time.Time) bool { return time.Since(at) > time.Minute } // want `^runtime/provider/book reads the clock with time.Since`
