package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/meltica/meltica/runtime/lib/backoff"
	"github.com/meltica/meltica/runtime/lib/buffer"
	"github.com/meltica/meltica/runtime/lib/pool"
	"github.com/meltica/meltica/runtime/lib/wsconn"
)

// failedInRowMax is after how many messages in a row that can't be understood a connection is
// given up: it is not the feed that we think it is.
const failedInRowMax = 100

// atOnceAfter is how long a connection must have lived to be replaced without a pause when its
// end was planned.
const atOnceAfter = time.Second

// Why a connection is given up.
var (
	errStale    = errors.New("no data")
	errAck      = errors.New("subscriptions not confirmed in time")
	errLifetime = errors.New("reached its age")
	errRestart  = errors.New("the venue announced a restart")
	errGarbage  = errors.New("too many messages that can't be understood")
	errResync   = errors.New("a book must be synced anew")
	errEnded    = errors.New("ended")
)

// The states of a connection.
const (
	waiting     = "waiting" // for the next attempt
	dialing     = "dialing"
	subscribing = "subscribing" // connected, not all subscriptions are confirmed
	live        = "live"
)

// Connection describes a connection for operators.
type Connection struct {
	ID      uint32 // of the present or last connection
	State   string // waiting, dialing, subscribing or live
	Streams int
	// LastData is when the last message with data was read, Unix ns; 0 before the first.
	LastData int64
}

// connection is one WebSocket of a provider and the streams on it: dialled, subscribed, read,
// and replaced when it ends.
type connection struct {
	// Immutable.
	p       *Provider
	venue   Venue
	limits  Limits
	streams []string

	// Owned by run.
	adapter *Adapter
	backoff *backoff.Backoff
	spare   buffer.Buffer // for a message that no pooled frame is free for

	broken   chan string // book streams that keep is to subscribe anew; at most one of each symbol
	acks     acks
	id       atomic.Uint32
	state    atomic.Value // string
	lastData atomic.Int64
}

func newConnection(p *Provider, venue Venue, stream uint64, symbols []string) (*connection, error) {
	cfg := p.cfg
	cfg.Symbols = symbols
	a, err := newAdapter(venue, cfg, stream)
	if err != nil {
		return nil, err
	}
	limits := venue.Limits()
	if cfg.Lifetime > 0 {
		limits.Lifetime = cfg.Lifetime
	}
	c := &connection{p: p, venue: venue, limits: limits, adapter: a, backoff: backoff.New(cfg.Backoff, a.rand)}
	c.state.Store(waiting)
	for _, ins := range a.out.symbols.list {
		c.streams = venue.Streams(c.streams, ins.native)
	}
	if channelOf := limits.ChannelOf; channelOf != nil {
		order := make(map[string]int)
		for _, s := range c.streams {
			if _, known := order[channelOf(s)]; !known {
				order[channelOf(s)] = len(order)
			}
		}
		slices.SortStableFunc(c.streams, func(a, b string) int { return order[channelOf(a)] - order[channelOf(b)] })
		c.streams = slices.Compact(c.streams) // streams of no symbol, which each symbol names
	}
	c.broken = make(chan string, len(symbols))
	c.acks.each = limits.AckEach
	a.out.acked = func(id int64, refusal string, whole bool) {
		if refused := c.acks.done(id, refusal, whole); refused > 0 {
			a.stats.refused.Add(uint64(refused))
			cfg.Log.Error("subscriptions refused", "streams", refused, "reason", clip(refusal))
		}
	}
	return c, nil
}

// run keeps the connection alive until ctx is done, and then returns nil. It returns an error
// where the venue refuses who we are, or the pools are closed.
func (c *connection) run(ctx context.Context) error {
	for {
		start := time.Now()
		err := c.once(ctx)
		if ctx.Err() != nil {
			return nil
		}
		c.state.Store(waiting)
		c.p.cfg.Log.Warn("no connection", "connection", c.id.Load(), "reason", err)
		cause := wsconn.CauseOf(err)
		if !cause.Retry || errors.Is(err, pool.ErrClosed) {
			return err
		}
		planned := errors.Is(err, errLifetime) || errors.Is(err, errRestart)
		if planned && time.Since(start) >= atOnceAfter {
			continue
		}
		if cause.RetryAfter > 0 {
			if backoff.Sleep(ctx, cause.RetryAfter) != nil {
				return nil
			}
		}
		if c.backoff.Wait(ctx) != nil {
			return nil
		}
	}
}

