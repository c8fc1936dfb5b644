// Package dispatcher keeps each stream (provider, symbol, kind) in order and hands every
// event to the subscribers that want it: one heap clone for each (FR-010, PERF-07), and the
// pooled original back to its pool right after the last of them is enqueued (FR-011).
//
// There is no order between streams (LM-03), and no goroutine here: Publish runs on the
// caller's, so an event crosses from the socket to the lanes of the bus without a channel.
package dispatcher

import (
	"sync"
	"sync/atomic"

	"github.com/meltica/meltica/generated/eventv1"
)

// StreamsMax bounds the streams that a dispatcher keeps state for. Beyond it, events of new
// streams are dropped and counted: 65,536 streams are 6 providers with 1,800 symbols each.
const StreamsMax = 1 << 16

// Lane takes clones for one subscriber. Enqueue owns the clone from the call on, must not block
// and must not call back into the dispatcher. Stream is a dense number, one for each stream.
type Lane interface {
	Enqueue(stream uint32, clone *eventv1.CanonicalEvent)
}

// Routes tells who wants which stream. It must be safe for concurrent use.
type Routes interface {
	// Version changes whenever the answer of AppendLanes may have changed for any stream.
	Version() uint64
	// AppendLanes appends the lanes of those who want the stream.
	AppendLanes(dst []Lane, key eventv1.CanonicalEventStreamKey) []Lane
}

// Counters counts what became of the events. In = Dispatched + Duplicate + Late + Refused.
type Counters struct {
	In         atomic.Uint64 // events published
	Dispatched atomic.Uint64 // accepted in order, enqueued to those who want it, maybe nobody
	Clones     atomic.Uint64 // clones enqueued
	Duplicate  atomic.Uint64 // dropped: the sequence was seen
	Late       atomic.Uint64 // dropped: older than what its stream has delivered
	Gaps       atomic.Uint64 // holes in streams whose sequence has none
	Refused    atomic.Uint64 // dropped: more streams than StreamsMax
}

// Dispatcher is safe for concurrent use; events of one stream must come from one goroutine at
// a time, or their order is undefined.
type Dispatcher struct {
	routes   Routes // immutable
	counters Counters

	mu      sync.RWMutex // protects the map, not the streams in it
	streams map[eventv1.CanonicalEventStreamKey]*stream
}

// New returns a dispatcher that asks routes where events go.
func New(routes Routes) *Dispatcher {
	return &Dispatcher{routes: routes, streams: make(map[eventv1.CanonicalEventStreamKey]*stream)}
}

// Publish takes an event from its provider. It owns the lease from the call on, on every path.
// An event that is not newer than the last one of its stream is dropped and counted.
func (d *Dispatcher) Publish(lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	d.counters.In.Add(1)
	if st := d.stream(ev.StreamKey()); st != nil {
		st.mu.Lock()
		if st.accept(ev, &d.counters) {
			d.fanOut(st, ev)
		}
		st.mu.Unlock()
	} else {
		d.counters.Refused.Add(1)
	}
	lease.Put()
}

// Counters returns the live counters.
func (d *Dispatcher) Counters() *Counters { return &d.counters }

// stream returns the state of a stream, or nil when there are too many.
func (d *Dispatcher) stream(key eventv1.CanonicalEventStreamKey) *stream {
	d.mu.RLock()
	st := d.streams[key]
	d.mu.RUnlock()
	if st != nil {
		return st
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if st := d.streams[key]; st != nil {
		return st
	}
	if len(d.streams) >= StreamsMax {
		return nil
	}
	st = &stream{key: key, number: uint32(len(d.streams))}
	d.streams[key] = st
	return st
}
