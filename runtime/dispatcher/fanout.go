package dispatcher

import "github.com/meltica/meltica/generated/eventv1"

// fanOut enqueues one clone for each lane of the stream. The stream's lock is held: it keeps
// the clones of two events in order, and it is nobody else's. The original stays the caller's.
func (d *Dispatcher) fanOut(st *stream, ev *eventv1.CanonicalEvent) {
	if v := d.routes.Version(); v != st.routesVersion {
		// Clear what is cut off, or a closed subscription would be kept alive by the array.
		clear(st.lanes)
		st.lanes = d.routes.AppendLanes(st.lanes[:0], st.key)
		st.routesVersion = v
	}
	for _, lane := range st.lanes {
		lane.Enqueue(st.number, ev.Clone())
	}
	d.counters.Clones.Add(uint64(len(st.lanes)))
}
