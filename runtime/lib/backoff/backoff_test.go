package backoff_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/meltica/meltica/runtime/lib/backoff"
)

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, seed)) }

var cfg = backoff.Config{Min: 100 * time.Millisecond, Max: 10 * time.Second, StableAfter: time.Minute}

func TestNextStaysInBoundsAndGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := backoff.New(cfg, seeded(rapid.Uint64().Draw(t, "seed")))
		bound := 2 * cfg.Min
		for i := range 20 {
			if d := b.Next(); d < cfg.Min || d > bound {
				t.Fatalf("delay %d is %v, want %v to %v", i, d, cfg.Min, bound)
			}
			bound = min(2*bound, cfg.Max)
		}
	})
}

func TestNextSpreads(t *testing.T) {
	// Two hundred connections cut at once: the first delays must fill the whole range.
	low, high := 0, 0
	for seed := range uint64(200) {
		if d := backoff.New(cfg, seeded(seed)).Next(); d < cfg.Min*3/2 {
			low++
		} else {
			high++
		}
	}
	if low < 60 || high < 60 {
		t.Errorf("200 first delays split %d and %d about the middle, want about 100 each", low, high)
	}
}

func TestSameSeedSameDelays(t *testing.T) {
	a, b := backoff.New(cfg, seeded(7)), backoff.New(cfg, seeded(7))
	for i := range 30 {
		if x, y := a.Next(), b.Next(); x != y {
			t.Fatalf("delay %d: got %v and %v from one seed", i, x, y)
		}
	}
}

func TestWaitStartsAnewAfterStability(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := backoff.New(cfg, seeded(1))
		took := func() time.Duration {
			start := time.Now()
			if err := b.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			return time.Since(start)
		}
		var longest time.Duration
		for range 20 {
			longest = max(longest, took())
			time.Sleep(cfg.StableAfter - time.Second) // an attempt that failed slowly
		}
		if longest <= 2*cfg.Min {
			t.Errorf("longest of 20 delays is %v: the series never grew", longest)
		}
		time.Sleep(cfg.StableAfter)
		if d := took(); d > 2*cfg.Min {
			t.Errorf("delay after %v of stability is %v, want at most %v", cfg.StableAfter, d, 2*cfg.Min)
		}
	})
}

func TestWaitEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := backoff.New(backoff.Config{Min: time.Hour, Max: time.Hour, StableAfter: time.Hour}, seeded(1))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if err := b.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the context's error", err)
		}
		if d := time.Since(start); d != time.Second {
			t.Errorf("waited %v, want 1s", d)
		}
		if err := b.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("with a dead context: got %v, want its error", err)
		}
	})
}

func TestNewRefusesImpossibleBounds(t *testing.T) {
	f := func(cfg backoff.Config, rnd *rand.Rand) {
		t.Helper()
		defer func() {
			if recover() == nil {
				t.Errorf("New(%+v) took it", cfg)
			}
		}()
		backoff.New(cfg, rnd)
	}
	f(backoff.Config{Max: time.Second, StableAfter: time.Second}, seeded(1))
	f(backoff.Config{Min: time.Minute, Max: time.Second, StableAfter: time.Second}, seeded(1))
	f(backoff.Config{Min: 1, Max: 1}, seeded(1))
	f(cfg, nil)
}
