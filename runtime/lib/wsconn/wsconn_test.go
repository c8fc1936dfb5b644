package wsconn_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/meltica/meltica/runtime/lib/buffer"
	"github.com/meltica/meltica/runtime/lib/leaktest"
	"github.com/meltica/meltica/runtime/lib/wsconn"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// serve runs handle for each connection of a loopback server and returns its address.
func serve(t *testing.T, handle func(*websocket.Conn)) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Errorf("accept: %v", err)
			return
		}
		defer c.CloseNow()
		handle(c)
	}))
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http")
}

func dial(t *testing.T, url string, cfg wsconn.Config) *wsconn.Conn {
	t.Helper()
	c, err := wsconn.Dial(t.Context(), url, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestReadReturnsWholeMessages(t *testing.T) {
	long := bytes.Repeat([]byte("0123456789"), 20_000)
	url := serve(t, func(c *websocket.Conn) {
		ctx := context.Background()
		c.Write(ctx, websocket.MessageText, []byte("text"))
		c.Write(ctx, websocket.MessageBinary, []byte{0, 1})
		c.Write(ctx, websocket.MessageText, nil)
		w, _ := c.Writer(ctx, websocket.MessageText) // one message in many fragments
		for chunk := range bytesChunks(long, 1000) {
			w.Write(chunk)
		}
		w.Close()
		c.Read(ctx)
	})
	tick := int64(0)
	c := dial(t, url, wsconn.Config{Now: func() int64 { tick++; return tick }})
	if got := c.LastReceive(); got != 1 {
		t.Errorf("LastReceive before the first message is %d, want the time of the dial, 1", got)
	}
	var b buffer.Buffer
	f := func(want []byte, binary bool) {
		t.Helper()
		before := tick
		m, err := c.Read(&b)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b.Bytes(), want) || m.Binary != binary {
			t.Errorf("got %d bytes, binary %v; want %d bytes, binary %v", b.Len(), m.Binary, len(want), binary)
		}
		if m.Time != before+1 || c.LastReceive() != m.Time {
			t.Errorf("message time %d, LastReceive %d, want both %d", m.Time, c.LastReceive(), before+1)
		}
	}
	f([]byte("text"), false)
	f([]byte{0, 1}, true)
	f(nil, false)
	f(long, false)
}

func bytesChunks(b []byte, n int) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(b) > 0 {
			k := min(n, len(b))
			if !yield(b[:k]) {
				return
			}
			b = b[k:]
		}
	}
}

func TestReadLimitIsTheConfiguredOne(t *testing.T) {
	closed := make(chan websocket.StatusCode, 1)
	url := serve(t, func(c *websocket.Conn) {
		c.Write(context.Background(), websocket.MessageText, make([]byte, 40_000)) // over the library's default
		c.Write(context.Background(), websocket.MessageText, make([]byte, 50_001))
		_, _, err := c.Read(context.Background())
		closed <- websocket.CloseStatus(err)
	})
	c := dial(t, url, wsconn.Config{ReadBytesMax: 50_000})
	var b buffer.Buffer
	if _, err := c.Read(&b); err != nil || b.Len() != 40_000 {
		t.Fatalf("got %d bytes, %v; want 40000", b.Len(), err)
	}
	_, err := c.Read(&b)
	if cause := wsconn.CauseOf(err); cause.Code != 1009 || !cause.Retry {
		t.Errorf("got %+v for %v, want 1009 and a retry", cause, err)
	}
	if got := <-closed; got != websocket.StatusMessageTooBig {
		t.Errorf("the peer saw close code %v, want 1009", got)
	}
}

func TestContextAndCloseEndABlockedRead(t *testing.T) {
	for _, how := range []string{"cancel", "close"} {
		t.Run(how, func(t *testing.T) {
			gone := make(chan struct{})
			url := serve(t, func(c *websocket.Conn) {
				c.Read(context.Background())
				close(gone)
			})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			c, err := wsconn.Dial(ctx, url, wsconn.Config{})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			done := make(chan error, 1)
			go func() { // ends with the read
				var b buffer.Buffer
				_, err := c.Read(&b)
				done <- err
			}()
			if how == "cancel" {
				cancel()
			} else {
				c.Close()
			}
			if err := <-done; err == nil {
				t.Error("a read on a closed connection succeeded")
			}
			<-gone
		})
	}
}

func TestWriteAndPing(t *testing.T) {
	got := make(chan string, 1)
	url := serve(t, func(c *websocket.Conn) {
		_, p, _ := c.Read(context.Background())
		got <- string(p)
		c.Read(context.Background()) // answers the ping
	})
	c := dial(t, url, wsconn.Config{})
	read := make(chan struct{})
	go func() { // ends with the connection
		defer close(read)
		var b buffer.Buffer
		c.Read(&b)
	}()
	if err := c.Write(t.Context(), []byte(`{"id":1}`)); err != nil {
		t.Fatal(err)
	}
	if s := <-got; s != `{"id":1}` {
		t.Errorf("the peer read %q", s)
	}
	if err := c.Ping(t.Context()); err != nil {
		t.Errorf("ping: %v", err)
	}
	c.Close()
	<-read
	if err := c.Write(t.Context(), []byte("late")); err == nil {
		t.Error("write after Close succeeded")
	}
}

