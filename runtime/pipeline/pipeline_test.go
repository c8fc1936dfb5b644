package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/config"
	"github.com/meltica/meltica/runtime/databus"
	"github.com/meltica/meltica/runtime/lib/leaktest"
	"github.com/meltica/meltica/runtime/lib/pool"
	"github.com/meltica/meltica/runtime/pipeline"
	"github.com/meltica/meltica/runtime/provider/book"
	"github.com/meltica/meltica/runtime/venuesim"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

type handlerFunc func(context.Context, *eventv1.CanonicalEvent) error

func (f handlerFunc) Handle(ctx context.Context, ev *eventv1.CanonicalEvent) error { return f(ctx, ev) }

// live is a pipeline that runs against a simulated venue.
type live struct {
	*pipeline.Pipeline
	sim    *venuesim.Server
	cancel context.CancelFunc
	ended  chan pipeline.Outcome
}

// configFor is a configuration for the simulator's two symbols.
func configFor(sim *venuesim.Server) config.Config {
	cfg := config.Default()
	cfg.Shutdown.Timeout = time.Second
	p := &cfg.Providers[0]
	p.Symbols = []string{"BTC-USDT", "ETH-USDT"}
	p.StreamURL, p.RestURL = sim.BinanceStreamURL(), sim.BinanceRESTURL()
	return cfg
}

// start runs a pipeline; prepare may change its configuration and subscribe.
func start(t *testing.T, simulator venuesim.Config, prepare func(*config.Config), subscribe func(*pipeline.Pipeline)) *live {
	t.Helper()
	simulator.Market = venuesim.MarketOf("BTC-USDT", "ETH-USDT")
	simulator.Market.Rate = 10
	sim, err := venuesim.Start(simulator)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	})
	cfg := configFor(sim)
	if prepare != nil {
		prepare(&cfg)
	}
	p, err := pipeline.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	subscribe(p)
	ctx, cancel := context.WithCancel(context.Background())
	l := &live{Pipeline: p, sim: sim, cancel: cancel, ended: make(chan pipeline.Outcome, 1)}
	// Ends after stop.
	go func() { l.ended <- p.Run(ctx) }()
	return l
}

// stop takes the pipeline down and returns its outcome.
func (l *live) stop() pipeline.Outcome {
	l.cancel()
	return <-l.ended
}

func (l *live) wantClean(t *testing.T) {
	t.Helper()
	if o := l.stop(); !o.Clean() {
		t.Errorf("outcome %+v, want a clean one", o)
	}
	if n := l.Stats().OnLoan(); n != 0 {
		t.Errorf("%d objects on loan after the end", n)
	}
}

// mirror rebuilds books from the events alone, as a consumer would, and compares each with the
// snapshots that the provider publishes.
type mirror struct {
	mu        sync.Mutex
	books     map[string]*mirrorBook
	compared  int
	kinds     map[eventv1.EventKind]int
	wrong     []string
	wanted    int
	satisfied chan struct{}
}

type mirrorBook struct {
	book  *book.Book
	epoch uint32
	seq   uint64
	whole bool // the snapshot held the whole book
}

func newMirror(wanted int) *mirror {
	return &mirror{
		books: make(map[string]*mirrorBook), kinds: make(map[eventv1.EventKind]int),
		wanted: wanted, satisfied: make(chan struct{}),
	}
}

