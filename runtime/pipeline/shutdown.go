package pipeline

import (
	"context"
	"sync"
	"time"

	"github.com/meltica/meltica/runtime/lib/pool"
)

// Outcome is what a run left behind. Its zero value is a clean end.
type Outcome struct {
	Unreturned []pool.Unreturned // leases that were not Put in time (FR-027)
	Stuck      []string          // subscriptions whose handler did not return
	IntakeOpen bool              // a provider did not stop
	GaveUp     []string          // providers that ended before the shutdown
	Took       time.Duration     // of the shutdown
}

// Clean reports whether everything was returned, everybody stopped, and nobody did so before.
func (o Outcome) Clean() bool {
	return len(o.Unreturned) == 0 && len(o.Stuck) == 0 && !o.IntakeOpen && len(o.GaveUp) == 0
}

// shutdown takes the stages down against the flow of the data, within one budget of time for
// all (FR-026): the intake stops, so nothing new enters; the bus hands out what is pending and
// ends the consumers; the pools wait for the last lease and name those that do not come back. A
// provider that hangs has half of the time, so that the consumers see what is pending; a consumer
// that hangs holds clones and no lease, so that the pools need no time of their own then.
func (p *Pipeline) shutdown(stop context.CancelFunc, intake *sync.WaitGroup) Outcome {
	start := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), p.cfg.Shutdown.Timeout)
	defer cancel()

	stop()
	var o Outcome
	o.IntakeOpen = !waitFor(ctx, p.cfg.Shutdown.Timeout/2, intake)
	o.Stuck = p.bus.Close(ctx)
	o.Unreturned = p.pools.Drain(ctx)
	o.Took = time.Since(start)

	for _, u := range o.Unreturned {
		p.log.Error("lease not returned", "lease", u.String())
	}
	for _, s := range p.bus.Stats() {
		if s.Err != nil {
			p.log.Error("consumer failed", "consumer", s.Name, "errors", s.Failed, "panics", s.Panicked, "last", s.Err)
		}
	}
	for _, name := range o.Stuck {
		p.log.Error("consumer did not return", "consumer", name)
	}
	if o.IntakeOpen {
		p.log.Error("a provider did not stop in time")
	}
	return o
}

// waitFor waits for a group and reports whether it ended within the time and before ctx.
func waitFor(ctx context.Context, timeout time.Duration, wg *sync.WaitGroup) bool {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	done := make(chan struct{})
	// Ends with the group; if that is never, the process is on its way out.
	go func() {
		wg.Wait()
		close(done)
	}()
	select {
	case <-done:
		return true
	case <-ctx.Done():
		return false
	}
}
