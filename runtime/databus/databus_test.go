package databus_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/databus"
	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/lib/leaktest"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

type handlerFunc func(context.Context, *eventv1.CanonicalEvent) error

func (f handlerFunc) Handle(ctx context.Context, ev *eventv1.CanonicalEvent) error { return f(ctx, ev) }

// gate is a handler that keeps clones of what it got, and waits at each event while it is shut.
type gate struct {
	mu   sync.Mutex
	got  []*eventv1.CanonicalEvent
	open chan struct{}
}

func newGate() *gate { return &gate{open: make(chan struct{})} }

func (g *gate) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	<-g.open
	g.mu.Lock()
	defer g.mu.Unlock()
	g.got = append(g.got, ev.Clone())
	return nil
}

func (g *gate) events() []*eventv1.CanonicalEvent {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.got)
}

func trade(symbol string, seq uint64) *eventv1.CanonicalEvent {
	ev := new(eventv1.CanonicalEvent)
	ev.SetTrade().Price = decimal.MustParse("2.5")
	ev.Provider, ev.Symbol, ev.SeqFirst, ev.SeqLast = "sim", symbol, seq, seq
	return ev
}

func ticker(symbol string, seq uint64) *eventv1.CanonicalEvent {
	ev := new(eventv1.CanonicalEvent)
	ev.SetTicker()
	ev.Provider, ev.Symbol, ev.SeqFirst, ev.SeqLast = "sim", symbol, seq, seq
	return ev
}

func status(seq uint64) *eventv1.CanonicalEvent {
	ev := new(eventv1.CanonicalEvent)
	ev.SetInstrumentStatus().Status = eventv1.TradingStatusTrading
	ev.SeqFirst, ev.SeqLast = seq, seq
	return ev
}

// update is a book update of whole prices and quantities, bids[price] = quantity.
func update(epoch uint32, seq uint64, bids ...[2]int64) *eventv1.CanonicalEvent {
	ev := new(eventv1.CanonicalEvent)
	body := ev.SetBookUpdate()
	for _, l := range bids {
		price, errPrice := decimal.New(l[0], 0)
		quantity, errQuantity := decimal.New(l[1], 0)
		if err := errors.Join(errPrice, errQuantity); err != nil {
			panic(err)
		}
		body.Bids = append(body.Bids, eventv1.Level{Price: price, Quantity: quantity})
	}
	ev.Epoch, ev.SeqFirst, ev.SeqLast = epoch, seq, seq
	return ev
}

func subscribe(t *testing.T, b *databus.Bus, name string, f databus.Filter, h databus.Handler) *databus.Subscription {
	t.Helper()
	s, err := b.Subscribe(name, f, h)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// closeBus waits for everything to be handled.
func closeBus(t *testing.T, b *databus.Bus) {
	t.Helper()
	if stuck := b.Close(t.Context()); stuck != nil {
		t.Errorf("Close: stuck %v, want none", stuck)
	}
}

func seqs(events []*eventv1.CanonicalEvent) []uint64 {
	var out []uint64
	for _, ev := range events {
		out = append(out, ev.SeqLast)
	}
	return out
}

func TestFilter(t *testing.T) {
	key := eventv1.CanonicalEventStreamKey{Provider: "p", Symbol: "A-B", Kind: eventv1.EventKindTrade}
	f := func(filter databus.Filter, want bool) {
		t.Helper()
		if got := filter.Matches(key); got != want {
			t.Errorf("%+v matches %t, want %t", filter, got, want)
		}
	}
	f(databus.Filter{}, true)
	f(databus.Filter{Symbols: []string{"A-B"}, Kinds: []eventv1.EventKind{eventv1.EventKindTrade}, Providers: []string{"p"}}, true)
	f(databus.Filter{Symbols: []string{"X-Y"}}, false)
	f(databus.Filter{Kinds: []eventv1.EventKind{eventv1.EventKindTicker}}, false)
	f(databus.Filter{Providers: []string{"q", "r"}}, false)
}

func TestMatchingFollowsSubscriptions(t *testing.T) {
	b := databus.New(databus.Config{})
	key := eventv1.CanonicalEventStreamKey{Symbol: "A-B"}
	v := b.Version()
	s := subscribe(t, b, "s", databus.Filter{Symbols: []string{"A-B"}}, newGate())
	if got := b.AppendMatching(nil, key); len(got) != 1 || got[0] != s || b.Version() == v {
		t.Errorf("after Subscribe: %v, version %d after %d", got, b.Version(), v)
	}
	if got := b.AppendMatching(nil, eventv1.CanonicalEventStreamKey{Symbol: "X-Y"}); len(got) != 0 {
		t.Errorf("other symbol matches %v", got)
	}
	v = b.Version()
	closeBus(t, b)
	if got := b.AppendMatching(nil, key); len(got) != 0 || b.Version() == v {
		t.Errorf("after Close: %v, version %d after %d", got, b.Version(), v)
	}
	if _, err := b.Subscribe("late", databus.Filter{}, newGate()); !errors.Is(err, databus.ErrClosed) {
		t.Errorf("Subscribe after Close: %v, want ErrClosed", err)
	}
}

func TestSlowSubscriberDoesNotHoldUpAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := databus.New(databus.Config{QueueMax: 8})
		slow, quick := newGate(), newGate()
		close(quick.open)
		s := subscribe(t, b, "slow", databus.Filter{}, slow)
		q := subscribe(t, b, "quick", databus.Filter{}, quick)
		for seq := uint64(1); seq <= 100; seq++ {
			s.Enqueue(0, trade("A-B", seq))
			q.Enqueue(0, trade("A-B", seq))
			synctest.Wait()
		}
		if got := quick.events(); len(got) != 100 {
			t.Errorf("quick subscriber got %d events, want 100", len(got))
		}
		if got := s.Stats().Pending; got != 8 {
			t.Errorf("slow subscriber has %d pending, want its bound 8", got)
		}
		close(slow.open)
		closeBus(t, b)
	})
}

