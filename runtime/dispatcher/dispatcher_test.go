package dispatcher_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"weak"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/dispatcher"
	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/lib/leaktest"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// table is a Routes whose lanes all want everything.
type table struct {
	version uint64
	lanes   []dispatcher.Lane
	asked   atomic.Int64
}

func (t *table) Version() uint64 { return t.version }

func (t *table) AppendLanes(dst []dispatcher.Lane, _ eventv1.CanonicalEventStreamKey) []dispatcher.Lane {
	t.asked.Add(1)
	return append(dst, t.lanes...)
}

func (t *table) set(lanes ...dispatcher.Lane) {
	t.lanes = lanes
	t.version++
}

// recorder is a Lane that keeps what it is given.
type recorder struct {
	events  []*eventv1.CanonicalEvent
	streams map[eventv1.CanonicalEventStreamKey]uint32
}

func (r *recorder) Enqueue(stream uint32, clone *eventv1.CanonicalEvent) {
	r.events = append(r.events, clone)
	if r.streams == nil {
		r.streams = make(map[eventv1.CanonicalEventStreamKey]uint32)
	}
	r.streams[clone.StreamKey()] = stream
}

// discard is a Lane that forgets.
type discard struct{}

func (discard) Enqueue(uint32, *eventv1.CanonicalEvent) {}

type fixture struct {
	t     testing.TB
	pools *eventv1.Pools
	table table
	*dispatcher.Dispatcher
}

func newFixture(t testing.TB, lanes ...dispatcher.Lane) *fixture {
	f := &fixture{t: t, pools: eventv1.NewPools(eventv1.PoolsConfig{})}
	f.table.set(lanes...)
	f.Dispatcher = dispatcher.New(&f.table)
	return f
}

func (f *fixture) lease() eventv1.CanonicalEventLease {
	lease, err := f.pools.CanonicalEvent.Get(context.Background())
	if err != nil {
		f.t.Fatal(err)
	}
	return lease
}

// ticker publishes a ticker, whose sequence may skip.
func (f *fixture) ticker(symbol string, epoch uint32, seq uint64, ingest int64) {
	lease := f.lease()
	ev := lease.Value()
	ev.SetTicker().BidPrice = decimal.MustParse("1.50")
	ev.Provider, ev.Symbol = "sim", symbol
	ev.Epoch, ev.SeqFirst, ev.SeqLast, ev.IngestTime = epoch, seq, seq, ingest
	f.Publish(lease)
}

func (f *fixture) trade(symbol string, seq uint64) {
	lease := f.lease()
	ev := lease.Value()
	trade := ev.SetTrade()
	trade.Price, trade.Quantity = decimal.MustParse("61840.12"), decimal.MustParse("0.5")
	ev.Provider, ev.Symbol, ev.SeqFirst, ev.SeqLast = "sim", symbol, seq, seq
	f.Publish(lease)
}

// update publishes a book update.
func (f *fixture) update(epoch uint32, first, last uint64) {
	lease := f.lease()
	ev := lease.Value()
	ev.SetBookUpdate()
	ev.Provider, ev.Symbol, ev.Epoch, ev.SeqFirst, ev.SeqLast = "sim", "BTC-USDT", epoch, first, last
	f.Publish(lease)
}

// atRest fails the test unless every lease is back and every event is accounted for.
func (f *fixture) atRest() {
	f.t.Helper()
	if n := f.pools.CanonicalEvent.Stats().InUse; n != 0 {
		f.t.Errorf("%d leases on loan, want 0", n)
	}
	c := f.Counters()
	if sum := c.Dispatched.Load() + c.Duplicate.Load() + c.Late.Load() + c.Refused.Load(); sum != c.In.Load() {
		f.t.Errorf("accounted for %d events of %d", sum, c.In.Load())
	}
}

func TestEachLaneGetsAnEqualCloneOfItsOwn(t *testing.T) {
	var a, b recorder
	f := newFixture(t, &a, &b)
	f.trade("BTC-USDT", 7)
	f.trade("BTC-USDT", 7) // seen
	if got := f.Counters().Clones.Load(); got != 2 {
		t.Errorf("Clones = %d, want 2", got)
	}
	if len(a.events) != 1 || len(b.events) != 1 {
		t.Fatalf("lanes got %d and %d events, want 1 and 1", len(a.events), len(b.events))
	}
	if a.events[0] == b.events[0] || a.events[0].Trade() == b.events[0].Trade() {
		t.Error("two lanes share a clone")
	}
	if !a.events[0].Equal(b.events[0]) || a.events[0].SeqLast != 7 {
		t.Errorf("clones differ: %+v, %+v", a.events[0], b.events[0])
	}
	f.atRest()
}

