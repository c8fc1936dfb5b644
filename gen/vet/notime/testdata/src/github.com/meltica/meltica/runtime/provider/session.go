package provider

import "time"

// A session watches a live connection, which is about time itself.
func watch() *time.Ticker { return time.NewTicker(time.Second) }
