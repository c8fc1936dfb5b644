package provider_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/leaktest"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/binance"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// recorder is a Sink that keeps a line about each event and gives every lease back.
type recorder struct {
	mu    sync.Mutex
	lines []string
	at    []time.Time
}

func (r *recorder) Publish(lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	line := fmt.Sprintf("%v %s e%d %d-%d", ev.Kind, ev.Symbol, ev.Epoch, ev.SeqFirst, ev.SeqLast)
	if u := ev.BookUpdate(); u != nil && u.Stale {
		line += " stale"
	}
	lease.Put()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines, r.at = append(r.lines, line), append(r.at, time.Now())
}

// take returns the lines since the last take.
func (r *recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := r.lines
	r.lines, r.at = nil, nil
	return lines
}

// newPools returns pools that must be at rest when the test ends.
func newPools(t testing.TB, cfg eventv1.PoolsConfig) *eventv1.Pools {
	pools := eventv1.NewPools(cfg)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		for _, u := range pools.Drain(ctx) {
			t.Errorf("not returned: %v", u)
		}
	})
	return pools
}

func newVenue(t testing.TB, cfg binance.Config) *binance.Venue {
	t.Helper()
	v, err := binance.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// run runs p until the returned stop, which fails the test unless Run ended well and soon.
func run(t testing.TB, p *provider.Provider) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }() // ends with ctx; stop waits for it
	return sync.OnceFunc(func() {
		t.Helper()
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Run: %v", err)
			}
		case <-time.After(5 * time.Second):
			t.Fatal("Run did not end within 5s")
		}
	})
}

func balanced(t testing.TB, s provider.Stats) {
	t.Helper()
	if s.Frames != s.Normalised+s.Ignored+s.Failed {
		t.Errorf("%d frames, but %d normalised + %d ignored + %d failed", s.Frames, s.Normalised, s.Ignored, s.Failed)
	}
}

// pipeVenue is a scripted venue over net.Pipe, for synctest bubbles: stream runs for each
// WebSocket connection after its subscriptions, numbered from 1; rest answers the rest.
type pipeVenue struct {
	stream func(n int, ws *peer)
	rest   http.HandlerFunc
	refuse int // status for every handshake, when set

	conns  chan net.Conn
	closed chan struct{}

	mu       sync.Mutex
	accepted []time.Time // when each WebSocket connection came
	requests []time.Time // when each REST request came
}

func (v *pipeVenue) start(t *testing.T) {
	v.conns, v.closed = make(chan net.Conn), make(chan struct{})
	s := &http.Server{Handler: v}
	done := make(chan struct{})
	go func() { // ends with the Close below
		defer close(done)
		s.Serve(v)
	}()
	t.Cleanup(func() {
		s.Close()
		<-done
	})
}

func (v *pipeVenue) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case v.conns <- server:
		return client, nil
	case <-v.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (v *pipeVenue) Accept() (net.Conn, error) {
	select {
	case c := <-v.conns:
		return c, nil
	case <-v.closed:
		return nil, net.ErrClosed
	}
}

func (v *pipeVenue) Close() error   { close(v.closed); return nil }
func (v *pipeVenue) Addr() net.Addr { return &net.TCPAddr{} }

func (v *pipeVenue) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/stream" {
		v.mu.Lock()
		v.requests = append(v.requests, time.Now())
		v.mu.Unlock()
		if v.rest == nil {
			http.NotFound(w, r)
			return
		}
		v.rest(w, r)
		return
	}
	v.mu.Lock()
	v.accepted = append(v.accepted, time.Now())
	n := len(v.accepted)
	v.mu.Unlock()
	if v.refuse != 0 {
		w.WriteHeader(v.refuse)
		return
	}
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer ws.CloseNow()
	p := &peer{ws: ws, gone: make(chan struct{}), requests: make(chan string, 100)}
	go func() { // ends with the connection
		defer close(p.gone)
		for {
			_, message, err := ws.Read(context.Background())
			if err != nil {
				return
			}
			p.requests <- string(message)
		}
	}()
	v.stream(n, p)
	ws.CloseNow()
	<-p.gone
}

// ticks is the id of the last diff that bookStream has sent on the first connection.
func (v *pipeVenue) ticks() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return 100 + int(time.Since(v.accepted[0])/(100*time.Millisecond))
}

// peer is the venue's end of a connection.
type peer struct {
	ws       *websocket.Conn
	gone     chan struct{} // closed when the client is
	requests chan string
}

func (p *peer) send(messages ...string) {
	for _, m := range messages {
		if p.ws.Write(context.Background(), websocket.MessageText, []byte(m)) != nil {
			return
		}
	}
}

// ack confirms the next request.
func (p *peer) ack() {
	select {
	case r := <-p.requests:
		_, id, _ := strings.Cut(r, `"id":`)
		p.send(`{"result":null,"id":` + id)
	case <-p.gone:
	}
}

// wait waits, or until the client is gone.
func (p *peer) wait(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-p.gone:
		return false
	}
}

func trade(id int) string {
	return fmt.Sprintf(`{"stream":"btcusdt@trade","data":{"e":"trade","E":1,"s":"BTCUSDT","t":%d,"p":"2","q":"1","T":1,"m":true,"M":true}}`, id)
}

func depth(first, last int) string {
	return fmt.Sprintf(`{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":%d,"u":%d,"b":[["1","%d"]],"a":[]}}`, first, last, last)
}

func snapshot(last int) string {
	return fmt.Sprintf(`{"lastUpdateId":%d,"bids":[["1","%d"]],"asks":[["3","1"]]}`, last, last)
}

// newProvider returns a provider of BTC-USDT at a scripted venue.
func newProvider(t *testing.T, v *pipeVenue, sink provider.Sink, change func(*provider.Config)) *provider.Provider {
	t.Helper()
	v.start(t)
	cfg := provider.Config{
		Name: "binance", Symbols: []string{"BTC-USDT"}, Pools: newPools(t, eventv1.PoolsConfig{}), Sink: sink,
		DialContext: v.dial, Seed: 1,
	}
	if change != nil {
		change(&cfg)
	}
	p, err := provider.New(newVenue(t, binance.Config{StreamURL: "ws://venue.test", RESTURL: "http://venue.test"}), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
