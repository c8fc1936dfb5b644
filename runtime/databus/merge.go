package databus

import (
	"slices"

	"github.com/meltica/meltica/generated/eventv1"
)

// levelsMax is how many levels a merged update has on one side at most; the schema allows no
// event more.
const levelsMax = 10_000

// absorb makes later do to a book what earlier and then later would have done, level by level,
// and reports whether it could. Both are clones of the lane's and of one stream; earlier is not
// used again if it could, and both are as they were if not.
//
// Updates of two epochs have nothing to do with each other, and one that says stale voids those
// before it and is voided by the snapshot before the next: then later takes earlier's place. A
// consumer that finds an epoch that is not its book's waits for the snapshot of that epoch.
func absorb(later, earlier *eventv1.CanonicalEvent) bool {
	into, from := later.BookUpdate(), earlier.BookUpdate()
	if into == nil || from == nil || later.Epoch != earlier.Epoch || into.Stale || from.Stale {
		return false
	}
	into.Bids = mergeLevels(from.Bids, into.Bids)
	into.Asks = mergeLevels(from.Asks, into.Asks)
	later.SeqFirst = earlier.SeqFirst
	later.Lost += earlier.Lost
	return true
}

func tooLong(u *eventv1.BookUpdate) bool { return len(u.Bids) > levelsMax || len(u.Asks) > levelsMax }

// markStale makes a book update say that the book is stale, and nothing else.
func markStale(ev *eventv1.CanonicalEvent) { *ev.BookUpdate() = eventv1.BookUpdate{Stale: true} }

// mergeLevels merges two lists of changed levels of one side; where both change a price, the
// later list wins. The result is ordered by price, lowest first.
func mergeLevels(earlier, later []eventv1.Level) []eventv1.Level {
	earlier, later = orderLevels(earlier), orderLevels(later)
	merged := make([]eventv1.Level, 0, len(earlier)+len(later))
	for len(earlier) > 0 && len(later) > 0 {
		switch c := earlier[0].Price.Cmp(later[0].Price); {
		case c < 0:
			merged, earlier = append(merged, earlier[0]), earlier[1:]
		case c > 0:
			merged, later = append(merged, later[0]), later[1:]
		default:
			merged, earlier, later = append(merged, later[0]), earlier[1:], later[1:]
		}
	}
	return append(append(merged, earlier...), later...)
}

// orderLevels orders by price in place and keeps the last of equal prices.
func orderLevels(levels []eventv1.Level) []eventv1.Level {
	byPrice := func(a, b eventv1.Level) int { return a.Price.Cmp(b.Price) }
	if !slices.IsSortedFunc(levels, byPrice) {
		slices.SortStableFunc(levels, byPrice)
	}
	kept := levels[:0]
	for i, level := range levels {
		if i+1 < len(levels) && levels[i+1].Price.Cmp(level.Price) == 0 {
			continue
		}
		kept = append(kept, level)
	}
	return kept
}