// TestQueueDropsTheOldestAndSaysSo: with a bound of 4 and the handler stuck in event 1, events
// 6 to 9 are left of 2 to 9, and 6 carries the mark of four lost.
func TestQueueDropsTheOldestAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := databus.New(databus.Config{QueueMax: 4})
		g := newGate()
		s := subscribe(t, b, "s", databus.Filter{}, g)
		for seq := uint64(1); seq <= 9; seq++ {
			s.Enqueue(0, trade("A-B", seq))
			synctest.Wait()
		}
		close(g.open)
		closeBus(t, b)
		got := g.events()
		if want := []uint64{1, 6, 7, 8, 9}; !slices.Equal(seqs(got), want) {
			t.Fatalf("got %v, want %v", seqs(got), want)
		}
		if got[0].Lost != 0 || got[1].Lost != 4 || got[2].Lost != 0 {
			t.Errorf("Lost = %d, %d, %d; want 0, 4, 0", got[0].Lost, got[1].Lost, got[2].Lost)
		}
		if st := s.Stats(); st.Dropped != 4 || st.Delivered != 5 {
			t.Errorf("Stats = %+v, want 4 dropped, 5 delivered", st)
		}
	})
}

func TestLatestWinsOnlyUnderPressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := databus.New(databus.Config{ConflateAt: 3})
		g := newGate()
		s := subscribe(t, b, "s", databus.Filter{}, g)
		s.Enqueue(0, ticker("A-B", 1)) // in the handler
		synctest.Wait()
		for seq := uint64(2); seq <= 4; seq++ {
			s.Enqueue(0, ticker("A-B", seq)) // three pending: no pressure yet
		}
		s.Enqueue(1, ticker("C-D", 50)) // another stream has nothing pending to replace
		s.Enqueue(0, ticker("A-B", 5))  // replaces 4
		s.Enqueue(0, ticker("A-B", 6))  // replaces 5
		close(g.open)
		closeBus(t, b)
		got := g.events()
		if want := []uint64{1, 2, 3, 50, 6}; !slices.Equal(seqs(got), want) {
			t.Fatalf("got %v, want %v", seqs(got), want)
		}
		for i, want := range []uint32{0, 0, 0, 0, 2} {
			if got[i].Lost != want {
				t.Errorf("event %d: Lost = %d, want %d", got[i].SeqLast, got[i].Lost, want)
			}
		}
		if st := s.Stats(); st.Conflated != 2 || st.Dropped != 0 {
			t.Errorf("Stats = %+v, want 2 conflated, none dropped", st)
		}
	})
}

// TestLastValueArrivesAfterAStorm is the promise of latest-wins: whatever is skipped, each
// stream's last event is delivered, and received + conflated = sent.
func TestLastValueArrivesAfterAStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := databus.New(databus.Config{ConflateAt: 5})
		g := newGate()
		s := subscribe(t, b, "s", databus.Filter{}, g)
		const streams, rounds = 10, 50
		for seq := uint64(1); seq <= rounds; seq++ {
			for n := uint32(0); n < streams; n++ {
				s.Enqueue(n, ticker(fmt.Sprint(n), seq))
			}
		}
		if got := s.Stats().Pending; got > 5+streams {
			t.Errorf("%d pending, want at most ConflateAt and one for each stream", got)
		}
		close(g.open)
		closeBus(t, b)
		last := map[string]uint64{}
		for _, ev := range g.events() {
			if ev.SeqLast <= last[ev.Symbol] {
				t.Errorf("stream %s went from %d to %d", ev.Symbol, last[ev.Symbol], ev.SeqLast)
			}
			last[ev.Symbol] = ev.SeqLast
		}
		for n := range streams {
			if got := last[fmt.Sprint(n)]; got != rounds {
				t.Errorf("stream %d ends at %d, want %d", n, got, rounds)
			}
		}
		if st := s.Stats(); st.Delivered+st.Conflated != streams*rounds {
			t.Errorf("Stats = %+v, want delivered + conflated = %d", st, streams*rounds)
		}
	})
}

