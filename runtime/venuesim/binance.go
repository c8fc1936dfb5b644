package venuesim

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// BinanceConfig holds the limits of the Binance protocol. Zero values mean the venue's own, as
// in its web-socket-streams and rest-api documents.
type BinanceConfig struct {
	PingInterval   time.Duration // default 20 s; the pongs count as inbound messages
	PongTimeout    time.Duration // default 1 min
	ConnectionLife time.Duration // default 24 h
	InboundMax     int           // messages, pings and pongs a client may send in any second; default 5
	ConnectsMax    int           // stream connections in any 5 minutes; default 300
	StreamsMax     int           // streams of a connection; default 1024
	WeightMax      int           // request weight of a minute; default 6000
	QueueMax       int           // bytes that a slow client may leave unread; default 16 MiB
	DepthDelay     time.Duration // before a depth snapshot is answered; default none
}

func (c BinanceConfig) withDefaults() BinanceConfig {
	or := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	or(&c.PingInterval, 20*time.Second)
	or(&c.PongTimeout, time.Minute)
	or(&c.ConnectionLife, 24*time.Hour)
	orInt := func(n *int, v int) {
		if *n == 0 {
			*n = v
		}
	}
	orInt(&c.InboundMax, 5)
	orInt(&c.ConnectsMax, 300)
	orInt(&c.StreamsMax, 1024)
	orInt(&c.WeightMax, 6000)
	orInt(&c.QueueMax, 16<<20)
	return c
}

// validate returns what is wrong with the limits.
func (c BinanceConfig) validate() error {
	if min(c.PingInterval, c.PongTimeout, c.ConnectionLife, c.DepthDelay) < 0 ||
		min(c.InboundMax, c.ConnectsMax, c.StreamsMax, c.WeightMax, c.QueueMax) < 0 {
		return fmt.Errorf("venuesim: negative limit in %+v", c)
	}
	return nil
}

// Stats is what a venue has done so far.
type Stats struct {
	Connections   int    // open stream connections
	Accepted      uint64 // stream connections since the start
	Messages      uint64 // stream messages made, however many clients got each
	Frames        uint64 // frames queued to clients
	SlowConsumers uint64 // connections cut because they did not read
	Snapshots     uint64 // depth snapshots served
}

var (
	errSlowConsumer = errors.New("venuesim: slow consumer")
	errLifeOver     = errors.New("venuesim: the connection has lived long enough")
	errTooMany      = errors.New("venuesim: too many requests on the connection")
	errManyStreams  = errors.New("venuesim: too many streams on the connection")
)

// binance puts a market on Binance's wire.
type binance struct {
	cfg      BinanceConfig // immutable
	playback *playback     // immutable; nil with a market
	wg       sync.WaitGroup

	accepted, messages, frames, slow, snapshots atomic.Uint64

	mu       sync.Mutex              // protects the following, and the market
	market   *Market                 // nil in a playback of files
	ordered  []*binanceBook          // as the market's symbols
	books    map[string]*binanceBook // by venue symbol
	streams  map[string]*stream      // by name, those with subscribers
	clients  map[*client]struct{}
	waiting  []*client // have frames and are to be woken
	buf      []byte    // for the message being made
	next100  int64     // unix ns
	next1s   int64     // unix ns
	seconds  int64     // flushes of the second
	weight   weightWindow
	connects rateWindow
	closing  bool
}

func newBinance(cfg BinanceConfig, m *Market) *binance {
	cfg = cfg.withDefaults()
	b := &binance{
		cfg: cfg, market: m, connects: newRateWindow(cfg.ConnectsMax, connectsSpan),
		books: make(map[string]*binanceBook), streams: make(map[string]*stream), clients: make(map[*client]struct{}),
	}
	if m != nil {
		for _, s := range m.Symbols() {
			book := newBinanceBook(s, m.Now())
			b.ordered, b.books[book.symbol] = append(b.ordered, book), book
		}
		b.next100, b.next1s = m.Now()+int64(interval100ms), m.Now()+int64(time.Second)
	}
	return b
}

const (
	interval100ms = 100 * time.Millisecond
	connectsSpan  = 5 * time.Minute
)

// lagMax is the time that a market catches up after a pause; what is older has no events. So a
// machine that is too slow for a rate has a slower market, and not ever longer steps.
const lagMax = 50 * time.Millisecond

// run moves the market until ctx ends.
func (b *binance) run(ctx context.Context, step time.Duration) {
	tick := time.NewTicker(step)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			b.mu.Lock()
			b.market.skip(now.Add(-lagMax).UnixNano())
			b.mu.Unlock()
			b.step(now.UnixNano())
		}
	}
}

// step moves the market to now and sends what is due.
func (b *binance) step(now int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.market.Step(now, b)
	if now >= b.next100 {
		b.next100 = nextTick(b.next100, now, int64(interval100ms))
		b.flush100(now)
	}
	if now >= b.next1s {
		b.next1s = nextTick(b.next1s, now, int64(time.Second))
		b.flush1s(now)
	}
	b.wakeAll()
}

// nextTick returns the first of due, due+interval, ... that is after now.
func nextTick(due, now, interval int64) int64 { return now + interval - (now-due)%interval }

// wakeAll wakes the writers of all clients that got frames since the last call: one wake-up for
// what belongs together. The caller holds mu.
func (b *binance) wakeAll() {
	for _, c := range b.waiting {
		c.waiting = false
		c.wakeUp()
	}
	b.waiting = b.waiting[:0]
}

