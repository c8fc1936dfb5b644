package free

import (
	"context"
	"time"
)

type conn struct{}

func (*conn) Read(ctx context.Context) error { return nil }

// There is no WebSocket in this package.
func read(c *conn) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return c.Read(ctx)
}
