package orchestrator_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/lib/leaktest"
	"github.com/meltica/meltica/runtime/orchestrator"
)

// counter is a Next for many goroutines, which checks that merged events of a key come in order.
type counter struct {
	t      *testing.T
	events atomic.Uint64

	mu     sync.Mutex // protects the following
	merged uint64
	folded uint64
	closed map[eventv1.MergedEventStreamKey]int64
}

func (c *counter) Publish(lease eventv1.CanonicalEventLease) {
	c.events.Add(1)
	lease.Put()
}

func (c *counter) PublishMerged(lease eventv1.MergedEventLease) {
	m := lease.Value()
	c.mu.Lock()
	c.merged++
	c.folded += uint64(m.EventCount)
	if last := c.closed[m.StreamKey()]; m.WindowOpen < last-1 || m.WindowOpen >= m.WindowClose {
		c.t.Errorf("%s: window [%d,%d) after one that closed at %d", m.Symbol, m.WindowOpen, m.WindowClose, last)
	}
	for _, f := range m.Fragments {
		if f.IngestTime < m.WindowOpen || f.IngestTime >= m.WindowClose || f.EventCount == 0 {
			c.t.Errorf("%s: fragment %+v in window [%d,%d)", m.Symbol, f, m.WindowOpen, m.WindowClose)
		}
	}
	c.closed[m.StreamKey()] = m.WindowClose
	c.mu.Unlock()
	lease.Put()
}

// TestConnectionsPublishAtOnce has one goroutine for each provider and one that ticks, all on one
// clock.
func TestConnectionsPublishAtOnce(t *testing.T) {
	const rounds, eachRound = 500, 10
	const each = rounds * eachRound
	pools := eventv1.NewPools(eventv1.PoolsConfig{})
	leaktest.Leases(t, pools.Drain)
	r := rule()
	r.Providers, r.EventsMax = []string{"a", "b", "c", "d"}, 50
	sink := &counter{t: t, closed: make(map[eventv1.MergedEventStreamKey]int64)}
	o, err := orchestrator.New(orchestrator.Config{Rules: []orchestrator.Rule{r}, Pools: pools, Next: sink})
	if err != nil {
		t.Fatal(err)
	}
	var clock atomic.Int64
	publish := func(provider string, n int) {
		lease, err := pools.CanonicalEvent.Get(context.Background())
		if err != nil {
			t.Error(err)
			return
		}
		ev := lease.Value()
		ev.Provider, ev.Symbol, ev.IngestTime = provider, r.Symbols[n%2], clock.Add(1)
		ev.SetTrade().Price, ev.Trade().Quantity = decimal.MustParse("10"), decimal.MustParse("1")
		o.Publish(lease)
	}
	for range rounds { // so that all have a turn on one core, too
		var wg sync.WaitGroup
		for _, p := range r.Providers {
			wg.Go(func() { // ends after its events
				for n := range eachRound {
					publish(p, n)
				}
			})
		}
		wg.Go(func() { // ends at once
			o.Tick(clock.Load())
			o.Stats()
		})
		wg.Wait()
	}
	o.Tick(clock.Load() + 1000)
	s := o.Stats()
	if n := sink.events.Load(); n != 4*each || s.Folded+s.Late != 4*each || s.Passed != 0 {
		t.Errorf("%d events handed on, %+v; want %d", n, s, 4*each)
	}
	if s.Merged != sink.merged || s.Merged == 0 || s.Open != 0 || sink.folded > s.Folded || s.Exhausted != 0 || s.Overflowed != 0 {
		t.Errorf("%d merged with %d events, %+v", sink.merged, sink.folded, s)
	}
}

// digest is a Next that hashes all it is given, in order.
type digest struct {
	sum  []byte
	json []byte
}

func (d *digest) Publish(lease eventv1.CanonicalEventLease) {
	d.add(lease.Value().AppendJSON(d.json[:0]))
	lease.Put()
}

func (d *digest) PublishMerged(lease eventv1.MergedEventLease) {
	d.add(lease.Value().AppendJSON(d.json[:0]))
	lease.Put()
}

func (d *digest) add(text []byte, err error) {
	if err != nil {
		panic(err)
	}
	h := fnv.New128a()
	h.Write(d.sum)
	h.Write(text)
	d.json, d.sum = text, h.Sum(nil)
}

// TestDeterminism publishes one sequence twice: byte for byte the same comes out (I15), merge ids
// included.
func TestDeterminism(t *testing.T) {
	run := func() string {
		pools := eventv1.NewPools(eventv1.PoolsConfig{})
		leaktest.Leases(t, pools.Drain)
		sink := &digest{}
		o, err := orchestrator.New(orchestrator.Config{Rules: []orchestrator.Rule{rule()}, Pools: pools, Next: sink})
		if err != nil {
			t.Fatal(err)
		}
		for i := range int64(2000) {
			lease, err := pools.CanonicalEvent.Get(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			ev := lease.Value()
			ev.Provider, ev.Symbol, ev.IngestTime = string("abz"[i%3]), rule().Symbols[i/3%2], i*17-i%7*60
			ev.SetTrade().Price, ev.Trade().Quantity = decimal.MustParse(fmt.Sprint(i+1)), decimal.MustParse("0.25")
			o.Publish(lease)
			if i%10 == 0 {
				o.Tick(i * 17)
			}
		}
		if s := o.Stats(); s.Merged < 100 || s.Late < 10 || s.Partial < 1 {
			t.Fatalf("the sequence shows too little: %+v", s)
		}
		return fmt.Sprintf("%x", sink.sum)
	}
	if a, b := run(), run(); a != b {
		t.Errorf("two runs differ: %s and %s", a, b)
	}
}