// Handle implements databus.Handler.
func (m *mirror) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kinds[ev.Kind]++
	b := m.books[ev.Symbol]
	if b == nil {
		b = &mirrorBook{book: book.New(0)}
		m.books[ev.Symbol] = b
	}
	switch body := ev.Payload.(type) {
	case *eventv1.BookSnapshot:
		if b.whole && b.epoch == ev.Epoch && b.seq == ev.SeqLast {
			m.compare(ev, body, b)
		}
		if b.whole && b.epoch == ev.Epoch {
			return nil // the mirror goes on by itself
		}
		b.book.Reset()
		b.epoch, b.seq, b.whole = ev.Epoch, ev.SeqLast, true
		return b.book.ApplyAll(body.Bids, body.Asks)
	case *eventv1.BookUpdate:
		if body.Stale || ev.Epoch != b.epoch {
			b.whole = false
			return nil
		}
		if ev.SeqLast <= b.seq {
			return nil
		}
		if b.whole && ev.SeqFirst > b.seq+1 {
			m.wrong = append(m.wrong, "hole before an update of "+ev.Symbol)
		}
		b.seq = ev.SeqLast
		return b.book.ApplyAll(body.Bids, body.Asks)
	}
	return nil
}

// compare checks a published top against the mirror at the same update.
func (m *mirror) compare(ev *eventv1.CanonicalEvent, want *eventv1.BookSnapshot, b *mirrorBook) {
	for side, levels := range map[book.Side][]eventv1.Level{book.Bids: want.Bids, book.Asks: want.Asks} {
		for i, l := range b.book.Top(side, len(levels), nil) {
			if l != levels[i] {
				m.wrong = append(m.wrong, ev.Symbol+": mirror differs from the snapshot")
			}
		}
	}
	if m.compared++; m.compared == m.wanted {
		close(m.satisfied)
	}
}

// TestLiveMarketReachesConsumers runs a simulated market through every stage. A consumer that
// knows the events only ends up with the provider's books.
func TestLiveMarketReachesConsumers(t *testing.T) {
	m := newMirror(6)
	l := start(t, venuesim.Config{}, func(c *config.Config) {
		c.Providers[0].Book.Top = 1000 // whole books, so that a mirror can start from one
		c.Providers[0].Book.SnapshotEvery = 200 * time.Millisecond
	}, func(p *pipeline.Pipeline) {
		if _, err := p.Subscribe("mirror", databus.Filter{}, m); err != nil {
			t.Fatal(err)
		}
	})
	<-m.satisfied
	l.wantClean(t)
	for _, kind := range []eventv1.EventKind{eventv1.EventKindTrade, eventv1.EventKindTicker, eventv1.EventKindBookUpdate, eventv1.EventKindInstrumentStatus} {
		if m.kinds[kind] == 0 {
			t.Errorf("no %v events", kind)
		}
	}
	if len(m.wrong) > 0 {
		t.Errorf("%d differences, first: %s", len(m.wrong), m.wrong[0])
	}
	s := l.Stats()
	if p := s.Providers[0]; p.Failed+p.Gaps+p.TopsBad+p.Crossed > 0 || p.TopsOK == 0 {
		t.Errorf("provider stats %+v, want no failure and some tops", p)
	}
}

// TestLostConnectionIsRepaired: the line is cut, or the connection reaches its age. The books go
// stale, are synced anew in a higher epoch, and nothing is left on loan.
func TestLostConnectionIsRepaired(t *testing.T) {
	t.Run("cut", func(t *testing.T) {
		testLostConnection(t, nil, func(l *live) { l.sim.Cut() })
	})
	t.Run("age", func(t *testing.T) {
		testLostConnection(t, func(c *config.Config) { c.Providers[0].ConnectionLife = 1500 * time.Millisecond }, func(*live) {})
	})
}

func testLostConnection(t *testing.T, prepare func(*config.Config), lose func(*live)) {
	synced := make(chan uint32, 16)
	var epoch uint32
	l := start(t, venuesim.Config{}, prepare, func(p *pipeline.Pipeline) {
		if _, err := p.Subscribe("epochs", databus.Filter{Symbols: []string{"BTC-USDT"}}, handlerFunc(
			func(_ context.Context, ev *eventv1.CanonicalEvent) error {
				if s := ev.BookSnapshot(); s != nil && ev.Epoch > epoch {
					epoch = ev.Epoch
					synced <- epoch
				}
				return nil
			})); err != nil {
			t.Fatal(err)
		}
	})
	first := <-synced
	lose(l)
	if second := <-synced; second <= first {
		t.Errorf("epoch %d after a reconnect, want more than %d", second, first)
	}
	l.wantClean(t)
	if s := l.Stats().Providers[0]; s.Reconnects == 0 {
		t.Errorf("Reconnects = 0 after the connection was lost: %+v", s)
	}
}

