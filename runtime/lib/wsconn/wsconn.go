package wsconn

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/meltica/meltica/runtime/lib/buffer"
)

// Config says how to connect. A zero field takes the default that is named.
type Config struct {
	// ReadBytesMax bounds one message; a longer one ends the connection with code 1009. 16 MiB.
	ReadBytesMax int
	// HandshakeTimeout bounds everything up to the answer to the upgrade: name, TCP, TLS,
	// HTTP. 10 s.
	HandshakeTimeout time.Duration
	// WriteTimeout bounds one Write or Ping. 5 s.
	WriteTimeout time.Duration
	// BufferBytes is the size of the buffer between the socket and the library. 64 KiB.
	BufferBytes int
	// Header is sent with the handshake.
	Header http.Header
	// TLS configures wss; nil verifies against the system's roots.
	TLS *tls.Config
	// DialContext opens the transport; nil takes a net.Dialer.
	DialContext func(ctx context.Context, network, address string) (net.Conn, error)
	// Now gives the time of a message in Unix ns; nil takes time.Now.
	Now func() int64
}

// Message says what a Read has put into the buffer.
type Message struct {
	// Binary tells a binary message from a text.
	Binary bool
	// Time is when the message was read whole, by Config.Now.
	Time int64
}

// Conn is one client connection. Read belongs to one goroutine; everything else may be called
// from any.
type Conn struct {
	ws           *websocket.Conn
	unhook       func() bool
	readBytesMax int
	writeTimeout time.Duration
	now          func() int64
	last         atomic.Int64
}

// Dial connects to a ws or wss address. The connection lives until Close, until it fails, or
// until ctx is done, which also ends a blocked Read. Cause says what an error means.
func Dial(ctx context.Context, url string, cfg Config) (*Conn, error) {
	cfg = cfg.withDefaults()
	transport := &http.Transport{
		DialContext:         cfg.dial,
		TLSClientConfig:     cfg.TLS,
		TLSHandshakeTimeout: cfg.HandshakeTimeout,
		DisableKeepAlives:   true, // one request: the upgrade
	}
	shake, cancel := context.WithTimeout(ctx, cfg.HandshakeTimeout)
	defer cancel()
	ws, response, err := websocket.Dial(shake, url, &websocket.DialOptions{
		HTTPClient:      &http.Client{Transport: transport, CheckRedirect: refuseRedirect},
		HTTPHeader:      cfg.Header,
		CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		return nil, handshakeError(url, response, err)
	}
	ws.SetReadLimit(int64(cfg.ReadBytesMax))
	c := &Conn{ws: ws, readBytesMax: cfg.ReadBytesMax, writeTimeout: cfg.WriteTimeout, now: cfg.Now}
	c.last.Store(cfg.Now())
	c.unhook = context.AfterFunc(ctx, func() {
		_ = ws.CloseNow() // it can only say that somebody else closed first
	})
	return c, nil
}

func (cfg Config) withDefaults() Config {
	if cfg.ReadBytesMax == 0 {
		cfg.ReadBytesMax = 16 << 20
	}
	if cfg.HandshakeTimeout == 0 {
		cfg.HandshakeTimeout = 10 * time.Second
	}
	if cfg.WriteTimeout == 0 {
		cfg.WriteTimeout = 5 * time.Second
	}
	if cfg.BufferBytes == 0 {
		cfg.BufferBytes = 64 << 10
	}
	if cfg.DialContext == nil {
		cfg.DialContext = new(net.Dialer).DialContext
	}
	if cfg.Now == nil {
		cfg.Now = func() int64 { return time.Now().UnixNano() }
	}
	return cfg
}

// dial opens the transport and puts the buffer on its reading side.
func (cfg Config) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := cfg.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &bufferedConn{Conn: c, r: bufio.NewReaderSize(c, cfg.BufferBytes)}, nil
}

// bufferedConn is a net.Conn that reads ahead.
type bufferedConn struct {
	net.Conn
	r *bufio.Reader
}

func (c *bufferedConn) Read(p []byte) (int, error) { return c.r.Read(p) }

func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Read replaces the content of dst by the next message and blocks until there is one. After an
// error the connection is dead and dst holds nothing of use.
func (c *Conn) Read(dst *buffer.Buffer) (Message, error) {
	kind, r, err := c.ws.Reader(context.Background())
	if err != nil {
		return Message{}, fmt.Errorf("wsconn: read: %w", err)
	}
	// One byte more than the limit: the library's own check must fail first, for it tells the
	// peer why (1009).
	if err := dst.ReadAll(r, c.readBytesMax+1); err != nil {
		return Message{}, fmt.Errorf("wsconn: read: %w", err)
	}
	now := c.now()
	c.last.Store(now)
	return Message{Binary: kind == websocket.MessageBinary, Time: now}, nil
}

// LastReceive returns when the last message was read whole, by Config.Now; before the first, when
// the connection was made. Pings of the peer do not count.
func (c *Conn) LastReceive() int64 { return c.last.Load() }

// Write sends one text message within WriteTimeout. A Write that fails has closed the
// connection.
func (c *Conn) Write(ctx context.Context, text []byte) error {
	ctx, cancel := context.WithTimeout(ctx, c.writeTimeout)
	defer cancel()
	if err := c.ws.Write(ctx, websocket.MessageText, text); err != nil {
		return fmt.Errorf("wsconn: write: %w", err)
	}
	return nil
}

// Ping sends a ping frame and waits for its pong, at most WriteTimeout. It needs a Read under
// way in another goroutine: that is where the pong is taken in.
func (c *Conn) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.writeTimeout)
	defer cancel()
	if err := c.ws.Ping(ctx); err != nil {
		return fmt.Errorf("wsconn: ping: %w", err)
	}
	return nil
}

// Close ends the connection at once and makes a blocked Read return. There is no closing
// handshake: it can take 10 s against a peer that is gone, and a venue needs none. Closing
// again does nothing.
func (c *Conn) Close() {
	c.unhook()
	_ = c.ws.CloseNow() // it can only say that somebody else closed first
}
