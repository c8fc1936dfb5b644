package bybit_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/bybit"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

// pipe is a listener of one connection over net.Pipe, for a synctest bubble.
type pipe struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipe) Close() error   { close(p.closed); return nil }
func (p *pipe) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipe) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// TestSession subscribes three symbols, of which the venue refuses one, pings in JSON, loses a delta,
// and sees the service restart.
func TestSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var received []string
		listener := &pipe{conns: make(chan net.Conn), closed: make(chan struct{})}
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/v5/public/spot" {
				t.Errorf("dialled %s", r.URL.Path)
			}
			ws, err := websocket.Accept(w, r, nil)
			if err != nil {
				t.Error(err)
				return
			}
			defer ws.CloseNow()
			for {
				_, message, err := ws.Read(context.Background())
				if err != nil {
					return // the client is gone
				}
				received = append(received, string(message))
				for _, answer := range script(len(received)) {
					if err := ws.Write(context.Background(), websocket.MessageText, []byte(answer)); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})}
		serving := make(chan error, 1)
		go func() { serving <- server.Serve(listener) }() // ends with the Close below

		pools := eventv1.NewPools(eventv1.PoolsConfig{})
		sink := &providertest.Recorder{}
		p, err := provider.New(newVenue(t, bybit.Config{StreamURL: "ws://venue.test"}), provider.Config{
			Name: "bybit", Symbols: []string{"BTC-USDT", "ETH-USDT", "SOL-USDT"}, Pools: pools, Sink: sink,
			DialContext: listener.dial, Seed: 1, SnapshotEvery: time.Hour, StaleAfter: time.Minute,
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		running := make(chan error, 1)
		go func() { running <- p.Run(ctx) }() // ends with ctx
		time.Sleep(30 * time.Second)
		s := p.Stats()
		cancel()
		if err := <-running; err != nil {
			t.Errorf("Run: %v", err)
		}
		server.Close()
		<-serving
		providertest.Balanced(t, s)

		topics := func(native string) string {
			return strings.ReplaceAll(`"orderbook.50.X","orderbook.1.X","publicTrade.X"`, "X", native)
		}
		want := []string{
			`{"req_id":"1","op":"subscribe","args":[` + topics("BTCUSDT") + `]}`,
			`{"req_id":"2","op":"subscribe","args":[` + topics("ETHUSDT") + `]}`,
			`{"req_id":"3","op":"subscribe","args":[` + topics("SOLUSDT") + `]}`,
			`{"op":"ping"}`,
			`{"req_id":"10","op":"unsubscribe","args":["orderbook.50.BTCUSDT"]}`,
			`{"req_id":"11","op":"subscribe","args":["orderbook.50.BTCUSDT"]}`,
		}
		if diff := cmp.Diff(want, received); diff != "" {
			t.Errorf("the venue received (-want +got):\n%s", diff)
		}
		wantLines := []string{
			"BOOK_SNAPSHOT e1 100-100", "BOOK_UPDATE e1 101-101", "BOOK_UPDATE e2 0-0 stale", "BOOK_SNAPSHOT e2 100-100", "BOOK_UPDATE e2 101-101",
			"BOOK_UPDATE e3 0-0 stale", "BOOK_SNAPSHOT e3 1-1", "BOOK_UPDATE e3 2-2", "BOOK_UPDATE e4 0-0 stale", // the last at the end
		}
		if diff := cmp.Diff(wantLines, sink.Lines()); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		if s.Refused != 3 || s.Connects != 1 || s.Gaps != 1 || s.Resyncs != 1 || s.Failed != 0 {
			t.Errorf("got %+v; want 3 refused, 1 connection, 1 gap, 1 resync", s)
		}
	})
}

// script is what the venue answers to the client's message number n.
func script(n int) []string {
	switch n {
	case 1:
		return []string{`{"success":true,"ret_msg":"subscribe","conn_id":"x","req_id":"1","op":"subscribe"}`, snapshotJSON, bookJSON(101, 2)}
	case 2:
		return []string{`{"success":false,"ret_msg":"Invalid topic: x","conn_id":"x","req_id":"2","op":"subscribe"}`}
	case 3:
		return []string{`{"success":true,"ret_msg":"subscribe","conn_id":"x","op":"subscribe"}`} // the oldest request's
	case 4:
		return []string{`{"success":true,"ret_msg":"pong","conn_id":"x","op":"ping"}`, bookJSON(103, 2)}
	case 5:
		return []string{`{"success":true,"ret_msg":"unsubscribe","conn_id":"x","req_id":"10","op":"unsubscribe"}`}
	}
	return []string{
		`{"success":true,"ret_msg":"subscribe","conn_id":"x","req_id":"11","op":"subscribe"}`, snapshotJSON, bookJSON(101, 2),
		strings.Replace(snapshotJSON, `"u":100`, `"u":1`, 1), bookJSON(2, 2),
	}
}