func TestPublishWithoutSubscribersReturnsTheLease(t *testing.T) {
	f := newFixture(t)
	f.trade("BTC-USDT", 1)
	f.atRest()
}

// TestStreamOrder walks one stream through duplicates, late events, epochs and missing sequences.
func TestStreamOrder(t *testing.T) {
	var lane recorder
	f := newFixture(t, &lane)
	step := func(epoch uint32, seq uint64, ingest int64, want bool) {
		t.Helper()
		before := len(lane.events)
		f.ticker("BTC-USDT", epoch, seq, ingest)
		if got := len(lane.events) > before; got != want {
			t.Errorf("epoch %d seq %d ingest %d: delivered %t, want %t", epoch, seq, ingest, got, want)
		}
	}
	step(1, 10, 100, true)
	step(1, 10, 101, false) // duplicate
	step(1, 9, 102, false)  // late
	step(1, 15, 103, true)  // tickers skip
	step(2, 3, 104, true)   // the venue restarted its sequence
	step(2, 3, 105, false)
	step(1, 99, 106, false) // the old connection still talks
	step(2, 4, 50, true)    // the sequence decides, not the clock
	step(3, 0, 60, true)    // an epoch without sequences: ingest time decides
	step(3, 0, 60, true)    // equal times keep the order of arrival
	step(3, 0, 59, false)
	step(3, 0, 61, true)
	step(3, 2, 62, true) // its first sequence, lower than those of the epoch before
	step(3, 0, 63, true)
	step(3, 2, 64, false) // the event without a sequence does not make it new
	c := f.Counters()
	if d, l := c.Duplicate.Load(), c.Late.Load(); d != 3 || l != 3 {
		t.Errorf("Duplicate = %d, Late = %d; want 3, 3", d, l)
	}
	f.atRest()
}

func TestGapsAreCountedWhereSequencesHaveNone(t *testing.T) {
	f := newFixture(t, discard{})
	gaps := func(want uint64) {
		t.Helper()
		if got := f.Counters().Gaps.Load(); got != want {
			t.Errorf("Gaps = %d, want %d", got, want)
		}
	}
	f.trade("BTC-USDT", 100) // a stream may begin anywhere
	f.trade("BTC-USDT", 101)
	gaps(0)
	f.trade("BTC-USDT", 103)
	gaps(1)
	f.ticker("BTC-USDT", 0, 1, 0)
	f.ticker("BTC-USDT", 0, 9, 0)
	gaps(1)
	f.update(1, 0, 0) // the mark that the book is stale
	f.update(1, 50, 52)
	f.update(1, 51, 55) // overlaps, as diffs may
	gaps(1)
	f.update(1, 57, 58)
	gaps(2)
	f.update(2, 70, 71)
	gaps(2)
}

// TestLanesAreAskedForOnce: the routes are asked when a stream begins and when they have changed.
func TestLanesAreAskedForOnce(t *testing.T) {
	f := newFixture(t, discard{})
	for seq := uint64(1); seq <= 10; seq++ {
		f.trade("BTC-USDT", seq)
		if seq == 5 {
			f.table.set(discard{}, discard{})
		}
	}
	if n := f.table.asked.Load(); n != 2 {
		t.Errorf("asked %d times, want 2", n)
	}
}

// TestEndedLaneIsLetGo: a stream does not keep what has ended in memory.
func TestEndedLaneIsLetGo(t *testing.T) {
	f := newFixture(t)
	lane := new(recorder)
	ended := weak.Make(lane)
	f.table.set(discard{}, lane)
	f.trade("BTC-USDT", 1)
	f.table.set(discard{})
	f.trade("BTC-USDT", 2)
	runtime.GC()
	if ended.Value() != nil {
		t.Error("a lane that is out of the routes is still in memory")
	}
	f.atRest()
}

// TestConnectionsCarryTheSameStreams: goroutines publish the same trades of ever new streams;
// whichever is first, each trade is dispatched once.
func TestConnectionsCarryTheSameStreams(t *testing.T) {
	const streams, connections = 2000, 8
	f := newFixture(t)
	var wg sync.WaitGroup
	for range connections {
		wg.Go(func() {
			for i := range streams {
				f.trade(fmt.Sprintf("S%d-USDT", i), 1)
			}
		})
	}
	wg.Wait()
	if c := f.Counters(); c.Dispatched.Load() != streams || c.Duplicate.Load() != streams*(connections-1) {
		t.Errorf("dispatched %d, seen before %d; want %d and the rest", c.Dispatched.Load(), c.Duplicate.Load(), streams)
	}
	f.atRest()
}

