// Package backoff spaces the attempts of a loop that talks to something that may be down:
// exponential bounds, full jitter, and a fresh start once things were quiet for long enough.
//
// Jitter is what keeps many connections that were cut in one instant from coming back in one
// instant; the lower bound is what keeps a loop from running hot.
package backoff

import (
	"context"
	"math/rand/v2"
	"time"
)

// Config bounds the delays. Every field must be set.
type Config struct {
	// Min is the shortest delay ever returned.
	Min time.Duration
	// Max is the longest delay ever returned; at least Min.
	Max time.Duration
	// StableAfter is how long the caller must have gone without calling Wait for the series
	// to start anew. It must exceed the time that one failing attempt takes.
	StableAfter time.Duration
}

// Backoff is one series of delays. It belongs to one goroutine.
type Backoff struct {
	cfg     Config
	rand    *rand.Rand
	bound   time.Duration // upper bound of the next delay
	resumed time.Time     // when the last Wait ended; zero before the first
}

// New returns a series that draws its jitter from rnd, which the Backoff uses alone from now
// on. A caller that wants reproducible delays passes a seeded source. New panics on bounds
// that can't hold.
func New(cfg Config, rnd *rand.Rand) *Backoff {
	if cfg.Min <= 0 || cfg.Max < cfg.Min || cfg.StableAfter <= 0 || rnd == nil {
		panic("backoff: New needs 0 < Min <= Max, StableAfter > 0 and a source of jitter")
	}
	b := &Backoff{cfg: cfg, rand: rnd}
	b.Reset()
	return b
}

// Next returns the next delay: uniform between Min and a bound that begins at twice Min and
// doubles up to Max with each call.
func (b *Backoff) Next() time.Duration {
	d := b.cfg.Min
	if span := b.bound - b.cfg.Min; span > 0 {
		d += time.Duration(b.rand.Int64N(int64(span) + 1))
	}
	b.bound = b.double(b.bound)
	return d
}

// Reset starts the series anew.
func (b *Backoff) Reset() { b.bound = b.double(b.cfg.Min) }

// double doubles d without overflow, up to Max.
func (b *Backoff) double(d time.Duration) time.Duration {
	if d > b.cfg.Max/2 {
		return b.cfg.Max
	}
	return 2 * d
}

// Wait sleeps for the next delay. The series starts anew first when the last Wait ended at
// least StableAfter ago: what was tried then has held. Wait ends early with the context's
// error.
func (b *Backoff) Wait(ctx context.Context) error {
	if !b.resumed.IsZero() && time.Since(b.resumed) >= b.cfg.StableAfter {
		b.Reset()
	}
	err := Sleep(ctx, b.Next())
	b.resumed = time.Now()
	return err
}

// Sleep waits for d, or returns the context's error as soon as the context is done.
func Sleep(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