// pipe serves one connection over net.Pipe, for synctest bubbles.
func pipe(t *testing.T, handle func(*websocket.Conn)) wsconn.Config {
	client, server := net.Pipe()
	l := &oneConn{conn: make(chan net.Conn, 1), closed: make(chan struct{})}
	l.conn <- server
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Errorf("accept: %v", err)
			return
		}
		defer c.CloseNow()
		handle(c)
	})}
	go s.Serve(l) // ends with the Close below
	t.Cleanup(func() { s.Close() })
	return wsconn.Config{DialContext: func(context.Context, string, string) (net.Conn, error) { return client, nil }}
}

type oneConn struct {
	conn   chan net.Conn
	closed chan struct{}
}

func (l *oneConn) Accept() (net.Conn, error) {
	select {
	case c := <-l.conn:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}
func (l *oneConn) Close() error   { close(l.closed); return nil }
func (l *oneConn) Addr() net.Addr { return &net.TCPAddr{} }

func TestPeerThatNeverReadsBoundsWriteAndPing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		cfg := pipe(t, func(*websocket.Conn) { <-stop })
		cfg.WriteTimeout = 3 * time.Second
		c := dial(t, "ws://venue.test/", cfg)
		start := time.Now()
		if err := c.Write(t.Context(), make([]byte, 100_000)); err == nil {
			t.Error("a write to a peer that does not read succeeded")
		}
		if d := time.Since(start); d != 3*time.Second {
			t.Errorf("the write took %v, want 3s", d)
		}
		close(stop)
	})
}

func TestHandshakeIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := net.Pipe()
		defer server.Close()
		go io.Copy(io.Discard, server) // takes the request, never answers; ends with the pipe
		start := time.Now()
		_, err := wsconn.Dial(t.Context(), "ws://venue.test/?key=secret", wsconn.Config{
			HandshakeTimeout: 2 * time.Second,
			DialContext:      func(context.Context, string, string) (net.Conn, error) { return client, nil },
		})
		if d := time.Since(start); d != 2*time.Second {
			t.Errorf("the dial took %v, want 2s", d)
		}
		if cause := wsconn.CauseOf(err); err == nil || !cause.Retry || cause.Status != 0 {
			t.Errorf("got %v, %+v; want a retry without a status", err, cause)
		}
	})
}

func TestHandshakeRefusals(t *testing.T) {
	f := func(status int, header string, want wsconn.Cause) {
		t.Helper()
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", header)
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
		}))
		defer s.Close()
		_, err := wsconn.Dial(t.Context(), "ws"+strings.TrimPrefix(s.URL, "http")+"/?key=secret", wsconn.Config{})
		if err == nil {
			t.Fatalf("status %d: dial succeeded", status)
		}
		if got := wsconn.CauseOf(err); got != want {
			t.Errorf("status %d: got %+v, want %+v", status, got, want)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error shows the query: %v", err)
		}
	}
	f(200, "", wsconn.Cause{Status: 200, Retry: true})
	f(302, "", wsconn.Cause{Status: 302, Retry: true})
	f(401, "", wsconn.Cause{Status: 401})
	f(403, "", wsconn.Cause{Status: 403, Retry: true})
	f(429, "7", wsconn.Cause{Status: 429, RetryAfter: 7 * time.Second, Retry: true})
	f(418, "999999999", wsconn.Cause{Status: 418, RetryAfter: 24 * time.Hour, Retry: true})
	f(503, "soon", wsconn.Cause{Status: 503, Retry: true})
}

func TestCloseCodes(t *testing.T) {
	f := func(code int, retry bool) {
		t.Helper()
		url := serve(t, func(c *websocket.Conn) { c.Close(websocket.StatusCode(code), "bye") })
		c := dial(t, url, wsconn.Config{})
		var b buffer.Buffer
		_, err := c.Read(&b)
		if got := wsconn.CauseOf(err); got.Code != code || got.Retry != retry {
			t.Errorf("code %d: got %+v, want retry %v", code, got, retry)
		}
	}
	for _, code := range []int{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 1014, 3001, 4000, 4999} {
		f(code, true)
	}
	for _, code := range []int{1010, 3000, 3003} {
		f(code, false)
	}
}

func TestEndWithoutCloseFrame(t *testing.T) {
	url := serve(t, func(c *websocket.Conn) { c.CloseNow() })
	c := dial(t, url, wsconn.Config{})
	var b buffer.Buffer
	_, err := c.Read(&b)
	if got := wsconn.CauseOf(err); got.Code != 1006 || !got.Retry {
		t.Errorf("got %+v for %v, want 1006 and a retry", got, err)
	}
	if wsconn.CauseOf(errors.New("other")).Code != 1006 {
		t.Error("an unknown error is not 1006")
	}
}

func TestReadDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("allocations are counted without the race detector")
	}
	message := bytes.Repeat([]byte("x"), 10_240)
	url := serve(t, func(c *websocket.Conn) {
		for c.Write(context.Background(), websocket.MessageText, message) == nil {
		}
	})
	c := dial(t, url, wsconn.Config{})
	var b buffer.Buffer
	read := func() {
		if _, err := c.Read(&b); err != nil {
			t.Fatal(err)
		}
	}
	for range 100 {
		read()
	}
	// The server writes in this process, so its allocations (0 with this library) count too.
	if n := testing.AllocsPerRun(2000, read); n != 0 {
		t.Errorf("%v allocations a message, want 0", n)
	}
}
