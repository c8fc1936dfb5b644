package poll

import (
	"context"
	"io"
	"time"

	"github.com/coder/websocket"
)

type session struct {
	ws    *websocket.Conn
	limit time.Duration
}

// Wrong ones.

func timeout(ctx context.Context, c *websocket.Conn) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, data, err := c.Read(ctx) // want `^a read with a timeout: it closes the connection when it expires: read with context.Background\(\), and let a watchdog on the last receive time call CloseNow$`
	return data, err
}

func deadline(ctx context.Context, c *websocket.Conn, at time.Time) (io.Reader, error) {
	ctx, cancel := context.WithDeadline(ctx, at)
	defer cancel()
	_, r, err := c.Reader(ctx) // want `^a read with a timeout`
	return r, err
}

func cause(c *websocket.Conn) {
	ctx, cancel := context.WithTimeoutCause(context.Background(), time.Second, io.EOF)
	defer cancel()
	c.Read(ctx) // want `^a read with a timeout`
}

func loop(ctx context.Context, s *session) error {
	for {
		ctx, cancel := context.WithTimeout(ctx, s.limit)
		_, _, err := s.ws.Read(ctx) // want `^a read with a timeout`
		cancel()
		if err != nil {
			return err
		}
	}
}

func derived(c *websocket.Conn) {
	outer, stop := context.WithTimeout(context.Background(), time.Second)
	defer stop()
	inner, cancel := context.WithCancel(context.WithValue(outer, "k", 1))
	defer cancel()
	c.Read(inner) // want `^a read with a timeout`
}

func sometimes(ctx context.Context, c *websocket.Conn, d time.Duration) {
	if d > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d)
		defer cancel()
	}
	c.Read(ctx) // want `^a read with a timeout`
}

func captured(c *websocket.Conn) func() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	return func() error {
		defer cancel()
		_, _, err := c.Read(ctx) // want `^a read with a timeout`
		return err
	}
}

func inGoroutine(c *websocket.Conn, done chan struct{}) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	go func() {
		c.Read(ctx) // want `^a read with a timeout`
		close(done)
	}()
	<-done
}

func read(ctx context.Context, c *websocket.Conn) { c.Read(ctx) }

func readTwice(c *websocket.Conn, ctx context.Context) { read(ctx, c) }

func handedOn(c *websocket.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	read(ctx, c)      // want `^a context with a timeout for the read in read: it closes`
	readTwice(c, ctx) // want `^a context with a timeout for the read in readTwice`
}

func (s *session) bounded() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), s.limit)
}

func made(s *session) {
	ctx, cancel := s.bounded()
	defer cancel()
	s.ws.Read(ctx) // want `^a read with a timeout`
}

// Right ones that look alike.

func background(c *websocket.Conn) {
	c.Read(context.Background())
}

func given(ctx context.Context, c *websocket.Conn) { c.Reader(ctx) }

func cancelled(ctx context.Context, c *websocket.Conn) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c.Read(ctx)
}

func hooked(ctx context.Context, c *websocket.Conn) {
	stop := context.AfterFunc(ctx, func() { c.CloseNow() })
	defer stop()
	c.Read(context.Background())
}

func write(ctx context.Context, c *websocket.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return c.Write(ctx, 0, nil)
}

func ping(ctx context.Context, c *websocket.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return c.Ping(ctx)
}

func writeThenRead(ctx context.Context, c *websocket.Conn) error {
	short, cancel := context.WithTimeout(ctx, time.Second)
	err := c.Write(short, 0, nil)
	cancel()
	c.Read(ctx)
	return err
}

func freed(ctx context.Context, c *websocket.Conn) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	c.Read(context.WithoutCancel(ctx))
}

type pipe struct{}

func (pipe) Read(ctx context.Context) (int, error) { return 0, ctx.Err() }

func notSocket(p pipe) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	p.Read(ctx)
}

func readFine(c *websocket.Conn) {
	read(context.Background(), c)
}