// handler routes requests as the venue's hosts do, on one address.
func (b *binance) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ws", b.serveStream)
	mux.HandleFunc("GET /ws/{streams...}", b.serveStream)
	mux.HandleFunc("GET /stream", b.serveStream)
	mux.HandleFunc("GET /api/v3/ping", b.serveREST(b.restPing))
	mux.HandleFunc("GET /api/v3/time", b.serveREST(b.restTime))
	mux.HandleFunc("GET /api/v3/exchangeInfo", b.serveREST(b.restExchangeInfo))
	mux.HandleFunc("GET /api/v3/depth", b.serveREST(b.restDepth))
	return mux
}

// serveStream serves one stream connection until it ends.
func (b *binance) serveStream(w http.ResponseWriter, r *http.Request) {
	names, err := namesOf(r)
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	case len(names) > b.cfg.StreamsMax:
		http.Error(w, "too many streams", http.StatusBadRequest)
		return
	}
	if status := b.enter(); status != http.StatusOK {
		http.Error(w, http.StatusText(status), status)
		return
	}
	defer b.wg.Done()
	c := newClient(b.cfg)
	c.ws, err = websocket.Accept(w, r, &websocket.AcceptOptions{
		CompressionMode: websocket.CompressionDisabled,
		OnPingReceived:  func(context.Context, []byte) bool { return c.admit() },
		OnPongReceived:  func(context.Context, []byte) { c.admit() },
	})
	if err != nil {
		return // Accept has answered
	}
	ctx, end := context.WithCancelCause(context.Background())
	c.conn, c.end = connOf(r), end
	c.combined = r.URL.Path == "/stream"
	unit := r.URL.Query().Get("timeUnit")
	c.micros = unit == "MICROSECOND" || unit == "microsecond"
	b.register(c, names)
	cause := b.converse(ctx, c)
	if errors.Is(cause, errSlowConsumer) {
		b.slow.Add(1)
	}
	b.unregister(c)
}

// register makes a client known and subscribes it.
func (b *binance) register(c *client, names []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closing {
		_ = c.conn.Close() // cut has been here already; the conversation ends at its first read
	}
	if b.playback != nil {
		c.room = b.playback.room
	}
	b.clients[c] = struct{}{}
	b.accepted.Add(1)
	for _, name := range names {
		b.subscribe(c, name)
	}
}

// unregister forgets a client.
func (b *binance) unregister(c *client) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for name := range c.streams {
		b.unsubscribe(c, name)
	}
	delete(b.clients, c)
	if b.playback != nil {
		b.playback.wakeUp() // it may have waited for this client
	}
}

// closeGrace is how long a client has to answer a close frame.
const closeGrace = time.Second

// converse runs the goroutines of a connection until the first of them fails, and returns its
// reason. The connection is closed then.
func (b *binance) converse(ctx context.Context, c *client) error {
	var wg sync.WaitGroup
	// Each ends with ctx or when the connection breaks.
	wg.Go(func() { c.end(c.write(ctx)) })
	wg.Go(func() { c.end(c.ping(ctx, b.cfg.PingInterval, b.cfg.PongTimeout)) })
	wg.Go(func() { c.end(b.readControl(c)) })
	wg.Go(func() { c.end(b.endLife(ctx, c)) })
	<-ctx.Done()
	cause := context.Cause(ctx)
	if c.overrun() {
		cause = errSlowConsumer
	}
	switch {
	case errors.Is(cause, errTooMany):
		c.closeWith(websocket.StatusPolicyViolation, "Too many requests")
	case errors.Is(cause, errManyStreams):
		c.closeWith(websocket.StatusPolicyViolation, "Too many streams")
	case errors.Is(cause, errLifeOver):
		c.closeWith(websocket.StatusGoingAway, "")
	}
	c.abort()
	wg.Wait()
	return cause
}

// endLife announces the end of a connection that has lived long enough, and ends it.
func (b *binance) endLife(ctx context.Context, c *client) error {
	timer := time.NewTimer(b.cfg.ConnectionLife)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case now := <-timer.C:
		b.mu.Lock()
		b.sendShutdown(c, now.UnixNano())
		b.mu.Unlock()
	}
	// The writer gets a moment to send the announcement.
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(shutdownNotice):
		return errLifeOver
	}
}

// shutdownNotice is the time between the announcement of a cut and the cut. The venue gives
// longer; it is scaled with the connection's life in tests.
const shutdownNotice = 50 * time.Millisecond

// enter counts a stream connection in and returns 200, or the status that refuses it.
func (b *binance) enter() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.closing:
		return http.StatusServiceUnavailable
	case !b.connects.admit(time.Now()):
		return http.StatusTooManyRequests
	}
	b.wg.Add(1)
	return http.StatusOK
}

// close cuts every connection and waits for their goroutines.
func (b *binance) close() {
	b.mu.Lock()
	b.closing = true
	b.mu.Unlock()
	b.cut()
	b.wg.Wait()
}

// cut closes every connection as a broken line does.
func (b *binance) cut() {
	b.mu.Lock()
	clients := make([]*client, 0, len(b.clients))
	for c := range b.clients {
		clients = append(clients, c)
	}
	b.mu.Unlock()
	for _, c := range clients {
		_ = c.conn.Close()
	}
}

func (b *binance) stats() Stats {
	b.mu.Lock()
	open := len(b.clients)
	b.mu.Unlock()
	return Stats{
		Connections: open, Accepted: b.accepted.Load(), Messages: b.messages.Load(),
		Frames: b.frames.Load(), SlowConsumers: b.slow.Load(), Snapshots: b.snapshots.Load(),
	}
}
