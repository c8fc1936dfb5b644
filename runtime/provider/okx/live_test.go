package okx_test

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/okx"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

// pipeVenue is a scripted venue over net.Pipe, for synctest bubbles: stream runs for each
// connection, numbered from 1. What the client sends is in received.
type pipeVenue struct {
	stream func(n int, send func(...string), received <-chan string)

	conns  chan net.Conn
	closed chan struct{}
	mu     sync.Mutex
	n      int
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

func (v *pipeVenue) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/public" {
		http.NotFound(w, r)
		return
	}
	ws, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer ws.CloseNow()
	v.mu.Lock()
	v.n++
	n := v.n
	v.mu.Unlock()
	received := make(chan string, 100)
	go func() { // ends with the connection
		defer close(received)
		for {
			_, message, err := ws.Read(context.Background())
			if err != nil {
				return
			}
			received <- string(message)
		}
	}()
	v.stream(n, func(messages ...string) {
		for _, m := range messages {
			if ws.Write(context.Background(), websocket.MessageText, []byte(m)) != nil {
				return
			}
		}
	}, received)
	for range received { // until the client is gone
	}
}

// connect runs a provider at the venue for a while of bubble time, and returns its statistics.
func (v *pipeVenue) connect(t *testing.T, sink provider.Sink, d time.Duration) provider.Stats {
	t.Helper()
	v.conns, v.closed = make(chan net.Conn), make(chan struct{})
	server := &http.Server{Handler: v}
	serving := make(chan struct{})
	go func() { // ends with the Close below
		defer close(serving)
		server.Serve(v)
	}()
	p, err := provider.New(newVenue(t, okx.Config{StreamURL: "ws://venue.test/public", RESTURL: "http://venue.test"}), provider.Config{
		Name: "okx", Symbols: []string{"BTC-USDT"}, Pools: providertest.NewPools(t), Sink: sink, DialContext: v.dial, Seed: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	running := make(chan error, 1)
	go func() { running <- p.Run(ctx) }() // ends with ctx
	time.Sleep(d)
	stats := p.Stats()
	cancel()
	if err := <-running; err != nil {
		t.Errorf("Run: %v", err)
	}
	server.Close()
	<-serving
	providertest.Balanced(t, stats)
	return stats
}

func ack(id, channel string) string {
	return `{"id":"` + id + `","event":"subscribe","arg":{"channel":"` + channel + `","instId":"BTC-USDT"},"connId":"1"}`
}

func TestSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests, pings := make(chan string, 10), make(chan string, 10)
		v := &pipeVenue{stream: func(n int, send func(...string), received <-chan string) {
			requests <- <-received
			send(ack("1", "trades"), `{"id":"1","event":"error","code":"60018","msg":"Wrong URL or channel","connId":"1"}`, ack("1", "books"))
			send(snapshotJSON(5), updateJSON(5, 6))
			switch n {
			case 1:
				for range 3 { // the venue is quiet: pings keep the connection, and it is alive by the data behind them
					if m := <-received; m == "ping" {
						pings <- m
						send("pong", bookJSON("update", 6, 6, 0, "", ""))
					}
				}
				send(updateJSON(7, 8)) // a gap: unsubscribe, subscribe
				requests <- <-received
				requests <- <-received
				send(updateJSON(8, 9), ack("5", "books"), snapshotJSON(50), updateJSON(50, 60))
				send(`{"event":"notice","code":"64008","msg":"The connection will soon be closed for a service upgrade. Please reconnect.","connId":"1"}`)
			case 2:
				send(updateJSON(6, 7))
			}
		}}
		sink := &providertest.Recorder{}
		s := v.connect(t, sink, 55*time.Second)
		if len(pings) != 3 {
			t.Errorf("%d pings in 45 s of silence, want 3", len(pings))
		}
		subscribe := `{"id":"1","op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT"},{"channel":"tickers","instId":"BTC-USDT"},{"channel":"trades","instId":"BTC-USDT"}]}`
		want := []string{
			subscribe,
			`{"id":"4","op":"unsubscribe","args":[{"channel":"books","instId":"BTC-USDT"}]}`,
			`{"id":"5","op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT"}]}`,
			subscribe,
		}
		for i, want := range want {
			if got := <-requests; got != want {
				t.Errorf("request %d is %s, want %s", i, got, want)
			}
		}
		wantLines := []string{
			"BOOK_SNAPSHOT e1 5-5", "BOOK_UPDATE e1 6-6", "BOOK_UPDATE e2 0-0 stale",
			"BOOK_SNAPSHOT e2 50-50", "BOOK_UPDATE e2 51-60", "BOOK_UPDATE e3 0-0 stale",
			"BOOK_SNAPSHOT e3 5-5", "BOOK_UPDATE e3 6-6", "BOOK_UPDATE e3 7-7", "BOOK_UPDATE e4 0-0 stale",
		}
		if diff := cmp.Diff(wantLines, sink.Lines()); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		if s.Refused != 2 || s.Connects != 2 || s.Gaps != 1 || s.Resyncs != 2 || s.Failed != 0 {
			t.Errorf("got %+v; want 2 refused, 2 connections, 1 gap, 2 resyncs", s)
		}
	})
}

// TestRefusedRequest: one error may answer for a whole request.
func TestRefusedRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &pipeVenue{stream: func(_ int, send func(...string), received <-chan string) {
			<-received
			send(`{"event":"error","code":"60012","msg":"Invalid request: {\"op\"}","connId":"1"}`)
		}}
		if s := v.connect(t, providertest.Discard{}, 5*time.Second); s.Refused != 3 || s.Ignored != 1 {
			t.Errorf("got %+v; want 3 refused", s)
		}
	})
}
