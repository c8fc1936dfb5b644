package venuesim

import "time"

// rateWindow admits at most a number of events in any span of time.
type rateWindow struct {
	span  time.Duration
	times []time.Time // of the last events: a ring that is as long as the limit
	next  int
}

func newRateWindow(limit int, span time.Duration) rateWindow {
	return rateWindow{span: span, times: make([]time.Time, limit)}
}

// admit counts an event in, or returns false if it is one too many.
func (w *rateWindow) admit(now time.Time) bool {
	if now.Sub(w.times[w.next]) < w.span {
		return false
	}
	w.times[w.next] = now
	w.next = (w.next + 1) % len(w.times)
	return true
}
