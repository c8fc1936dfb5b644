package main

import (
	"context"
	"math"
	"testing"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/bench/baseline"
	"github.com/meltica/meltica/runtime/databus"
	"github.com/meltica/meltica/runtime/dispatcher"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/binance"
)

// keeper is a lane and a handler that keeps what it gets, without what differs by design.
type keeper struct{ events []*eventv1.CanonicalEvent }

func (k *keeper) Enqueue(_ uint32, clone *eventv1.CanonicalEvent) { k.keep(clone) }

// Handle implements databus.Handler. The test owns the bus, and its events.
func (k *keeper) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	k.keep(ev.Clone())
	return nil
}

func (k *keeper) keep(ev *eventv1.CanonicalEvent) {
	if ev.Kind == eventv1.EventKindBookSnapshot {
		return // published at other moments
	}
	ev.EmitTime, ev.TraceID, ev.Epoch = 0, eventv1.TraceID{}, 0
	k.events = append(k.events, ev)
}

type oneRoute struct{ lane dispatcher.Lane }

func (oneRoute) Version() uint64 { return 1 }

func (r oneRoute) AppendLanes(dst []dispatcher.Lane, _ eventv1.CanonicalEventStreamKey) []dispatcher.Lane {
	return append(dst, r.lane)
}

// TestBothFlowsMakeTheSameEvents feeds the same messages to both rivals: what is compared for
// speed must do the same work.
func TestBothFlowsMakeTheSameEvents(t *testing.T) {
	messages, source, err := loadMessages("../../../shared/captures")
	if err != nil {
		t.Fatal(err)
	}
	t.Log(source)
	messages = messages[:min(len(messages), 20_000)]

	var mine keeper
	venue, err := binance.New(binance.Config{})
	if err != nil {
		t.Fatal(err)
	}
	adapter, err := provider.NewAdapter(venue, provider.Config{
		Name: "binance", Symbols: []string{"BTC-USDT"}, Pools: eventv1.NewPools(eventv1.PoolsConfig{}),
		Sink: dispatcher.New(oneRoute{&mine}), Seed: 1, SnapshotEvery: math.MaxInt64, RefreshEvery: math.MaxInt64,
	})
	if err != nil {
		t.Fatal(err)
	}
	var theirs keeper
	bus := databus.New(databus.Config{QueueMax: 1 << 20, ConflateAt: 1 << 20})
	if _, err := bus.Subscribe("keeper", databus.Filter{}, &theirs); err != nil {
		t.Fatal(err)
	}
	flow := baseline.New(baseline.Config{
		Symbols: map[string]string{"BTCUSDT": "BTC-USDT"}, Bus: bus, Now: func() int64 { return 0 },
	})
	for i, m := range messages {
		ingest := int64(i + 1)
		if err := adapter.Feed(m.data, ingest); err != nil {
			t.Fatal(err)
		}
		if err := flow.Frame(m.data, ingest); err != nil {
			t.Fatal(err)
		}
	}
	bus.Close(t.Context())
	if len(mine.events) == 0 || len(mine.events) != len(theirs.events) {
		t.Fatalf("ours makes %d events, the baseline %d", len(mine.events), len(theirs.events))
	}
	for i, ev := range mine.events {
		if !ev.Equal(theirs.events[i]) {
			t.Fatalf("event %d differs:\n%+v %+v\n%+v %+v", i, ev, ev.Payload, theirs.events[i], theirs.events[i].Payload)
		}
	}
}
