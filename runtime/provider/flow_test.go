package provider_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/binance"
)

const depthURL = "http://venue.test/api/v3/depth?symbol=BTCUSDT&limit=1000"

// holder is a Sink that keeps the leases while hold is set.
type holder struct {
	recorder
	hold bool
	held []eventv1.CanonicalEventLease
}

func (h *holder) Publish(lease eventv1.CanonicalEventLease) {
	if h.hold {
		h.held = append(h.held, lease)
		return
	}
	h.recorder.Publish(lease)
}

func (h *holder) release() {
	h.hold = false
	for _, l := range h.held {
		h.recorder.Publish(l)
	}
	h.held = nil
}

func newAdapter(t *testing.T, sink provider.Sink, pools *eventv1.Pools) *provider.Adapter {
	t.Helper()
	a, err := provider.NewAdapter(newVenue(t, binance.Config{}), provider.Config{
		Name: "binance", Symbols: []string{"BTC-USDT"}, Pools: pools, Sink: sink, Seed: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func feed(t *testing.T, a *provider.Adapter, messages ...string) {
	t.Helper()
	for _, m := range messages {
		if err := a.Feed([]byte(m), 1); err != nil {
			t.Fatal(err)
		}
	}
}

func respond(t *testing.T, a *provider.Adapter, body string) {
	t.Helper()
	if err := a.Respond(depthURL, []byte(body), 1); err != nil {
		t.Fatal(err)
	}
}

func TestExhaustedPoolLosesNoChain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &holder{}
		pools := newPools(t, eventv1.PoolsConfig{CanonicalEvent: eventv1.PoolConfig{Capacity: 2}})
		a := newAdapter(t, sink, pools)
		feed(t, a, depth(101, 101))
		respond(t, a, snapshot(101))
		feed(t, a, depth(102, 102))
		sink.hold = true
		feed(t, a, trade(1), trade(2)) // the pool is empty now
		start := time.Now()
		feed(t, a, depth(103, 103), trade(3))
		if d := time.Since(start); d != 200*time.Millisecond {
			t.Errorf("two frames waited %v for the pool, want 100ms each", d)
		}
		sink.release()
		feed(t, a, depth(104, 104)) // 103 never went into the book: a gap, and it is seen
		respond(t, a, snapshot(104))
		feed(t, a, depth(105, 105))
		want := []string{
			"BOOK_SNAPSHOT BTC-USDT e1 101-101", "BOOK_UPDATE BTC-USDT e1 102-102",
			"TRADE BTC-USDT e1 1-1", "TRADE BTC-USDT e1 2-2",
			"BOOK_UPDATE BTC-USDT e2 0-0 stale", "BOOK_SNAPSHOT BTC-USDT e2 104-104", "BOOK_UPDATE BTC-USDT e2 105-105",
		}
		if diff := cmp.Diff(want, sink.take()); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		s := a.Stats()
		balanced(t, s)
		if s.Exhausted != 2 || s.Failed != 2 || s.Gaps != 1 || s.Resyncs != 1 {
			t.Errorf("got %+v; want 2 exhausted, 2 failed, 1 gap, 1 resync", s)
		}
	})
}

func TestStaleFlagIsOwedUntilItIsPublished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &holder{}
		a := newAdapter(t, sink, newPools(t, eventv1.PoolsConfig{CanonicalEvent: eventv1.PoolConfig{Capacity: 1}}))
		feed(t, a, depth(101, 101))
		respond(t, a, snapshot(101))
		sink.hold = true
		feed(t, a, trade(1))
		a.Disconnected(2) // no event is free to say so
		feed(t, a, depth(201, 201))
		sink.release()
		feed(t, a, depth(202, 202))
		want := []string{"BOOK_SNAPSHOT BTC-USDT e1 101-101", "TRADE BTC-USDT e1 1-1", "BOOK_UPDATE BTC-USDT e2 0-0 stale"}
		if diff := cmp.Diff(want, sink.take()); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		if s := a.Stats(); s.Exhausted != 2 {
			t.Errorf("%d exhausted, want 2", s.Exhausted)
		}
	})
}

func TestSnapshotIsOwedUntilItIsPublished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &holder{}
		a := newAdapter(t, sink, newPools(t, eventv1.PoolsConfig{CanonicalEvent: eventv1.PoolConfig{Capacity: 1}}))
		sink.hold = true
		feed(t, a, trade(1), depth(101, 101))
		if err := a.Respond(depthURL, []byte(snapshot(101)), 1); err == nil {
			t.Fatal("a snapshot was published from an empty pool")
		}
		sink.release()
		feed(t, a, depth(102, 102))
		want := []string{"TRADE BTC-USDT e1 1-1", "BOOK_SNAPSHOT BTC-USDT e1 101-101", "BOOK_UPDATE BTC-USDT e1 102-102"}
		if diff := cmp.Diff(want, sink.take()); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	})
}

