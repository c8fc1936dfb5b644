package dispatcher

import "time"

func measured(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}