// TestMergedUpdatesDoWhatTheyWouldHaveDone applies random updates one by one to a model book,
// and what arrives through a lane under pressure to another: both end alike.
func TestMergedUpdatesDoWhatTheyWouldHaveDone(t *testing.T) {
	apply := func(book map[string]string, ev *eventv1.CanonicalEvent) {
		for _, l := range ev.BookUpdate().Bids {
			if l.Quantity.IsZero() {
				delete(book, l.Price.String())
			} else {
				book[l.Price.String()] = l.Quantity.String()
			}
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		b := databus.New(databus.Config{ConflateAt: rapid.IntRange(1, 4).Draw(rt, "conflateAt")})
		g := newGate()
		s, err := b.Subscribe("s", databus.Filter{}, g)
		if err != nil {
			rt.Fatal(err)
		}
		want, got := map[string]string{}, map[string]string{}
		n := rapid.IntRange(1, 30).Draw(rt, "updates")
		for seq := 1; seq <= n; seq++ {
			var levels [][2]int64
			for range rapid.IntRange(0, 6).Draw(rt, "levels") {
				levels = append(levels, [2]int64{rapid.Int64Range(1, 9).Draw(rt, "price"), rapid.Int64Range(0, 3).Draw(rt, "quantity")})
			}
			ev := update(1, uint64(seq), levels...)
			apply(want, ev)
			s.Enqueue(0, ev)
		}
		close(g.open)
		b.Close(context.Background())
		next := uint64(1)
		for _, ev := range g.events() {
			if ev.SeqFirst != next {
				rt.Fatalf("update begins at %d, want %d: a merged one covers all that it merged", ev.SeqFirst, next)
			}
			next = ev.SeqLast + 1
			apply(got, ev)
		}
		if next != uint64(n)+1 {
			rt.Fatalf("updates end before %d, want %d", next, n+1)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			rt.Fatalf("book %v, want %v", got, want)
		}
	})
}

func TestUpdatesOfTwoEpochsAreNotMerged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := databus.New(databus.Config{ConflateAt: 1})
		g := newGate()
		s := subscribe(t, b, "s", databus.Filter{}, g)
		s.Enqueue(0, update(1, 1))
		synctest.Wait() // in the handler
		s.Enqueue(0, update(1, 2, [2]int64{5, 5}))
		stale := update(1, 3)
		stale.BookUpdate().Stale = true
		s.Enqueue(0, stale)
		s.Enqueue(0, update(2, 10, [2]int64{7, 7}))
		close(g.open)
		closeBus(t, b)
		got := g.events()
		if len(got) != 2 {
			t.Fatalf("got %d events, want 2", len(got))
		}
		last := got[1]
		if bids := last.BookUpdate().Bids; last.Epoch != 2 || last.SeqFirst != 10 || len(bids) != 1 || bids[0].Price.String() != "7" {
			t.Errorf("last event %+v with bids %v, want epoch 2 alone", last, bids)
		}
	})
}

func TestLosslessIsNeverDroppedButBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := databus.New(databus.Config{QueueMax: 1, ConflateAt: 1, LosslessMax: 5})
		g := newGate()
		s := subscribe(t, b, "s", databus.Filter{}, g)
		for seq := uint64(1); seq <= 6; seq++ {
			s.Enqueue(0, status(seq))
			synctest.Wait()
		}
		if err := s.Stats().Err; err != nil {
			t.Errorf("five pending, the bound: %v", err)
		}
		s.Enqueue(0, status(7)) // the sixth pending
		s.Enqueue(0, status(8)) // refused: the subscription is at its end
		close(g.open)
		closeBus(t, b)
		if got, want := seqs(g.events()), []uint64{1, 2, 3, 4, 5, 6, 7}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if st := s.Stats(); !errors.Is(st.Err, databus.ErrOverrun) || st.Dropped != 1 {
			t.Errorf("Stats = %+v, want ErrOverrun and 1 dropped", st)
		}
	})
}

func BenchmarkEnqueueHandle(b *testing.B) {
	bus := databus.New(databus.Config{QueueMax: 1 << 20})
	done := make(chan struct{}, 1)
	handled := 0
	s, err := bus.Subscribe("s", databus.Filter{}, handlerFunc(func(context.Context, *eventv1.CanonicalEvent) error {
		if handled++; handled%1024 == 0 {
			done <- struct{}{}
		}
		return nil
	}))
	if err != nil {
		b.Fatal(err)
	}
	ev := trade("A-B", 1)
	b.ReportAllocs()
	sent := 0
	for b.Loop() {
		s.Enqueue(0, ev)
		if sent++; sent%1024 == 0 {
			<-done
		}
	}
	bus.Close(context.Background())
}