func TestStreamsHaveDenseNumbers(t *testing.T) {
	var lane recorder
	f := newFixture(t, &lane)
	for i := range 5 {
		f.trade(fmt.Sprintf("S%d-USDT", i), 1)
		f.trade(fmt.Sprintf("S%d-USDT", i), 2)
	}
	seen := make(map[uint32]bool)
	for key, n := range lane.streams {
		if n >= 5 || seen[n] {
			t.Errorf("stream %v has number %d, want each of 0 to 4 once", key, n)
		}
		seen[n] = true
	}
}

func TestStreamsAreBounded(t *testing.T) {
	f := newFixture(t, discard{})
	for i := range dispatcher.StreamsMax + 3 {
		f.trade(fmt.Sprintf("S%d-USDT", i), 1)
	}
	if got := f.Counters().Refused.Load(); got != 3 {
		t.Errorf("Refused = %d, want 3", got)
	}
	f.atRest()
}

// TestRoutesChangeBetweenEvents changes the routes at random while events flow: a lane gets each
// event that was published while it was in the table, once and in order, and no other.
func TestRoutesChangeBetweenEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pools := eventv1.NewPools(eventv1.PoolsConfig{})
		lanes := []*recorder{{}, {}, {}}
		want := make([][]uint64, len(lanes))
		var routes table
		routes.set()
		d := dispatcher.New(&routes)
		in := map[int]bool{}
		for seq := uint64(1); seq <= 40; seq++ {
			if i := rapid.IntRange(-3, len(lanes)-1).Draw(t, "toggle"); i >= 0 {
				in[i] = !in[i]
				var now []dispatcher.Lane
				for j, lane := range lanes {
					if in[j] {
						now = append(now, lane)
					}
				}
				routes.set(now...)
			}
			lease, err := pools.CanonicalEvent.Get(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			ev := lease.Value()
			ev.SetTrade()
			ev.SeqFirst, ev.SeqLast = seq, seq
			d.Publish(lease)
			for j := range lanes {
				if in[j] {
					want[j] = append(want[j], seq)
				}
			}
		}
		for j, lane := range lanes {
			var got []uint64
			for _, ev := range lane.events {
				got = append(got, ev.SeqLast)
			}
			if fmt.Sprint(got) != fmt.Sprint(want[j]) {
				t.Fatalf("lane %d got %v, want %v", j, got, want[j])
			}
		}
	})
}

// TestDeliveredSequenceRises publishes any mix of epochs and sequences: per stream, what is
// delivered rises strictly (I4 of the ordering rule), and every lease comes back.
func TestDeliveredSequenceRises(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var lane recorder
		f := newFixture(t, &lane)
		for range rapid.IntRange(1, 60).Draw(rt, "n") {
			f.ticker(rapid.SampledFrom([]string{"A-B", "C-D"}).Draw(rt, "symbol"),
				rapid.Uint32Range(0, 3).Draw(rt, "epoch"), rapid.Uint64Range(1, 20).Draw(rt, "seq"), 0)
		}
		last := map[string]*eventv1.CanonicalEvent{}
		for _, ev := range lane.events {
			if p := last[ev.Symbol]; p != nil && (ev.Epoch < p.Epoch || ev.Epoch == p.Epoch && ev.SeqLast <= p.SeqLast) {
				rt.Fatalf("%s: epoch %d seq %d after epoch %d seq %d", ev.Symbol, ev.Epoch, ev.SeqLast, p.Epoch, p.SeqLast)
			}
			last[ev.Symbol] = ev
		}
		f.atRest()
	})
}

func BenchmarkPublish(b *testing.B) {
	for _, n := range []int{0, 1, 4, 16} {
		b.Run(fmt.Sprintf("subscribers=%d", n), func(b *testing.B) {
			lanes := make([]dispatcher.Lane, n)
			for i := range lanes {
				lanes[i] = discard{}
			}
			f := newFixture(b, lanes...)
			seq := uint64(0)
			b.ReportAllocs()
			for b.Loop() {
				seq++
				f.trade("BTC-USDT", seq)
			}
		})
	}
}