// TestStuckConsumerIsNamed: a handler that does not return holds up nobody else, and the
// outcome names it within the shutdown's budget.
func TestStuckConsumerIsNamed(t *testing.T) {
	release, entered, other := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var once, onceOther sync.Once
	seen := 0
	l := start(t, venuesim.Config{}, func(c *config.Config) { c.Shutdown.Timeout = 300 * time.Millisecond }, func(p *pipeline.Pipeline) {
		_, errStuck := p.Subscribe("stuck", databus.Filter{}, handlerFunc(func(context.Context, *eventv1.CanonicalEvent) error {
			once.Do(func() { close(entered) })
			<-release
			return nil
		}))
		_, errOther := p.Subscribe("other", databus.Filter{}, handlerFunc(func(context.Context, *eventv1.CanonicalEvent) error {
			if seen++; seen == 500 {
				onceOther.Do(func() { close(other) })
			}
			return nil
		}))
		if err := errors.Join(errStuck, errOther); err != nil {
			t.Fatal(err)
		}
	})
	<-entered
	<-other
	o := l.stop()
	if len(o.Stuck) != 1 || o.Stuck[0] != "stuck" || o.Clean() {
		t.Errorf("outcome %+v, want the stuck consumer named", o)
	}
	if len(o.Unreturned) != 0 {
		t.Errorf("unreturned leases %v: a stuck consumer holds a clone, not a lease", o.Unreturned)
	}
	if o.Took > time.Second {
		t.Errorf("shutdown took %v, want the budget of 300 ms and a moment", o.Took)
	}
	close(release)
}

// TestRunEndsWhenEveryProviderGaveUp: a venue that refuses who we are is not asked for ever.
func TestRunEndsWhenEveryProviderGaveUp(t *testing.T) {
	venue := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer venue.Close()
	cfg := config.Default()
	cfg.Providers[0].StreamURL, cfg.Providers[0].RestURL = "ws"+strings.TrimPrefix(venue.URL, "http"), venue.URL
	p, err := pipeline.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	o := p.Run(t.Context())
	if len(o.GaveUp) != 1 || o.GaveUp[0] != cfg.Providers[0].Name || o.Clean() {
		t.Errorf("outcome %+v, want the provider named, and not clean", o)
	}
}

// TestSeenEventsAreCounted: a trade that comes twice is delivered once, and the statistics tell.
func TestSeenEventsAreCounted(t *testing.T) {
	venue := newScript(t)
	cfg := config.Default()
	p := &cfg.Providers[0]
	p.Symbols, p.Channels = []string{"BTC-USDT"}, config.Channels{Trade: true}
	p.StreamURL, p.RestURL = "ws"+strings.TrimPrefix(venue.server.URL, "http"), venue.server.URL
	pipe, err := pipeline.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pipe.Subscribe("s", databus.Filter{Kinds: []eventv1.EventKind{eventv1.EventKindTrade}}, handlerFunc(
		func(_ context.Context, ev *eventv1.CanonicalEvent) error {
			if age := time.Since(time.Unix(0, ev.IngestTime)); age < 0 || age > time.Minute {
				t.Errorf("ingest time %d is %v ago, want the wall clock's", ev.IngestTime, age)
			}
			return nil
		})); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan pipeline.Outcome, 1)
	// Ends after cancel.
	go func() { ended <- pipe.Run(ctx) }()
	first, second := (&frames{seq: 1, trade: 7}).next(1)[2], (&frames{seq: 1, trade: 6}).next(1)[2]
	venue.send <- [][]byte{first, first, second}
	until(t, func() bool { s := pipe.Stats(); return s.Seen == 1 && s.Late == 1 })
	close(venue.send)
	cancel()
	if o := <-ended; !o.Clean() {
		t.Errorf("outcome %+v, want clean", o)
	}
	venue.server.Close()
	if s := pipe.Stats(); s.Delivered() != 1 || s.Refused != 0 {
		t.Errorf("%d delivered, want 1: %+v", s.Delivered(), s)
	}
}

