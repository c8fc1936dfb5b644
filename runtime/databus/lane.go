package databus

import "github.com/meltica/meltica/generated/eventv1"

// lane is a subscriber's pending events in the order they will be handled: a linked list in
// an array, so that an event in its middle can be replaced in constant time and nothing is
// allocated once the array has grown. Its owner holds a lock around every call.
//
// Bounds: events of `queue` are at most QueueMax; of `lossless` at most LosslessMax plus the one
// that ends the subscription; of `latest` and `merge` at most ConflateAt plus one for each stream.
// A merged update has at most levelsMax levels on a side.
type lane struct {
	cfg   Config
	nodes []node   // nodes[0] is the ring's anchor: next is the oldest, prev the newest
	free  int32    // list of unused nodes, through next
	last  []int32  // by stream: its newest pending node, or 0
	lost  []uint32 // by stream: events dropped right before its oldest pending one

	len, queued, lossless      int
	conflated, merged, dropped uint64
}

type node struct {
	ev         *eventv1.CanonicalEvent
	stream     uint32
	delivery   eventv1.Delivery
	cut        bool // ev is a stale mark in place of more than levelsMax levels
	prev, next int32
}

func (l *lane) init(cfg Config) {
	l.cfg = cfg
	l.nodes = make([]node, 1, 64)
}

// push adds a clone by its delivery rule. It returns false when a lossless event finds the
// lane full: the event is still added, and the caller ends the subscription.
func (l *lane) push(stream uint32, ev *eventv1.CanonicalEvent) bool {
	for int(stream) >= len(l.last) {
		l.last = append(l.last, 0)
		l.lost = append(l.lost, 0)
	}
	delivery := ev.Delivery()
	pressed := l.len >= l.cfg.ConflateAt
	switch delivery {
	case eventv1.DeliveryLatest:
		if i := l.last[stream]; pressed && i != 0 {
			l.conflate(i, ev)
			return true
		}
	case eventv1.DeliveryMerge:
		if i := l.last[stream]; pressed && i != 0 {
			l.merge(i, ev)
			return true
		}
	case eventv1.DeliveryQueue:
		if l.queued >= l.cfg.QueueMax {
			l.dropOldest()
		}
		l.queued++
	case eventv1.DeliveryLossless:
		l.lossless++
	}
	l.append(stream, delivery, ev)
	return l.lossless <= l.cfg.LosslessMax
}

// append puts the event behind all others.
func (l *lane) append(stream uint32, delivery eventv1.Delivery, ev *eventv1.CanonicalEvent) {
	i := l.free
	if i != 0 {
		l.free = l.nodes[i].next
	} else {
		i = int32(len(l.nodes))
		l.nodes = append(l.nodes, node{})
	}
	l.nodes[i] = node{ev: ev, stream: stream, delivery: delivery}
	l.link(i)
	l.last[stream] = i
	l.len++
}

// conflate gives up the event of node i for ev. The gap is right before ev, wherever else the
// stream has pending events.
func (l *lane) conflate(i int32, ev *eventv1.CanonicalEvent) {
	l.conflated++
	ev.Lost += l.nodes[i].ev.Lost + 1
	l.replace(i, ev)
}

// merge merges ev into the update of node i. An update that would get too long becomes a stale
// mark, or a handler that never returns would let it grow as far as prices move; it stays one
// until the book's next epoch or until it is delivered, and the consumer waits for a snapshot.
func (l *lane) merge(i int32, ev *eventv1.CanonicalEvent) {
	n := &l.nodes[i]
	switch {
	case n.cut && ev.Epoch == n.ev.Epoch:
		markStale(ev)
		l.conflate(i, ev)
	case absorb(ev, n.ev):
		l.merged++
		if n.cut = tooLong(ev.BookUpdate()); n.cut {
			markStale(ev)
		}
		l.replace(i, ev)
	default:
		n.cut = false
		l.conflate(i, ev)
	}
}

// replace puts ev into node i and moves the node behind all others, so that a stream's
// snapshot and its updates keep their order.
func (l *lane) replace(i int32, ev *eventv1.CanonicalEvent) {
	l.nodes[i].ev = ev
	l.unlink(i)
	l.link(i)
}

func (l *lane) link(i int32) {
	tail := l.nodes[0].prev
	l.nodes[i].prev, l.nodes[i].next = tail, 0
	l.nodes[tail].next = i
	l.nodes[0].prev = i
}

func (l *lane) unlink(i int32) {
	prev, next := l.nodes[i].prev, l.nodes[i].next
	l.nodes[prev].next = next
	l.nodes[next].prev = prev
}

// remove takes node i out and returns its event.
func (l *lane) remove(i int32) *eventv1.CanonicalEvent {
	n := l.nodes[i]
	l.unlink(i)
	if l.last[n.stream] == i {
		l.last[n.stream] = 0
	}
	switch n.delivery {
	case eventv1.DeliveryQueue:
		l.queued--
	case eventv1.DeliveryLossless:
		l.lossless--
	}
	l.nodes[i] = node{next: l.free}
	l.free = i
	l.len--
	return n.ev
}

// pop takes the oldest event. The lane must not be empty.
func (l *lane) pop() *eventv1.CanonicalEvent {
	i := l.nodes[0].next
	stream := l.nodes[i].stream
	ev := l.remove(i)
	ev.Lost += l.lost[stream]
	l.lost[stream] = 0
	return ev
}

// dropOldest drops the oldest event of `delivery: queue`. Those of other rules are stepped
// over: at most LosslessMax, ConflateAt and one for each stream.
func (l *lane) dropOldest() {
	for i := l.nodes[0].next; i != 0; i = l.nodes[i].next {
		if l.nodes[i].delivery != eventv1.DeliveryQueue {
			continue
		}
		stream := l.nodes[i].stream
		l.lost[stream] += 1 + l.remove(i).Lost
		l.dropped++
		return
	}
}

// clear drops everything.
func (l *lane) clear() {
	for l.len > 0 {
		l.remove(l.nodes[0].next)
		l.dropped++
	}
}
