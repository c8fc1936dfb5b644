package orchestrator_test

import (
	"context"
	"testing"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/lib/leaktest"
	"github.com/meltica/meltica/runtime/orchestrator"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// next is a Next that keeps clones and gives every lease back; with hold it keeps the merged ones
// on loan.
type next struct {
	events int
	last   *eventv1.CanonicalEvent
	merged []*eventv1.MergedEvent
	hold   bool
	held   []eventv1.MergedEventLease
}

func (n *next) Publish(lease eventv1.CanonicalEventLease) {
	n.events++
	n.last = lease.Value().Clone()
	lease.Put()
}

func (n *next) PublishMerged(lease eventv1.MergedEventLease) {
	n.merged = append(n.merged, lease.Value().Clone())
	if n.hold {
		n.held = append(n.held, lease)
		return
	}
	lease.Put()
}

func (n *next) release() {
	for _, lease := range n.held {
		lease.Put()
	}
	n.held = nil
}

// putter is a Next that only gives the leases back.
type putter struct{}

func (putter) Publish(lease eventv1.CanonicalEventLease)    { lease.Put() }
func (putter) PublishMerged(lease eventv1.MergedEventLease) { lease.Put() }

// tester is what testing.TB and rapid.T share.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

type fixture struct {
	t         tester
	pools     *eventv1.Pools
	next      *next
	published uint64
	*orchestrator.Orchestrator
}

// rule merges trades, tickers and books of BTC-USDT and ETH-USDT over a and b, by 100 ns or 4 events.
func rule() orchestrator.Rule {
	return orchestrator.Rule{
		Symbols:   []string{"BTC-USDT", "ETH-USDT"},
		Kinds:     []eventv1.EventKind{eventv1.EventKindTrade, eventv1.EventKindTicker, eventv1.EventKindBookSnapshot},
		Providers: []string{"b", "a"}, Window: 100, EventsMax: 4,
	}
}

func newFixture(t tester, rules ...orchestrator.Rule) *fixture {
	t.Helper()
	f := &fixture{t: t, pools: eventv1.NewPools(eventv1.PoolsConfig{MergedEvent: eventv1.PoolConfig{Capacity: 2}}), next: &next{}}
	o, err := orchestrator.New(orchestrator.Config{Rules: rules, Pools: f.pools, Next: f.next})
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	f.Orchestrator = o
	return f
}

// publish publishes an event of BTC-USDT that set has made.
func (f *fixture) publish(provider string, ingest int64, set func(ev *eventv1.CanonicalEvent)) {
	f.t.Helper()
	lease, err := f.pools.CanonicalEvent.Get(context.Background())
	if err != nil {
		f.t.Fatalf("Get: %v", err)
	}
	ev := lease.Value()
	ev.Provider, ev.Symbol, ev.IngestTime = provider, "BTC-USDT", ingest
	ev.TraceID[0], ev.TraceID[1] = provider[0], byte(ingest)
	set(ev)
	f.published++
	f.Publish(lease)
}

func trade(price, quantity string) func(ev *eventv1.CanonicalEvent) {
	return func(ev *eventv1.CanonicalEvent) {
		t := ev.SetTrade()
		t.Price, t.Quantity = decimal.MustParse(price), decimal.MustParse(quantity)
	}
}

// ticker is a ticker of one bid and ask, each "price quantity" or "" for none.
func ticker(bidPrice, bidQuantity, askPrice, askQuantity string) func(ev *eventv1.CanonicalEvent) {
	return func(ev *eventv1.CanonicalEvent) {
		t := ev.SetTicker()
		t.BidPrice, t.BidQuantity = decimal.MustParse(bidPrice), decimal.MustParse(bidQuantity)
		t.AskPrice, t.AskQuantity = decimal.MustParse(askPrice), decimal.MustParse(askQuantity)
	}
}

// takeMerged returns the merged events since the last call.
func (f *fixture) takeMerged() []*eventv1.MergedEvent {
	merged := f.next.merged
	f.next.merged = nil
	return merged
}

// check fails the test unless every lease is back and every event is accounted for and handed on.
func (f *fixture) check() {
	f.t.Helper()
	s := f.Stats()
	if sum := s.Passed + s.Folded + s.Late; sum != f.published || f.next.events != int(f.published) {
		f.t.Errorf("%d events published, %d accounted for (%+v), %d handed on", f.published, sum, s, f.next.events)
	}
	if n := f.pools.CanonicalEvent.Stats().InUse; n != 0 {
		f.t.Errorf("%d canonical events on loan, want 0", n)
	}
	if n := f.pools.MergedEvent.Stats().InUse; int(n) != len(f.next.held) {
		f.t.Errorf("%d merged events on loan, want %d", n, len(f.next.held))
	}
}
