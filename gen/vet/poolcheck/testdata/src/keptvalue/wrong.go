package keptvalue

import (
	"sync"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

type tape struct {
	last    *eventv1.CanonicalEvent
	bids    []eventv1.Level
	payload eventv1.Payload
	text    []byte
	all     []*eventv1.CanonicalEvent
	by      map[string]*eventv1.CanonicalEvent
	show    func()
	book    eventv1.BookUpdate
}

var latest *eventv1.CanonicalEvent

func (t *tape) field(lease eventv1.CanonicalEventLease) {
	t.last = lease.Value() // want `poolcheck/keptvalue: memory of the pooled object is stored in a field and still there when its lease is Put`
	lease.Put()
}

func packageVariable(lease eventv1.CanonicalEventLease) {
	latest = lease.Value() // want `poolcheck/keptvalue`
	lease.Put()
}

func (t *tape) innerSlice(lease eventv1.CanonicalEventLease) {
	t.bids = lease.Value().BookUpdate().Bids // want `poolcheck/keptvalue`
	lease.Put()
}

func (t *tape) resliced(lease eventv1.CanonicalEventLease) {
	t.bids = lease.Value().BookUpdate().Bids[:1] // want `poolcheck/keptvalue`
	lease.Put()
}

func (t *tape) sliceOfOtherPackage(lease eventv1.CanonicalEventLease) {
	t.bids = stage.Bids(lease.Value()) // want `poolcheck/keptvalue`
	lease.Put()
}

func (t *tape) arm(lease eventv1.CanonicalEventLease) {
	t.payload = lease.Value().Payload // want `poolcheck/keptvalue`
	lease.Put()
}

func (t *tape) shallowCopy(lease eventv1.CanonicalEventLease) {
	t.book = *lease.Value().BookUpdate() // want `poolcheck/keptvalue`
	lease.Put()
}

func (t *tape) frameBytes(lease eventv1.WsFrameLease) {
	t.text = lease.Value().Data.Bytes() // want `poolcheck/keptvalue`
	lease.Put()
}

func (t *tape) appended(lease eventv1.CanonicalEventLease) {
	t.all = append(t.all, lease.Value()) // want `poolcheck/keptvalue`
	lease.Put()
}

func (t *tape) inMap(lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	t.by[ev.Symbol] = ev // want `poolcheck/keptvalue: memory of the pooled object is stored in a map`
	lease.Put()
}

func (t *tape) element(lease eventv1.CanonicalEventLease) {
	t.all[0] = lease.Value() // want `poolcheck/keptvalue`
	lease.Put()
}

func channel(lease eventv1.CanonicalEventLease, out chan<- *eventv1.CanonicalEvent) {
	out <- lease.Value() // want `poolcheck/keptvalue: memory of the pooled object is sent on a channel`
	lease.Put()
}

func channelInSelect(lease eventv1.CanonicalEventLease, out chan<- []eventv1.Level) {
	select {
	case out <- lease.Value().BookUpdate().Asks: // want `poolcheck/keptvalue`
	default:
	}
	lease.Put()
}

func returned(lease eventv1.CanonicalEventLease) *eventv1.CanonicalEvent {
	defer lease.Put()
	return lease.Value() // want `poolcheck/keptvalue: memory of the pooled object is returned, but the deferred Put on line \d+ comes first`
}

func returnedPart(lease eventv1.CanonicalEventLease) []eventv1.Level {
	bids := lease.Value().BookUpdate().Bids
	lease.Put()
	return bids // want `poolcheck/keptvalue: memory of the pooled object is returned after the Put on line \d+`
}

func returnedInStruct(lease eventv1.CanonicalEventLease) *tape {
	t := &tape{last: lease.Value()}
	lease.Put()
	return t // want `poolcheck/keptvalue`
}

func (t *tape) closure(lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	t.show = func() { stage.Show(ev) } // want `poolcheck/keptvalue`
	lease.Put()
}

func closureForLater(lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	stage.Later(func() { stage.Show(ev) }) // want `poolcheck/keptvalue: memory of the pooled object is kept by Later`
	lease.Put()
}

func goroutine(lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	go stage.Show(ev) // want `poolcheck/keptvalue: memory of the pooled object is passed to a goroutine`
	lease.Put()
}

func goroutineClosure(lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	go func() { stage.Show(ev) }() // want `poolcheck/keptvalue: memory of the pooled object is captured by a goroutine`
	lease.Put()
}

func waitGroup(lease eventv1.CanonicalEventLease) {
	var wg sync.WaitGroup
	ev := lease.Value()
	wg.Go(func() { stage.Show(ev) }) // want `poolcheck/keptvalue`
	lease.Put()
	wg.Wait()
}

func otherPackage(lease eventv1.CanonicalEventLease) {
	stage.Remember(lease.Value()) // want `poolcheck/keptvalue: memory of the pooled object is kept by Remember`
	lease.Put()
}

func otherPackageDeep(lease eventv1.CanonicalEventLease) {
	stage.RememberDeep(lease.Value().BookUpdate().Bids) // want `poolcheck/keptvalue`
	lease.Put()
}

func withoutClone(lanes []stage.Lane, lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	for i, lane := range lanes {
		lane.Enqueue(uint32(i), ev) // want `poolcheck/keptvalue: memory of the pooled object is passed to Enqueue as a clone`
	}
	lease.Put()
}

func (t *tape) whenHandedOn(e *stage.Env, lease eventv1.CanonicalEventLease) {
	t.last = lease.Value() // want `poolcheck/keptvalue: memory of the pooled object is stored in a field and still there when its lease is handed over`
	e.Sink.Publish(lease)
}

func (t *tape) deferred(lease eventv1.CanonicalEventLease) {
	defer lease.Put()
	t.last = lease.Value() // want `poolcheck/keptvalue`
}

func (t *tape) byMethod(lease eventv1.CanonicalEventLease) {
	t.set(lease.Value()) // want `poolcheck/keptvalue: memory of the pooled object is kept by set`
	lease.Put()
}

func (t *tape) set(ev *eventv1.CanonicalEvent) { t.last = ev }

type box[T any] struct{ v *T }

func generic[T any](b *box[T], lease pool.Lease[T]) {
	b.v = lease.Value() // want `poolcheck/keptvalue`
	lease.Put()
}

func capturedVariable(lease eventv1.CanonicalEventLease, each func(func(*eventv1.CanonicalEvent))) (first *eventv1.CanonicalEvent) {
	each(func(ev *eventv1.CanonicalEvent) { first = ev })
	set := func() { first = lease.Value() }
	set()
	lease.Put()
	return first // want `poolcheck/keptvalue`
}
