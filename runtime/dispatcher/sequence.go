package dispatcher

import (
	"sync"

	"github.com/meltica/meltica/generated/eventv1"
)

// stream is what the dispatcher remembers of one stream, for as long as it runs: it outlives
// every pause of the stream, so that a late event stays late.
type stream struct {
	// Immutable.
	key    eventv1.CanonicalEventStreamKey
	number uint32

	mu            sync.Mutex // protects the following
	started       bool
	epoch         uint32
	seq           uint64 // last delivered provider sequence of the epoch; 0 for none
	ingestTime    int64  // of the last delivered event
	lanes         []Lane
	routesVersion uint64
}

// accept decides whether ev is the next of its stream and remembers it if so.
//
// The provider raises the epoch when its sequence starts anew, so a venue that restarts at 0
// is not taken for one that is late for ever. Within an epoch an event must end behind the last
// one; where the venue has no sequence, the ingest time orders, and equal times keep the order
// of arrival (LM-03).
func (st *stream) accept(ev *eventv1.CanonicalEvent, c *Counters) bool {
	switch {
	case !st.started || ev.Epoch > st.epoch:
		// First of its stream or of its epoch: nothing to compare with.
		st.started, st.epoch, st.seq = true, ev.Epoch, 0
	case ev.Epoch < st.epoch:
		c.Late.Add(1)
		return false
	case ev.SeqLast != 0:
		if ev.SeqLast <= st.seq {
			if ev.SeqLast == st.seq {
				c.Duplicate.Add(1)
			} else {
				c.Late.Add(1)
			}
			return false
		}
		if st.seq != 0 && ev.SeqFirst > st.seq+1 && contiguous(ev.Kind) {
			c.Gaps.Add(1)
		}
	case ev.IngestTime < st.ingestTime:
		c.Late.Add(1)
		return false
	}
	st.ingestTime = ev.IngestTime
	if ev.SeqLast != 0 {
		st.seq = ev.SeqLast
	}
	c.Dispatched.Add(1)
	return true
}

// contiguous reports whether the sequence of a kind's streams has no holes when nothing is
// lost. Tickers and snapshots carry the id of the book they show and skip by design.
func contiguous(kind eventv1.EventKind) bool {
	return kind == eventv1.EventKindTrade || kind == eventv1.EventKindBookUpdate
}
