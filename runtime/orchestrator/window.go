package orchestrator

import (
	"math"
	"slices"
	"sync"

	"github.com/meltica/meltica/generated/eventv1"
)

// window is the open window of one symbol and kind, and what is remembered of the closed ones:
// the time before which an event is late.
type window struct {
	// Immutable after newWindow.
	o         *Orchestrator
	key       eventv1.CanonicalEventMergeKey
	providers []string // ascending
	length    int64    // ns
	eventsMax uint32
	hash      uint64 // of the key, for merge ids

	mu     sync.Mutex // protects the following
	number uint64     // windows of the key opened so far
	isOpen bool

	// Of the open window. It holds events of [open, close): close is open plus the length.
	open, close int64
	newest      int64              // ingest time of its newest event
	seen        int64              // the latest time that an event of it or a tick told
	fragments   []eventv1.Fragment // one for each provider, in their order; without events: missing
	events      uint32
	trades      uint32
	trace       eventv1.TraceID // of the last event folded
	overflowed  bool            // a sum does not fit a decimal

	lateBefore int64 // an event before it belonged to a closed window
	stats      Stats // of the key, without Passed, Open and Missing
	missing    []uint64
}

func newWindow(o *Orchestrator, key eventv1.CanonicalEventMergeKey, providers []string, r Rule) *window {
	return &window{
		o: o, key: key, providers: providers, length: int64(r.Window), eventsMax: uint32(r.EventsMax), hash: hashKey(key),
		fragments: make([]eventv1.Fragment, len(providers)), missing: make([]uint64, len(providers)), lateBefore: math.MinInt64,
	}
}

// fold puts an event into the open window, or into a new one when there is none or the event is
// past its end, and closes the window when it is full. It reports false for an event of a
// provider that the rule does not name. It keeps nothing of the event.
func (w *window) fold(ev *eventv1.CanonicalEvent) bool {
	at := slices.Index(w.providers, ev.Provider)
	if at < 0 {
		return false
	}
	now := ev.IngestTime
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.isOpen && now >= w.close {
		w.finish(w.close, w.close, now, ev.TraceID)
	}
	if !w.admit(now) {
		w.stats.Late++
		return true
	}
	w.stats.Folded++
	w.events++
	w.trace = ev.TraceID
	w.newest, w.seen = max(w.newest, now), max(w.seen, now)
	w.add(&w.fragments[at], ev)
	if w.events >= w.eventsMax {
		// The window ends right after its newest event, so that it holds it. But events of the very
		// same stamp may follow, the rest of one frame: they are not late, the next window has them.
		w.finish(w.newest+1, w.newest, now, ev.TraceID)
	}
	return true
}

// admit makes the open window one that holds the time now, which is before its end. It reports
// false where that can't be: the event is late.
func (w *window) admit(now int64) bool {
	switch {
	case now < w.lateBefore:
		return false
	case !w.isOpen:
		w.isOpen, w.open, w.close, w.newest, w.seen = true, now, now+w.length, now, now
		w.number++
	case now < w.open:
		// Two connections stamped before they came here, and the later stamp was first. The window
		// opens earlier then, and ends earlier. Where its time would be over by what has been seen
		// since, it would have been closed before, had the events come in order: late.
		if w.seen-now >= w.length {
			return false
		}
		w.open, w.close = now, now+w.length
	}
	return true
}

// markStale notes that the book of the event's provider is stale, where a snapshot of it is in
// the window. It is no event of the window.
func (w *window) markStale(ev *eventv1.CanonicalEvent) {
	at := slices.Index(w.providers, ev.Provider)
	if at < 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	f := &w.fragments[at]
	if w.isOpen && ev.IngestTime < w.close && f.EventCount > 0 && ev.IngestTime >= f.IngestTime {
		f.Stale = true
	}
}

// tick closes the window when its time is over.
func (w *window) tick(now int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.isOpen {
		return
	}
	if now >= w.close {
		w.finish(w.close, w.close, now, w.trace) // no event closed it: the last one stands in
		return
	}
	w.seen = max(w.seen, now)
}

// finish closes the window at a time, and hands it on unless it is partial. Events before
// lateBefore are late from now on. The caller holds mu.
func (w *window) finish(closed, lateBefore, now int64, trace eventv1.TraceID) {
	w.emit(closed, now, trace)
	w.isOpen, w.lateBefore = false, lateBefore
	w.events, w.trades, w.overflowed = 0, 0, false
	w.trace = eventv1.TraceID{}
	clear(w.fragments)
}

// emit hands the window on as a merged event, or counts why it does not.
func (w *window) emit(closed, now int64, trace eventv1.TraceID) {
	partial := false
	for i := range w.fragments {
		if w.fragments[i].EventCount == 0 {
			w.missing[i]++
			partial = true
		}
	}
	if partial {
		w.stats.Partial++
		return
	}
	if w.overflowed {
		w.stats.Overflowed++
		return
	}
	// Without waiting: the lock is held, and behind it wait the sockets of all providers. A merged
	// event is market data, and the next window is newer (LM-04).
	lease, err := w.o.pools.MergedEvent.Get(w.o.noWait)
	if err != nil { // empty or closed; the window is dropped either way
		w.stats.Exhausted++
		return
	}
	m := lease.Value()
	m.WindowOpen, m.WindowClose, m.EmitTime, m.TraceID = w.open, closed, max(now, w.seen), trace
	if !w.merge(m) {
		w.stats.Overflowed++
		lease.Put()
		return
	}
	w.stats.Merged++
	w.o.next.PublishMerged(lease)
}

// addTo adds the counts of the key to s.
func (w *window) addTo(s *Stats) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s.Folded += w.stats.Folded
	s.Late += w.stats.Late
	s.Merged += w.stats.Merged
	s.Partial += w.stats.Partial
	s.Exhausted += w.stats.Exhausted
	s.Overflowed += w.stats.Overflowed
	if w.isOpen {
		s.Open++
	}
	for i, n := range w.missing {
		if n > 0 {
			s.Missing[w.providers[i]] += n
		}
	}
}
