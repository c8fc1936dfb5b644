package limit

import (
	"context"
	"fmt"

	"github.com/coder/websocket"
)

type session struct {
	ws   *websocket.Conn
	name string
}

const bytesMax = 1 << 20

// Wrong ones.

func unlimited(ctx context.Context) error {
	c, _, err := websocket.Dial(ctx, "ws://x", nil) // want `^the connection is read without SetReadLimit: the library's default closes the connection on messages above 32,768 bytes: call SetReadLimit right after Dial$`
	if err != nil {
		return err
	}
	_, _, err = c.Read(context.Background())
	return err
}

func tooLate(ctx context.Context) error {
	c, _, err := websocket.Dial(ctx, "ws://x", nil) // want `^the connection is read without SetReadLimit`
	if err != nil {
		return err
	}
	defer c.CloseNow()
	c.Reader(context.Background())
	c.SetReadLimit(bytesMax)
	return nil
}

func onOnePath(ctx context.Context, big bool) error {
	c, _, err := websocket.Dial(ctx, "ws://x", nil) // want `^the connection is read without`
	if err != nil {
		return err
	}
	if big {
		c.SetReadLimit(bytesMax)
	}
	c.Read(context.Background())
	return nil
}

func deferred(ctx context.Context) {
	c, _, _ := websocket.Dial(ctx, "ws://x", nil) // want `^the connection is read without`
	defer c.SetReadLimit(bytesMax)
	c.Read(context.Background())
}

func returned(ctx context.Context) (*websocket.Conn, error) {
	c, _, err := websocket.Dial(ctx, "ws://x", nil) // want `^the connection leaves returned without SetReadLimit`
	return c, err
}

func wrapped(ctx context.Context) (*session, error) {
	c, _, err := websocket.Dial(ctx, "ws://x", nil) // want `^the connection leaves wrapped without`
	if err != nil {
		return nil, err
	}
	return &session{ws: c, name: "x"}, nil
}

func (s *session) redial(ctx context.Context) (err error) {
	s.ws, _, err = websocket.Dial(ctx, "ws://x", nil) // want `^the connection leaves redial without`
	return err
}

func (s *session) redialAndRead(ctx context.Context) (err error) {
	if s.ws, _, err = websocket.Dial(ctx, "ws://x", nil); err != nil { // want `^the connection is read without`
		return err
	}
	_, _, err = s.ws.Read(ctx)
	return err
}

func sent(ctx context.Context, out chan<- *websocket.Conn) {
	c, _, _ := websocket.Dial(ctx, "ws://x", nil) // want `^the connection is sent on a channel without`
	out <- c
}

func inGoroutine(ctx context.Context) {
	c, _, _ := websocket.Dial(ctx, "ws://x", nil) // want `^the connection is read in a function literal without`
	go func() {
		c.Read(context.Background())
	}()
}

func reads(c *websocket.Conn) { c.Read(context.Background()) }

func handedOn(ctx context.Context) {
	c, _, _ := websocket.Dial(ctx, "ws://x", nil) // want `^the connection is handed on without`
	reads(c)
}

func toStranger(ctx context.Context) {
	c, _, _ := websocket.Dial(ctx, "ws://x", nil) // want `^the connection leaves toStranger without`
	fmt.Println(c)
}

func again(ctx context.Context) {
	for {
		c, _, err := websocket.Dial(ctx, "ws://x", nil) // want `^the connection is read without`
		if err == nil {
			c.Read(context.Background())
		}
	}
}

func negative(ctx context.Context) {
	c, _, _ := websocket.Dial(ctx, "ws://x", nil)
	c.SetReadLimit(-1) // want `^a negative read limit is none: give the bytes of the largest message that may come$`
	c.Read(context.Background())
}

// Right ones that look alike.

func limited(ctx context.Context) error {
	c, _, err := websocket.Dial(ctx, "ws://x", nil)
	if err != nil {
		return err
	}
	defer c.CloseNow()
	c.SetReadLimit(bytesMax)
	_, _, err = c.Read(context.Background())
	return err
}

func onBothPaths(ctx context.Context, big bool) {
	c, _, err := websocket.Dial(ctx, "ws://x", nil)
	if err != nil {
		return
	}
	if big {
		c.SetReadLimit(bytesMax)
	} else {
		c.SetReadLimit(bytesMax / 2)
	}
	c.Read(context.Background())
}

func wrappedLimited(ctx context.Context) (*session, error) {
	c, _, err := websocket.Dial(ctx, "ws://x", nil)
	if err != nil {
		return nil, err
	}
	c.SetReadLimit(bytesMax)
	context.AfterFunc(ctx, func() { c.CloseNow() })
	return &session{ws: c}, nil
}

func throughField(ctx context.Context) (*session, error) {
	c, _, err := websocket.Dial(ctx, "ws://x", nil)
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	s := &session{ws: c}
	s.ws.SetReadLimit(bytesMax)
	return s, nil
}

func (s *session) redialLimited(ctx context.Context) (err error) {
	if s.ws, _, err = websocket.Dial(ctx, "ws://x", nil); err != nil {
		return err
	}
	s.ws.SetReadLimit(bytesMax)
	_, _, err = s.ws.Read(ctx)
	return err
}

func named(ctx context.Context) (c *websocket.Conn, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("dial: %w", err)
		}
	}()
	c, _, err = websocket.Dial(ctx, "ws://x", nil)
	if err != nil {
		return nil, err
	}
	c.SetReadLimit(bytesMax)
	return c, nil
}

func hookFirst(ctx context.Context) {
	c, _, err := websocket.Dial(ctx, "ws://x", nil)
	if err != nil {
		return
	}
	stop := context.AfterFunc(ctx, func() { c.CloseNow() })
	defer stop()
	c.SetReadLimit(bytesMax)
	c.Read(context.Background())
}

func limit(c *websocket.Conn, n int64) { c.SetReadLimit(n) }

func byFunction(ctx context.Context) {
	c, _, _ := websocket.Dial(ctx, "ws://x", nil)
	limit(c, bytesMax)
	c.Read(context.Background())
}

func hello(c *websocket.Conn) error { return c.Write(context.Background(), 0, nil) }

func writeFirst(ctx context.Context) {
	c, _, _ := websocket.Dial(ctx, "ws://x", nil)
	if hello(c) != nil {
		c.CloseNow()
		return
	}
	c.SetReadLimit(bytesMax)
	reads(c)
}

func probe(ctx context.Context) error {
	c, _, err := websocket.Dial(ctx, "ws://x", nil)
	if err != nil {
		return err
	}
	return c.Close(1000, "")
}

func dropped(ctx context.Context) error {
	_, _, err := websocket.Dial(ctx, "ws://x", nil)
	return err
}

type dialer struct{}

func (dialer) Dial(ctx context.Context) *session { return &session{} }

func otherDial(ctx context.Context, d dialer) *session { return d.Dial(ctx) }
