package dispatcher

import (
	"context"
	"time"
	clock "time"

	. "time"
)

type event struct{ ingest int64 }

type sequencer struct {
	now  int64
	wait time.Duration
	ask  func() time.Time
}

// Wrong ones.

func (s *sequencer) late(e event) bool {
	return time.Now().UnixNano()-e.ingest > int64(s.wait) // want `^runtime/dispatcher reads the clock with time.Now: take the time from the event's ingest time or from a tick of the pipeline$`
}

func age(at time.Time) time.Duration { return time.Since(at) } // want `reads the clock with time.Since`

func left(at time.Time) time.Duration { return time.Until(at) } // want `reads the clock with time.Until`

func flush(done chan struct{}) {
	select {
	case <-done:
	case <-time.After(time.Second): // want `reads the clock with time.After`
	}
}

func later(f func()) { time.AfterFunc(time.Second, f) } // want `reads the clock with time.AfterFunc`

func timer() *time.Timer { return time.NewTimer(time.Second) } // want `reads the clock with time.NewTimer`

func ticker() *time.Ticker { return time.NewTicker(time.Second) } // want `reads the clock with time.NewTicker`

func tick() <-chan time.Time { return time.Tick(time.Second) } // want `reads the clock with time.Tick`

func pause() { time.Sleep(time.Millisecond) } // want `reads the clock with time.Sleep`

func renamed() int64 { return clock.Now().UnixNano() } // want `reads the clock with time.Now`

func dotted() int64 { return Now().UnixNano() } // want `reads the clock with time.Now`

func passedOn() sequencer { return sequencer{ask: time.Now} } // want `reads the clock with time.Now`

var started = time.Now() // want `reads the clock with time.Now`

func inClosure() func() int64 {
	return func() int64 { return time.Now().UnixNano() } // want `reads the clock with time.Now`
}

func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, time.Second) // want `reads the clock with context.WithTimeout`
}

func until(ctx context.Context, at time.Time) (context.Context, context.CancelFunc) {
	return context.WithDeadline(ctx, at) // want `reads the clock with context.WithDeadline`
}

func (s *sequencer) Close() { time.Sleep(s.wait) } // want `reads the clock with time.Sleep`

// Right ones that look alike.

func (s *sequencer) Tick(now int64) { s.now = now }

func (s *sequencer) lateByTick(e event) bool { return s.now-e.ingest > int64(s.wait) }

func when(e event) time.Time { return time.Unix(0, e.ingest) }

func gap(a, b time.Time) time.Duration { return b.Sub(a).Round(time.Millisecond) }

func before(a, b time.Time) bool { return a.After(b) } // the method compares, the function waits

func parse(s string) (time.Time, error) { return time.Parse(time.RFC3339, s) }

type source struct{}

func (source) Now() int64 { return 1 }

func other(s source) int64 { return s.Now() }

func local() int64 {
	now := func() int64 { return 2 }
	return now()
}

func injected(s *sequencer) time.Time { return s.ask() }

func cancellable(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(ctx)
}