func TestOtherPoolsExhausted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, cfg := range []eventv1.PoolsConfig{
			{WsFrame: eventv1.PoolConfig{Capacity: 1}}, {ProviderRaw: eventv1.PoolConfig{Capacity: 1}},
		} {
			pools := newPools(t, cfg)
			frame, err := pools.WsFrame.Get(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			raw, err := pools.ProviderRaw.Get(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			sink := &recorder{}
			a := newAdapter(t, sink, pools)
			feed(t, a, trade(1))
			frame.Put()
			raw.Put()
			feed(t, a, trade(2))
			s := a.Stats()
			balanced(t, s)
			if s.Frames != 2 || s.Failed != 1 || s.Exhausted != 1 || s.Trades != 1 || s.Bytes != uint64(2*len(trade(1))) {
				t.Errorf("got %+v; want one frame dropped, one trade", s)
			}
		}
	})
}

func TestExhaustionDoesNotCostTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &pipeVenue{stream: func(_ int, p *peer) {
			p.ack()
			for id := 1; p.wait(100 * time.Millisecond); id++ {
				p.send(trade(id))
			}
		}}
		sink := &blocked{free: make(chan struct{}), done: make(chan struct{})}
		p := newProvider(t, v, sink, func(cfg *provider.Config) {
			cfg.Pools = newPools(t, eventv1.PoolsConfig{CanonicalEvent: eventv1.PoolConfig{Capacity: 1}})
		})
		stop := run(t, p)
		time.Sleep(2 * time.Minute)
		close(sink.free)
		<-sink.done
		time.Sleep(time.Second)
		stop()
		if s := p.Stats(); s.Connects != 1 || s.Exhausted < 1000 || s.Trades < 2 {
			t.Errorf("got %+v; want one connection through two minutes without a free event", s)
		}
	})
}

// blocked is a Sink that keeps the first lease until free is closed.
type blocked struct {
	free, done chan struct{}
	got        bool
}

func (b *blocked) Publish(lease eventv1.CanonicalEventLease) {
	if b.got {
		lease.Put()
		return
	}
	b.got = true
	go func() { // ends with free; the test waits for done
		defer close(b.done)
		<-b.free
		lease.Put()
	}()
}

func TestClosedPoolsAreReported(t *testing.T) {
	pools := newPools(t, eventv1.PoolsConfig{})
	a := newAdapter(t, &recorder{}, pools)
	pools.Close()
	if err := a.Feed([]byte(trade(1)), 1); !errors.Is(err, pool.ErrClosed) {
		t.Errorf("got %v, want pool.ErrClosed", err)
	}
}

func TestBookLifecycle(t *testing.T) {
	f := func(name string, want []string, steps ...func(a *provider.Adapter)) {
		t.Run(name, func(t *testing.T) {
			sink := &recorder{}
			a := newAdapter(t, sink, newPools(t, eventv1.PoolsConfig{}))
			for _, step := range steps {
				step(a)
			}
			if diff := cmp.Diff(want, sink.take()); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			balanced(t, a.Stats())
		})
	}
	diff := func(first, last int) func(*provider.Adapter) {
		return func(a *provider.Adapter) { feed(t, a, depth(first, last)) }
	}
	snap := func(last int, fits bool) func(*provider.Adapter) {
		return func(a *provider.Adapter) {
			t.Helper()
			if err := a.Respond(depthURL, []byte(snapshot(last)), 1); (err == nil) != fits {
				t.Errorf("snapshot %d: %v, want it to fit: %v", last, err, fits)
			}
		}
	}
	lost := func(a *provider.Adapter) { a.Disconnected(2) }
	crossed := func(a *provider.Adapter) {
		feed(t, a, strings.Replace(depth(103, 103), `["1","103"]`, `["4","1"]`, 1))
	}
	f("no snapshot, no book", nil, diff(101, 105), diff(106, 110))
	f("id inside a diff", []string{"BOOK_SNAPSHOT BTC-USDT e1 110-110", "BOOK_UPDATE BTC-USDT e1 111-111"},
		diff(101, 105), diff(106, 110), snap(107, true), diff(111, 111))
	f("id at the end of a diff", []string{"BOOK_SNAPSHOT BTC-USDT e1 105-105", "BOOK_UPDATE BTC-USDT e1 106-107"},
		diff(101, 105), snap(105, true), diff(106, 107))
	f("id after all diffs", []string{"BOOK_SNAPSHOT BTC-USDT e1 120-120", "BOOK_UPDATE BTC-USDT e1 111-125"},
		diff(101, 105), snap(120, true), diff(106, 110), diff(111, 125))
	f("too old", []string{"BOOK_SNAPSHOT BTC-USDT e1 105-105"},
		diff(101, 105), snap(99, false), snap(105, true))
	f("gap", []string{"BOOK_SNAPSHOT BTC-USDT e1 105-105", "BOOK_UPDATE BTC-USDT e2 0-0 stale", "BOOK_SNAPSHOT BTC-USDT e2 111-111", "BOOK_UPDATE BTC-USDT e2 112-112"},
		diff(101, 105), snap(105, true), diff(107, 110), diff(111, 111), snap(108, true), diff(112, 112))
	f("crossed", []string{"BOOK_SNAPSHOT BTC-USDT e1 102-102", "BOOK_UPDATE BTC-USDT e2 0-0 stale", "BOOK_SNAPSHOT BTC-USDT e2 104-104"},
		diff(101, 102), snap(102, true), crossed, diff(104, 104), snap(104, true))
	f("reconnect", []string{"BOOK_SNAPSHOT BTC-USDT e1 102-102", "BOOK_UPDATE BTC-USDT e2 0-0 stale", "BOOK_SNAPSHOT BTC-USDT e2 7-7"},
		diff(101, 102), snap(102, true), lost, diff(6, 7), snap(7, true))
	f("reconnect of a book that never was", nil, lost, diff(6, 7))
}

