package databus

import (
	"slices"

	"github.com/meltica/meltica/generated/eventv1"
)

// absorb merges a later book update of the same stream into a pending one, level by level:
// afterwards dst does to a book what dst and then src would have done. Both are clones of the
// lane's, and src is not used again; dst may take over its memory.
//
// Updates of two epochs have nothing to do with each other, and one that says stale voids
// those before it: then src takes dst's place whole. A consumer that finds an epoch that is not
// its book's waits for the snapshot of that epoch.
func absorb(dst, src *eventv1.CanonicalEvent) {
	into, from := dst.BookUpdate(), src.BookUpdate()
	if into == nil || from == nil || dst.Epoch != src.Epoch || into.Stale || from.Stale {
		lost := dst.Lost
		*dst = *src
		dst.Lost += lost
		return
	}
	first, lost := dst.SeqFirst, dst.Lost
	bids := mergeLevels(into.Bids, from.Bids)
	asks := mergeLevels(into.Asks, from.Asks)
	*dst = *src
	dst.SeqFirst = first
	dst.Lost += lost
	from.Bids, from.Asks = bids, asks
}

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