// once is one connection from dial to end. It returns why it ended.
func (c *connection) once(ctx context.Context) error {
	running := ctx // fetches of snapshots outlive the connection that asked for them
	ctx, cancel := context.WithCancelCause(running)
	defer cancel(errEnded)
	c.state.Store(dialing)
	c.id.Store(c.p.connectionID.Add(1))
	ws, err := wsconn.Dial(ctx, c.venue.StreamURL(), wsconn.Config{
		ReadBytesMax: c.p.cfg.ReadBytesMax, DialContext: c.p.cfg.DialContext, Now: c.p.cfg.Now,
	})
	if err != nil {
		return err
	}
	c.adapter.begin(c.id.Load(), c.adapter.rand.Uint64())
	c.adapter.stats.connects.Add(1)
	c.adapter.out.request = c.requester(running, cancel)
	c.lastData.Store(ws.LastReceive())
	c.acks.reset()
	for len(c.broken) > 0 { // of the connection before
		<-c.broken
	}
	c.state.Store(subscribing)

	// Up to a twentieth early, so that not all connections of a start end in one moment.
	life := c.limits.Lifetime - time.Duration(c.adapter.rand.Float64()*float64(c.limits.Lifetime/20))
	var wg sync.WaitGroup
	// Ends with ctx, which ends when read does.
	wg.Go(func() {
		if err := c.keep(ctx, ws, life); err != nil {
			cancel(err)
		}
	})
	err = c.read(ws)
	cancel(err) // keep may have given the reason already; then this one, its consequence, is void
	ws.Close()
	wg.Wait()
	if running.Err() == nil {
		c.adapter.stats.reconnects.Add(1)
	}
	c.adapter.Disconnected(c.p.cfg.Now())
	return context.Cause(ctx)
}

// read is where a frame is read: into a pooled WsFrame, through the adapter, and back. It is
// the whole hot path of a connection; it returns when the connection ends.
func (c *connection) read(ws *wsconn.Conn) error {
	frames := c.p.cfg.Pools.WsFrame
	for {
		lease, err := frames.Get(context.Background())
		if err != nil {
			if err := c.readNothing(ws, err); err != nil {
				return err
			}
			continue
		}
		frame := lease.Value()
		message, err := ws.Read(&frame.Data)
		if err != nil {
			lease.Put()
			return err
		}
		c.adapter.stamp(frame, message.Binary, message.Time)
		err = c.adapter.parse(frame)
		lease.Put()
		if c.adapter.sawData {
			c.lastData.Store(message.Time) // acks, heartbeats and garbage are no sign of life
		}
		switch {
		case err != nil:
			return err
		case c.adapter.out.restart:
			return errRestart
		case c.adapter.failedInRow >= failedInRowMax:
			return errGarbage
		}
	}
}

// readNothing takes one message off the socket for which there is no frame, and drops it.
func (c *connection) readNothing(ws *wsconn.Conn, noFrame error) error {
	message, err := ws.Read(&c.spare)
	if err != nil {
		return err
	}
	c.lastData.Store(message.Time) // the fault is on our side
	return c.adapter.drop(c.spare.Len(), noFrame)
}

