package useafterput

import (
	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

func symbolBeforePut(lease eventv1.CanonicalEventLease) string {
	symbol := lease.Value().Symbol
	lease.Put()
	return symbol
}

func evaluatedBeforeDefer(lease eventv1.CanonicalEventLease) string {
	defer lease.Put()
	return lease.Value().Symbol
}

func tradeCopied(lease eventv1.CanonicalEventLease) int64 {
	trade := *lease.Value().Trade()
	lease.Put()
	return trade.Price
}

func levelsSummed(lease eventv1.CanonicalEventLease) (sum int64) {
	for _, l := range lease.Value().BookUpdate().Bids {
		sum += l.Price
	}
	lease.Put()
	return sum
}

func levelsCopied(lease eventv1.CanonicalEventLease) (sum int64) {
	bids := append([]eventv1.Level(nil), lease.Value().BookUpdate().Bids...)
	lease.Put()
	for _, l := range bids {
		sum += l.Price
	}
	return sum
}

func lengthOnly(lease eventv1.CanonicalEventLease) int {
	n := len(lease.Value().BookUpdate().Bids)
	lease.Put()
	return n
}

func clonedBefore(lease eventv1.CanonicalEventLease) *eventv1.CanonicalEvent {
	clone := lease.Value().Clone()
	lease.Put()
	clone.SeqLast++
	return clone
}

func textOfBytes(lease eventv1.WsFrameLease) string {
	text := string(lease.Value().Data.Bytes())
	lease.Put()
	return text
}

func bestByOtherPackage(lease eventv1.CanonicalEventLease) int64 {
	best := stage.Best(lease.Value())
	lease.Put()
	return best.Price
}

func eitherBranch(lease eventv1.CanonicalEventLease, early bool) string {
	ev := lease.Value()
	if early {
		lease.Put()
		return ""
	}
	symbol := ev.Symbol
	lease.Put()
	return symbol
}

func nextRound(e *stage.Env) {
	var before string
	for lease := range e.Out {
		ev := lease.Value()
		if before == ev.Symbol {
			ev.SeqLast++
		}
		before = ev.Symbol
		lease.Put()
	}
}

func replacedPointer(a, b eventv1.CanonicalEventLease, second bool) string {
	ev := a.Value()
	if second {
		a.Put()
		ev = b.Value()
	} else {
		b.Put()
	}
	symbol := ev.Symbol
	if second {
		b.Put()
	} else {
		a.Put()
	}
	return symbol
}

func closureBefore(lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	show := func() { stage.Show(ev) }
	show()
	lease.Put()
}

func otherObject(a, b eventv1.CanonicalEventLease) string {
	first, second := a.Value(), b.Value()
	first.Symbol = second.Symbol
	a.Put()
	symbol := second.Symbol
	b.Put()
	return symbol
}

func genericBefore[T any](lease pool.Lease[T], use func(*T)) {
	v := lease.Value()
	use(v)
	lease.Put()
}

func swapped(frame *eventv1.WsFrame, lease eventv1.ProviderRawLease) int {
	raw := lease.Value()
	raw.Data, frame.Data = frame.Data, raw.Data
	lease.Put()
	return frame.Data.Len()
}
