package provider

import (
	"context"
	"errors"
	"time"

	"github.com/meltica/meltica/runtime/lib/backoff"
	"github.com/meltica/meltica/runtime/lib/wsconn"
)

// resubscribeEvery is how long a book must have held since it was last subscribed anew. One that
// breaks sooner costs the connection, whose attempts are backed off: no storm of requests.
const resubscribeEvery = time.Minute

// Resubscriber is a Venue whose stream carries the snapshots, and brings one when a book's stream
// is subscribed anew. Without it, a book that breaks costs the whole connection.
type Resubscriber interface {
	Venue
	// BookStream returns the stream of a symbol's book, as Streams names it.
	BookStream(native string) string
	// Unsubscribe appends the request number id that ends streams.
	Unsubscribe(dst []byte, id int64, streams []string) []byte
}

// resubscribe has keep subscribe the book anew, and reports whether that will be done. The
// snapshot then ends ins.renewing; where none comes in time, keep gives the connection up. It is
// called by the goroutine that reads and does not block.
func (c *connection) resubscribe(ins *instrument) bool {
	venue, ok := c.venue.(Resubscriber)
	now := c.adapter.out.ingest
	if !ok || ins.resubscribedAt != 0 && now-ins.resubscribedAt < int64(resubscribeEvery) {
		return false
	}
	select {
	case c.broken <- venue.BookStream(ins.native):
		ins.renewing, ins.resubscribedAt = true, now
		c.adapter.out.syncing.Add(1)
		return true
	default: // keep is behind by all books there are
		return false
	}
}

// renew ends a stream and subscribes it anew, with the request numbers id and id + 1. Nobody
// waits for the answers: what counts is the snapshot.
func (c *connection) renew(ctx context.Context, ws *wsconn.Conn, id int64, stream string) error {
	venue, ok := c.venue.(Resubscriber)
	if !ok {
		return errors.New("provider: a stream to renew at a venue that can't")
	}
	streams := []string{stream}
	if err := ws.Write(ctx, venue.Unsubscribe(nil, id, streams)); err != nil {
		return err
	}
	if backoff.Sleep(ctx, c.limits.RequestEvery) != nil {
		return nil // the connection has ended already
	}
	return ws.Write(ctx, venue.Subscribe(nil, id+1, streams))
}
