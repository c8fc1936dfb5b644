package limit

import (
	"context"
	"time"

	"github.com/coder/websocket"
)

func inTest() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	c, _, _ := websocket.Dial(ctx, "ws://x", nil)
	c.Read(ctx)
}