// TestSilentVenueIsLeft: the configured time without data ends a connection.
func TestSilentVenueIsLeft(t *testing.T) {
	venue := newScript(t)
	cfg := config.Default()
	p := &cfg.Providers[0]
	p.Symbols, p.Channels, p.StaleAfter = []string{"BTC-USDT"}, config.Channels{Trade: true}, 50*time.Millisecond
	p.StreamURL, p.RestURL = "ws"+strings.TrimPrefix(venue.server.URL, "http"), venue.server.URL
	pipe, err := pipeline.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan pipeline.Outcome, 1)
	// Ends after cancel.
	go func() { ended <- pipe.Run(ctx) }()
	until(t, func() bool { return pipe.Stats().Providers[0].Reconnects > 0 })
	close(venue.send)
	cancel()
	if o := <-ended; !o.Clean() {
		t.Errorf("outcome %+v, want clean", o)
	}
	venue.server.Close()
}

func TestStatsAddUp(t *testing.T) {
	s := pipeline.Stats{
		Subscriptions: []databus.Stats{
			{Delivered: 1, Dropped: 10, Conflated: 100, Merged: 1000, Failed: 7},
			{Delivered: 2, Dropped: 20, Conflated: 200, Merged: 2000, Panicked: 7},
		},
		Pools: []pool.Stats{{Gets: 3, InUse: 1}, {Gets: 4, InUse: 2}},
	}
	got := fmt.Sprint(s.Delivered(), s.Dropped(), s.Conflated(), s.Lent(), s.OnLoan())
	if want := "3 30 3300 7 3"; got != want {
		t.Errorf("sums %s, want %s", got, want)
	}
	var p pipeline.ProviderStats
	p.Trades, p.Tickers, p.BookUpdates, p.BookSnapshots, p.Klines, p.Statuses = 1, 10, 100, 1000, 10000, 100000
	if got := p.Events(); got != 111111 {
		t.Errorf("Events = %d, want 111111", got)
	}
}

// TestFailingConsumerIsLogged: what a handler returns is nowhere else to be seen.
func TestFailingConsumerIsLogged(t *testing.T) {
	var log bytes.Buffer
	failed := make(chan struct{})
	var once sync.Once
	sim, err := venuesim.Start(venuesim.Config{Market: venuesim.MarketOf("BTC-USDT", "ETH-USDT")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	}()
	p, err := pipeline.New(configFor(sim), slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Subscribe("sick", databus.Filter{}, handlerFunc(func(context.Context, *eventv1.CanonicalEvent) error {
		once.Do(func() { close(failed) })
		return errors.New("no disk")
	})); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	// Ends when the consumer has failed.
	go func() { <-failed; cancel() }()
	if o := p.Run(ctx); !o.Clean() {
		t.Errorf("outcome %+v, want clean: a failing handler is not a stuck one", o)
	}
	if text := log.String(); !strings.Contains(text, "consumer failed") || !strings.Contains(text, "no disk") {
		t.Errorf("logged %q, want the consumer's error", text)
	}
}

func TestWrongProviderFailsBeforeAnythingConnects(t *testing.T) {
	cfg := config.Default()
	cfg.Providers[0].Venue = "lighthouse"
	if _, err := pipeline.New(cfg, slog.New(slog.DiscardHandler)); !errors.Is(err, pipeline.ErrUnknownProvider) {
		t.Errorf("err = %v, want ErrUnknownProvider", err)
	}
}
