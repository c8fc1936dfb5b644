package pool_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/meltica/meltica/runtime/lib/pool"
)

// payload has about the size of a canonical event.
type payload struct{ words [32]uint64 }

func (p *payload) reset() { *p = payload{} }

// use is what every rival does with an object between its Get and its Put.
func (p *payload) use() { p.words[0]++ }

// timeoutMax is longer than a shared machine stalls a goroutine that holds an object.
const timeoutMax = time.Minute

// rivals borrow an object, use it, and give it back; each is made for one benchmark.
func rivals(capacity int) []struct {
	name string
	loan func(testing.TB)
} {
	ctx := context.Background()
	leases := pool.New(pool.Config{Name: "payloads", Capacity: capacity, Timeout: timeoutMax}, (*payload).reset)
	raw := sync.Pool{New: func() any { return new(payload) }}
	bounded := sync.Pool{New: func() any { return new(payload) }}
	permits := make(chan struct{}, capacity)
	return []struct {
		name string
		loan func(testing.TB)
	}{
		{"lease", func(tb testing.TB) {
			l, err := leases.Get(ctx)
			if err != nil {
				tb.Fatal(err)
			}
			l.Value().use()
			l.Put()
		}},
		{"sync.Pool", func(testing.TB) { // no bound, no proof
			v := raw.Get().(*payload)
			v.use()
			v.reset()
			raw.Put(v)
		}},
		{"channel", func(testing.TB) { // a bound, no timeout, no proof
			permits <- struct{}{}
			v := bounded.Get().(*payload)
			v.use()
			v.reset()
			bounded.Put(v)
			<-permits
		}},
		{"new", func(testing.TB) { newPayload().use() }},
	}
}

//go:noinline
func newPayload() *payload { return new(payload) }

func BenchmarkUncontended(b *testing.B) {
	for _, r := range rivals(8) {
		b.Run(r.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.loan(b)
			}
		})
	}
}

func BenchmarkParallel(b *testing.B) {
	for _, r := range rivals(256) {
		b.Run(r.name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					r.loan(b)
				}
			})
		})
	}
}

// Eight goroutines share two objects: most Gets wait.
func BenchmarkExhausted(b *testing.B) {
	for _, r := range rivals(2) {
		if r.name == "sync.Pool" || r.name == "new" {
			continue // unbounded
		}
		b.Run(r.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(4) // times GOMAXPROCS
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					r.loan(b)
				}
			})
		})
	}
}

// One goroutine Gets, another Puts: the way of an event through the pipeline.
func BenchmarkHandoff(b *testing.B) {
	const queued = 64
	b.Run("lease", func(b *testing.B) {
		p := pool.New(pool.Config{Name: "payloads", Capacity: 2 * queued, Timeout: timeoutMax}, (*payload).reset)
		ctx := context.Background()
		handoff(b, queued, func() pool.Lease[payload] {
			l, err := p.Get(ctx)
			if err != nil {
				b.Fatal(err)
			}
			l.Value().use()
			return l
		}, pool.Lease[payload].Put)
	})
	b.Run("sync.Pool", func(b *testing.B) {
		raw := sync.Pool{New: func() any { return new(payload) }}
		handoff(b, queued, func() *payload {
			v := raw.Get().(*payload)
			v.use()
			return v
		}, func(v *payload) {
			v.reset()
			raw.Put(v)
		})
	})
	b.Run("channel", func(b *testing.B) {
		raw := sync.Pool{New: func() any { return new(payload) }}
		permits := make(chan struct{}, 2*queued)
		handoff(b, queued, func() *payload {
			permits <- struct{}{}
			v := raw.Get().(*payload)
			v.use()
			return v
		}, func(v *payload) {
			v.reset()
			raw.Put(v)
			<-permits
		})
	})
	b.Run("new", func(b *testing.B) {
		handoff(b, queued, func() *payload {
			v := newPayload()
			v.use()
			return v
		}, func(*payload) {})
	})
}

func handoff[T any](b *testing.B, queued int, get func() T, put func(T)) {
	b.ReportAllocs()
	events := make(chan T, queued) // capacity: a short queue, less than the pool's
	var wg sync.WaitGroup
	wg.Go(func() { // ends when events is closed
		for v := range events {
			put(v)
		}
	})
	for b.Loop() {
		events <- get()
	}
	close(events)
	wg.Wait()
}