func TestLiveBookIsRefreshed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &pipeVenue{stream: bookStream(-1)}
		var asked atomic.Int32
		v.rest = func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/api/v3/depth") {
				http.NotFound(w, r)
				return
			}
			if asked.Add(1) == 3 {
				fmt.Fprint(w, snapshot(1)) // too old for a live book: it must stay as it is
				return
			}
			fmt.Fprint(w, snapshot(v.ticks()))
		}
		sink := &recorder{}
		p := newProvider(t, v, sink, func(cfg *provider.Config) { cfg.RefreshEvery = 2 * time.Minute })
		stop := run(t, p)
		time.Sleep(10 * time.Minute)
		stop()
		s := p.Stats()
		if s.Refreshes < 4 || s.SnapshotsFailed != 1 || s.Gaps != 0 || s.Resyncs != 0 || s.BookUpdates < 5900 {
			t.Errorf("got %+v; want refreshes each two minutes and no break", s)
		}
		for _, l := range sink.lines[:len(sink.lines)-1] { // the last one tells of the end
			if strings.Contains(l, "stale") || strings.Contains(l, "e2") {
				t.Errorf("%s: a refresh must not break the stream", l)
			}
		}
		checkBookEvents(t, sink.lines)
	})
}

func TestInstrumentStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &pipeVenue{stream: func(_ int, p *peer) { p.ack(); <-p.gone }}
		var status atomic.Value
		status.Store("TRADING")
		v.rest = func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.RawQuery, "GONE") {
				w.WriteHeader(http.StatusBadRequest) // one unknown symbol refuses the whole list
				return
			}
			fmt.Fprintf(w, `{"symbols":[{"symbol":"BTCUSDT","status":%q,"filters":[{"filterType":"PRICE_FILTER","tickSize":"0.01"},{"filterType":"LOT_SIZE","stepSize":"0.00001","minQty":"0.0001"},{"filterType":"NOTIONAL","minNotional":"5.0"}]}]}`, status.Load())
		}
		sink := &recorder{}
		p := newProvider(t, v, sink, func(cfg *provider.Config) {
			cfg.Symbols = []string{"BTC-USDT", "GONE-USDT"}
			cfg.StaleAfter = time.Hour
		})
		stop := run(t, p)
		time.Sleep(time.Minute)
		status.Store("HALT")
		time.Sleep(time.Minute)
		stop()
		want := []string{"INSTRUMENT_STATUS BTC-USDT e1 0-0", "INSTRUMENT_STATUS BTC-USDT e1 0-0"}
		if diff := cmp.Diff(want, sink.take()); diff != "" {
			t.Errorf("events, one for each change (-want +got):\n%s", diff)
		}
	})
}

func TestNewChecksItsConfig(t *testing.T) {
	pools, sink := newPools(t, eventv1.PoolsConfig{}), &recorder{}
	venue := newVenue(t, binance.Config{})
	f := func(cfg provider.Config) {
		t.Helper()
		if _, err := provider.New(venue, cfg); err == nil {
			t.Errorf("New took %+v", cfg)
		}
	}
	symbols := []string{"BTC-USDT"}
	f(provider.Config{})
	f(provider.Config{Name: "b", Pools: pools, Sink: sink})
	f(provider.Config{Name: "b", Symbols: symbols, Sink: sink})
	f(provider.Config{Name: "b", Symbols: symbols, Pools: pools})
	f(provider.Config{Name: "b", Symbols: []string{"BTCUSDT"}, Pools: pools, Sink: sink})
	f(provider.Config{Name: "b", Symbols: []string{"btc-usdt"}, Pools: pools, Sink: sink})
	f(provider.Config{Name: "b", Symbols: []string{"BTC-USDT", "BTC-USDT"}, Pools: pools, Sink: sink})
}