// keep subscribes, and then watches over the connection until ctx is done or there is a reason
// to give it up.
func (c *connection) keep(ctx context.Context, ws *wsconn.Conn, life time.Duration) error {
	if err := c.subscribe(ctx, ws); err != nil {
		return err
	}
	subscribed, pinged, renewed := time.Now(), time.Now(), time.Now()
	id := int64(len(c.streams)) + 1 // above all that subscribe has used
	tick := time.NewTicker(c.watchEvery())
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case stream := <-c.broken:
			if err := c.renew(ctx, ws, id, stream); err != nil {
				return err
			}
			renewed, id = time.Now(), id+2
		case now := <-tick.C:
			unconfirmed := c.acks.waiting()
			switch {
			case unconfirmed && now.Sub(subscribed) > c.p.cfg.AckTimeout:
				return errAck
			case c.adapter.out.syncing.Load() > 0 && len(c.broken) == 0 && now.Sub(renewed) > c.p.cfg.AckTimeout:
				return errResync
			case c.p.cfg.Now()-c.lastData.Load() > int64(c.p.cfg.StaleAfter):
				return fmt.Errorf("%w for %v", errStale, c.p.cfg.StaleAfter)
			case c.limits.Lifetime > 0 && now.Sub(subscribed) >= life:
				return errLifetime
			}
			if !unconfirmed {
				c.state.Store(live)
			}
			if c.limits.PingEvery > 0 && now.Sub(pinged) >= c.limits.PingEvery {
				pinged = now
				if err := ws.Write(ctx, []byte(c.limits.Ping)); err != nil {
					return err
				}
			}
		}
	}
}

// watchEvery is how often keep looks: often enough for the shortest of its limits.
func (c *connection) watchEvery() time.Duration {
	d := min(c.p.cfg.StaleAfter, c.p.cfg.AckTimeout)
	for _, limit := range [...]time.Duration{c.limits.Lifetime, c.limits.PingEvery} {
		if limit > 0 {
			d = min(d, limit)
		}
	}
	return max(d/8, time.Millisecond)
}

// subscribe asks for all streams, in batches and no faster than the venue allows.
func (c *connection) subscribe(ctx context.Context, ws *wsconn.Conn) error {
	var request []byte
	for at, id := 0, int64(1); at < len(c.streams); id++ {
		if id > 1 {
			if backoff.Sleep(ctx, c.limits.RequestEvery) != nil {
				return nil // the connection has ended already
			}
		}
		batch := c.streams[at:min(at+c.limits.BatchMax, len(c.streams))]
		if channelOf := c.limits.ChannelOf; channelOf != nil {
			other := func(s string) bool { return channelOf(s) != channelOf(batch[0]) }
			if i := slices.IndexFunc(batch, other); i > 0 {
				batch = batch[:i]
			}
		}
		at += len(batch)
		request = c.venue.Subscribe(request[:0], id, batch)
		c.acks.expect(id, len(batch))
		if err := ws.Write(ctx, request); err != nil {
			return err
		}
	}
	return nil
}

// requester returns how a book of this connection asks for a snapshot: from the venue's REST
// interface, or, where the stream itself carries snapshots, by a new subscription or connection.
func (c *connection) requester(running context.Context, cancel context.CancelCauseFunc) func(*instrument) {
	return func(ins *instrument) {
		if url := c.venue.SnapshotURL(ins.native); url != "" {
			c.p.fetcher.snapshot(running, url, ins, &c.adapter.stats)
			return
		}
		if c.resubscribe(ins) {
			return
		}
		ins.fetching = false
		cancel(errResync)
	}
}

func (c *connection) describe() Connection {
	state, _ := c.state.Load().(string)
	return Connection{
		ID: c.id.Load(), State: state, Streams: len(c.streams), LastData: c.lastData.Load(),
	}
}

// acks is what the venue has not confirmed yet.
type acks struct {
	each bool // immutable: one answer for each stream, instead of one for a request

	mu      sync.Mutex // protects the following
	pending []ack      // oldest first
}

type ack struct {
	id      int64
	streams int
}

func (a *acks) reset() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pending = a.pending[:0]
}

func (a *acks) expect(id int64, streams int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pending = append(a.pending, ack{id, streams})
}

func (a *acks) waiting() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.pending) > 0
}

// done takes an answer and returns how many streams it refused. An id of 0 is the oldest's.
func (a *acks) done(id int64, refusal string, whole bool) (refused int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.pending {
		p := &a.pending[i]
		if p.id != id && id != 0 {
			continue
		}
		answered := p.streams
		if a.each && !whole {
			answered = 1
		}
		if p.streams -= answered; p.streams == 0 {
			a.pending = append(a.pending[:i], a.pending[i+1:]...)
		}
		if refusal != "" {
			return answered
		}
		return 0
	}
	return 0
}
