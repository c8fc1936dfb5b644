package venuesim

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// corkListener hands out connections that can be corked: a writer with many frames at hand
// sends them with one system call, as a venue's gateway does in a burst.
type corkListener struct{ net.Listener }

func (l corkListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &corkConn{Conn: c}, nil
}

// corkConn is a connection whose writes are held back while it is corked.
type corkConn struct {
	net.Conn
	mu     sync.Mutex // protects the following
	corked bool
	held   []byte
}

// corkBytesMax is how much is held back at the most.
const corkBytesMax = 64 << 10

// Write sends p, or holds a copy of it back.
func (c *corkConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.corked {
		return c.Conn.Write(p)
	}
	c.held = append(c.held, p...)
	if len(c.held) >= corkBytesMax {
		if err := c.flush(); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

func (c *corkConn) cork() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.corked = true
}

// uncork sends what was held back.
func (c *corkConn) uncork() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.corked = false
	return c.flush()
}

func (c *corkConn) flush() error {
	if len(c.held) == 0 {
		return nil
	}
	_, err := c.Conn.Write(c.held)
	c.held = c.held[:0]
	return err
}

type connKey struct{}

// withConn lets a handler find the connection that it was called on.
func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

func connOf(r *http.Request) *corkConn {
	c, ok := r.Context().Value(connKey{}).(*corkConn)
	if !ok {
		panic("venuesim: request without its connection")
	}
	return c
}
