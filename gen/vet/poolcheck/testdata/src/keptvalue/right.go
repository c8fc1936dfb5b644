package keptvalue

import (
	"slices"
	"sync"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

func (t *tape) fieldOfClone(lease eventv1.CanonicalEventLease) {
	t.last = lease.Value().Clone()
	lease.Put()
}

func (t *tape) innerSliceCopied(lease eventv1.CanonicalEventLease) {
	t.bids = append(t.bids[:0], lease.Value().BookUpdate().Bids...)
	lease.Put()
}

func (t *tape) innerSliceCloned(lease eventv1.CanonicalEventLease) {
	t.bids = slices.Clone(lease.Value().BookUpdate().Bids)
	lease.Put()
}

func (t *tape) levelsOneByOne(lease eventv1.CanonicalEventLease) {
	for _, l := range lease.Value().BookUpdate().Bids {
		t.bids = append(t.bids, l)
	}
	lease.Put()
}

func (t *tape) bytesCopied(lease eventv1.WsFrameLease) {
	t.text = append(t.text[:0], lease.Value().Data.Bytes()...)
	lease.Put()
}

func (t *tape) clearedAgain(lease eventv1.CanonicalEventLease, work func()) {
	t.last = lease.Value()
	work()
	t.last = nil
	lease.Put()
}

func (t *tape) appendedClone(lease eventv1.CanonicalEventLease) {
	t.all = append(t.all, lease.Value().Clone())
	lease.Put()
}

func symbolInMap(seen map[string]uint64, lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	seen[ev.Symbol] = ev.SeqLast
	lease.Put()
}

func localMap(lease eventv1.CanonicalEventLease) (n int) {
	book := lease.Value().BookUpdate()
	for _, levels := range map[string][]eventv1.Level{"bids": book.Bids, "asks": book.Asks} {
		n += len(levels)
	}
	lease.Put()
	return n
}

func localSlice(lease eventv1.CanonicalEventLease) (n int) {
	book := lease.Value().BookUpdate()
	sides := make([][]eventv1.Level, 2)
	sides[0], sides[1] = book.Bids, book.Asks
	for _, levels := range sides {
		n += len(levels)
	}
	lease.Put()
	return n
}

func localStruct(lease eventv1.CanonicalEventLease) int {
	t := tape{last: lease.Value()}
	n := len(t.last.Symbol)
	lease.Put()
	return n
}

func channelOfClones(lease eventv1.CanonicalEventLease, out chan<- *eventv1.CanonicalEvent) {
	out <- lease.Value().Clone()
	lease.Put()
}

func channelOfValues(lease eventv1.CanonicalEventLease, out chan<- eventv1.Trade) {
	out <- *lease.Value().Trade()
	lease.Put()
}

func returnedClone(lease eventv1.CanonicalEventLease) *eventv1.CanonicalEvent {
	defer lease.Put()
	return lease.Value().Clone()
}

func returnedTogether(lease eventv1.CanonicalEventLease) (eventv1.CanonicalEventLease, *eventv1.CanonicalEvent) {
	return lease, lease.Value()
}

func returnedLevel(lease eventv1.CanonicalEventLease) eventv1.Level {
	best := stage.Best(lease.Value())
	lease.Put()
	return best
}

func closureNow(lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	stage.Now(func() { stage.Show(ev) })
	lease.Put()
}

func closureOfValues(lease eventv1.CanonicalEventLease) {
	symbol := lease.Value().Symbol
	stage.Later(func() { println(symbol) })
	lease.Put()
}

func goroutineWithClone(lease eventv1.CanonicalEventLease) {
	clone := lease.Value().Clone()
	go stage.Show(clone)
	lease.Put()
}

func waitGroupWaits(lease eventv1.CanonicalEventLease) {
	var wg sync.WaitGroup
	ev := lease.Value()
	wg.Go(func() { stage.Show(ev) })
	wg.Wait()
	lease.Put()
}

func otherPackageLooks(lease eventv1.CanonicalEventLease) {
	stage.Show(lease.Value())
	lease.Put()
}

func otherPackageGetsClone(lease eventv1.CanonicalEventLease) {
	stage.Remember(lease.Value().Clone())
	lease.Put()
}

func withClone(lanes []stage.Lane, lease eventv1.CanonicalEventLease) {
	for i, lane := range lanes {
		lane.Enqueue(uint32(i), lease.Value().Clone())
	}
	lease.Put()
}

func intoItself(lease eventv1.CanonicalEventLease, levels []eventv1.Level) {
	book := lease.Value().SetBookUpdate()
	book.Bids = append(book.Bids, levels...)
	book.Asks = book.Bids[:0]
	lease.Put()
}

func swappedBuffers(frame *eventv1.WsFrame, lease eventv1.ProviderRawLease) {
	raw := lease.Value()
	raw.Data, frame.Data = frame.Data, raw.Data
	lease.Put()
}

func twoPooled(a eventv1.WsFrameLease, b eventv1.ProviderRawLease) {
	frame, raw := a.Value(), b.Value()
	raw.Data, frame.Data = frame.Data, raw.Data
	a.Put()
	b.Put()
}

type holder struct {
	lease eventv1.CanonicalEventLease
	ev    *eventv1.CanonicalEvent
}

func (h *holder) both(lease eventv1.CanonicalEventLease) {
	h.lease, h.ev = lease, lease.Value()
}

func (t *tape) filled(lease eventv1.CanonicalEventLease, fill func(*eventv1.CanonicalEvent)) {
	fill(lease.Value())
	lease.Put()
}

func genericCopy[T any](b *box[T], lease pool.Lease[T]) {
	v := *lease.Value()
	_ = v
	lease.Put()
}
