package venuesim

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// client is one stream connection: its queue of frames and the goroutine that writes them.
type client struct {
	// Immutable once the connection serves.
	ws       *websocket.Conn
	conn     *corkConn
	end      context.CancelCauseFunc // of the conversation
	queueMax int
	room     chan<- struct{} // capacity 1; told when frames have left the queue; may be nil

	// Owned by whoever reads from ws, one at a time.
	inbound rateWindow

	// Guarded by binance.mu.
	combined bool
	micros   bool
	waiting  bool // frames were queued and the writer has not been woken
	streams  map[string]*stream

	mu     sync.Mutex // protects the following; taken while binance.mu is held, never before it
	queue  []byte     // frames, each behind its length in 4 bytes
	spare  []byte
	closed bool
	over   bool // the queue ran over: a slow consumer

	wake chan struct{} // capacity 1: there is something to write
}

func newClient(cfg BinanceConfig) *client {
	return &client{
		queueMax: cfg.QueueMax, inbound: newRateWindow(cfg.InboundMax, time.Second),
		streams: make(map[string]*stream), wake: make(chan struct{}, 1),
	}
}

// admit counts a message or control frame from the client. One too many ends the conversation.
func (c *client) admit() bool {
	ok := c.inbound.admit(time.Now())
	if !ok {
		c.end(errTooMany)
	}
	return ok
}

// send queues a frame, head and body and tail joined. It never blocks: a client that lets more
// than queueMax bytes pile up is cut off as a slow consumer. The writer has to be woken then.
func (c *client) send(head, body, tail []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(head) + len(body) + len(tail)
	switch {
	case c.closed || c.over:
	case len(c.queue)+n > c.queueMax:
		c.over = true
		// The writer may be blocked in the system call; only closing the line ends that.
		_ = c.conn.Close()
	default:
		c.queue = binary.LittleEndian.AppendUint32(c.queue, uint32(n))
		c.queue = append(append(append(c.queue, head...), body...), tail...)
	}
}

// wakeUp makes the writer look at the queue.
func (c *client) wakeUp() {
	select {
	case c.wake <- struct{}{}:
	default: // a wake-up is pending already
	}
}

// queueKept is the capacity of a queue that is kept between bursts, in bytes.
const queueKept = 1 << 20

// write sends queued frames until ctx ends or the connection breaks.
func (c *client) write(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.wake:
		}
		batch, err := c.take()
		if err != nil {
			return err
		}
		if err := c.writeBatch(batch); err != nil {
			return err
		}
		c.giveBack(batch)
	}
}

// take empties the queue. The caller gives the batch back when it has been sent.
func (c *client) take() ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return nil, errSlowConsumer
	}
	batch := c.queue
	c.queue, c.spare = c.spare[:0], nil
	select {
	case c.room <- struct{}{}:
	default: // nobody waits for room, or has been told
	}
	return batch, nil
}

func (c *client) giveBack(batch []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cap(batch) <= queueKept {
		c.spare = batch[:0]
	}
}

// queued returns the bytes in the queue.
func (c *client) queued() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.queue)
}

// nextFrame cuts the first frame off a batch.
func nextFrame(batch []byte) (frame, rest []byte) {
	n := 4 + int(binary.LittleEndian.Uint32(batch))
	return batch[4:n], batch[n:]
}

// writeBatch sends the frames of a batch with as few system calls as their size allows.
func (c *client) writeBatch(batch []byte) error {
	if len(batch) == 0 {
		return nil
	}
	frame, rest := nextFrame(batch)
	many := len(rest) > 0
	if many {
		c.conn.cork()
	}
	for {
		// The background context keeps the library from arming a timer per frame; a client that
		// does not read runs its queue over, and send closes the line.
		if err := c.ws.Write(context.Background(), websocket.MessageText, frame); err != nil {
			return fmt.Errorf("venuesim: write: %w", err)
		}
		if len(rest) == 0 {
			break
		}
		frame, rest = nextFrame(rest)
	}
	if many {
		return c.conn.uncork()
	}
	return nil
}

// ping sends a ping every interval and fails when a pong takes longer than timeout.
func (c *client) ping(ctx context.Context, interval, timeout time.Duration) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		// Not a child of ctx: the library breaks the line when a context ends during a write, and
		// then no close frame could follow. Closing the line ends a ping that waits.
		pingCtx, cancel := context.WithTimeout(context.Background(), timeout)
		err := c.ws.Ping(pingCtx)
		cancel()
		if err != nil {
			return fmt.Errorf("venuesim: no pong within %v: %w", timeout, err)
		}
	}
}

// closeWith closes with a close frame, and waits a moment for the answer.
func (c *client) closeWith(code websocket.StatusCode, text string) {
	timer := time.AfterFunc(closeGrace, func() { _ = c.conn.Close() })
	defer timer.Stop()
	// An error means that no answer came: the connection is closed all the same.
	_ = c.ws.Close(code, text)
}

// abort ends the connection without a close frame.
func (c *client) abort() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	// The line goes first: CloseNow only waits if a close has begun. Errors say closed already.
	_ = c.conn.Close()
	_ = c.ws.CloseNow()
}

// overrun reports whether the client was cut because it did not read.
func (c *client) overrun() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.over
}
