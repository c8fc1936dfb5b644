package pipeline

import (
	"github.com/meltica/meltica/runtime/databus"
	"github.com/meltica/meltica/runtime/lib/pool"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/telemetry"
)

// Stats is the state of the pipeline at one moment, for operators (LM-08).
type Stats struct {
	Providers     []ProviderStats
	Subscriptions []databus.Stats
	Pools         []pool.Stats
	Latency       telemetry.Quantiles // from frame receipt to handler entry, all subscriptions

	// What the dispatcher did not let through to any subscription.
	Late, Seen uint64 // older than what its stream has delivered; delivered already
	Refused    uint64 // of more streams than it keeps
}

// ProviderStats is what one provider has counted.
type ProviderStats struct {
	Name string
	provider.Stats
}

// Events is how many events the provider has handed on, of all kinds.
func (s ProviderStats) Events() uint64 {
	return s.Trades + s.Tickers + s.BookUpdates + s.BookSnapshots + s.Klines + s.Statuses
}

// Stats reads the state. It allocates; call it about once a second.
func (p *Pipeline) Stats() Stats {
	s := Stats{Pools: []pool.Stats{
		p.pools.WsFrame.Stats(), p.pools.ProviderRaw.Stats(), p.pools.CanonicalEvent.Stats(),
		p.pools.MergedEvent.Stats(), p.pools.OrderRequest.Stats(), p.pools.ExecReport.Stats(),
	}}
	for _, v := range p.providers {
		s.Providers = append(s.Providers, ProviderStats{Name: v.Name(), Stats: v.Stats()})
	}
	c := p.dispatcher.Counters()
	s.Late, s.Seen, s.Refused = c.Late.Load(), c.Duplicate.Load(), c.Refused.Load()
	sum := telemetry.NewHistogram()
	s.Subscriptions = p.bus.Stats()
	p.bus.AddLatencies(sum)
	s.Latency = sum.Quantiles()
	return s
}

func (s Stats) sum(f func(databus.Stats) uint64) uint64 {
	var n uint64
	for _, sub := range s.Subscriptions {
		n += f(sub)
	}
	return n
}

// Delivered is how many events handlers have seen.
func (s Stats) Delivered() uint64 {
	return s.sum(func(d databus.Stats) uint64 { return d.Delivered })
}

// Dropped is how many events were pushed out of full queues.
func (s Stats) Dropped() uint64 {
	return s.sum(func(d databus.Stats) uint64 { return d.Dropped })
}

// Conflated is how many events were replaced by or merged into another.
func (s Stats) Conflated() uint64 {
	return s.sum(func(d databus.Stats) uint64 { return d.Conflated + d.Merged })
}

// Lent is how many times a pooled object was lent.
func (s Stats) Lent() uint64 {
	var n uint64
	for _, p := range s.Pools {
		n += p.Gets
	}
	return n
}

// OnLoan is how many pooled objects are on loan.
func (s Stats) OnLoan() int {
	n := 0
	for _, p := range s.Pools {
		n += p.InUse
	}
	return n
}
