package dispatcherx

import "time"

// The name of the package begins like a stage's.
func now() time.Time { return time.Now() }
