package useafterput

import (
	"bytes"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

func valueAfterPut(lease eventv1.CanonicalEventLease) string {
	lease.Put()
	return lease.Value().Symbol // want `poolcheck/useafterput: the object is used after its lease was Put on line 12`
}

func fieldAfterPut(lease eventv1.CanonicalEventLease) string {
	ev := lease.Value()
	lease.Put()
	return ev.Symbol // want `poolcheck/useafterput`
}

func writeAfterPut(lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	lease.Put()
	ev.Symbol = "" // want `poolcheck/useafterput`
}

func armAfterPut(lease eventv1.CanonicalEventLease) int64 {
	trade := lease.Value().Trade()
	lease.Put()
	return trade.Price // want `poolcheck/useafterput`
}

func levelsAfterPut(lease eventv1.CanonicalEventLease) (sum int64) {
	bids := lease.Value().BookUpdate().Bids
	lease.Put()
	for _, l := range bids { // want `poolcheck/useafterput`
		sum += l.Price
	}
	return sum
}

func passedAfterPut(lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	lease.Put()
	stage.Show(ev) // want `poolcheck/useafterput`
}

func clonedAfterPut(lease eventv1.CanonicalEventLease) *eventv1.CanonicalEvent {
	ev := lease.Value()
	lease.Put()
	return ev.Clone() // want `poolcheck/useafterput`
}

func bytesAfterPut(lease eventv1.WsFrameLease) bool {
	data := lease.Value().Data.Bytes()
	lease.Put()
	return data[0] == '{' // want `poolcheck/useafterput`
}

func trimmedAfterPut(lease eventv1.WsFrameLease) byte {
	data := bytes.TrimSpace(lease.Value().Data.Bytes())
	lease.Put()
	return data[0] // want `poolcheck/useafterput`
}

func partByOtherPackage(lease eventv1.CanonicalEventLease) int64 {
	bids := stage.Bids(lease.Value())
	lease.Put()
	return bids[0].Price // want `poolcheck/useafterput`
}

func inBranch(lease eventv1.CanonicalEventLease, early bool) string {
	ev := lease.Value()
	if early {
		lease.Put()
	}
	symbol := ev.Symbol // want `poolcheck/useafterput`
	if !early {
		lease.Put()
	}
	return symbol
}

func inNextRound(e *stage.Env) {
	var before *eventv1.CanonicalEvent
	for lease := range e.Out {
		ev := lease.Value()
		if before != nil && before.Symbol == ev.Symbol { // want `poolcheck/useafterput`
			ev.SeqLast++
		}
		before = ev
		lease.Put()
	}
}

func inClosure(lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	show := func() { stage.Show(ev) } // want `poolcheck/useafterput`
	lease.Put()
	show()
}

func deferredUse(lease eventv1.CanonicalEventLease) {
	defer stage.Show(lease.Value()) // want `poolcheck/useafterput`
	lease.Put()
}

func sentAfterPut(e *stage.Env, lease eventv1.CanonicalEventLease) {
	lease.Put()
	e.Out <- lease // want `poolcheck/useafterput: the lease is sent on a channel after its Put`
}

func handedAfterPut(e *stage.Env, lease eventv1.CanonicalEventLease) {
	lease.Put()
	e.Sink.Publish(lease) // want `poolcheck/useafterput`
}

func returnedAfterPut(lease eventv1.CanonicalEventLease) eventv1.CanonicalEventLease {
	lease.Put()
	return lease // want `poolcheck/useafterput`
}

func genericAfterPut[T any](lease pool.Lease[T], use func(*T)) {
	v := lease.Value()
	lease.Put()
	use(v) // want `poolcheck/useafterput`
}

func payloadAfterPut(lease eventv1.CanonicalEventLease) bool {
	payload := lease.Value().Payload
	lease.Put()
	switch body := payload.(type) {
	case *eventv1.BookUpdate:
		return body.Stale // want `poolcheck/useafterput`
	}
	return false
}
