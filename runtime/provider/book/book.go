// Package book keeps order books: an exact, allocation-free Book, the Assembler that joins a
// snapshot and the diffs of a stream into a verified Book (LM-07), and Tops, which checks the
// result against the venue's own best bid and ask.
//
// README.md says why the book is built as it is, and what it costs.
package book

import (
	"errors"
	"fmt"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/decimal"
)

// Level is one price level. Its digits come back as the venue wrote them.
type Level = eventv1.Level

// Side is a side of a book.
type Side uint8

// The sides of a book.
const (
	Bids Side = iota
	Asks
)

// ErrLevel is returned (wrapped) for a level that no book can hold: a price that is not
// positive or does not fit 64 bits in the book's price steps, or a negative quantity.
var ErrLevel = errors.New("book: impossible level")

// Book is an order book of one symbol: absolute quantities by price, exact. Its zero value is
// empty, without a bound on its depth, and ready for use. One goroutine owns it. In steady
// state no method allocates.
type Book struct {
	sides    [2]side
	scale    int // prices are keyed by whole numbers of 10^-scale
	depthMax int
}

// New returns an empty book that keeps at most the best depthMax levels of each side; 0 is
// without a bound. A level pushed out is forgotten: it does not come back when better ones go.
func New(depthMax int) *Book { return &Book{depthMax: depthMax} }

// Set gives a price its absolute quantity; quantity 0 removes the level, and removing an
// absent level is normal. On an error (ErrLevel) the book is unchanged.
func (b *Book) Set(side Side, price, quantity decimal.Decimal) error {
	err := b.apply(side&1, []Level{{Price: price, Quantity: quantity}})
	b.bound()
	return err
}

// ApplyAll sets the levels of one diff; it keeps no reference to them. It is fastest when each
// side lists its levels best first, as venues do. On an error (ErrLevel) the levels before the
// faulty one are set and the book must be thrown away.
func (b *Book) ApplyAll(bids, asks []Level) error {
	b.sides[Bids].finger, b.sides[Asks].finger = 0, 0
	err := b.apply(Bids, bids)
	if err == nil {
		err = b.apply(Asks, asks)
	}
	b.bound()
	return err
}

func (b *Book) apply(side Side, levels []Level) error {
	s := &b.sides[side]
	flip := side.flip()
	for i := range levels {
		level := &levels[i]
		key := level.Price.Coef()
		if level.Price.Scale() != b.scale || key == 0 || level.Price.IsNeg() || level.Quantity.IsNeg() {
			var absent bool
			var err error
			if key, absent, err = b.key(level); err != nil {
				return err
			}
			if absent {
				continue
			}
		}
		if level.Quantity.IsZero() {
			s.remove(key ^ flip)
		} else {
			s.set(key^flip, level)
		}
	}
	return nil
}

// flip turns the units of a bid into its key and back, and leaves those of an ask: the highest
// bid gets the lowest key, so that both sides are in ascending order, best first.
func (s Side) flip() uint64 { return uint64(s) - 1 }

// bound applies depthMax. It comes after a whole diff: one that adds a level and then removes
// another must not push out a third in between.
func (b *Book) bound() {
	if b.depthMax > 0 {
		b.Truncate(b.depthMax)
	}
}

// key is the slow path of apply: a price written with another scale than the book's. The book
// takes the finest scale that is written, where all keys fit it: most venues write one scale,
// and then apply is on its fast path. A removal at a step finer than any in the book is of an
// absent level.
func (b *Book) key(level *Level) (key uint64, absent bool, err error) {
	if !level.Price.IsPos() || level.Quantity.IsNeg() {
		return 0, false, levelError(level)
	}
	if written := level.Price.Scale(); written > b.scale {
		if level.Quantity.IsZero() {
			key, exact := units(level.Price, b.scale)
			return key, !exact, nil
		}
		if !b.rescale(written, level) {
			if needed := level.Price.MinScale(); needed > b.scale && !b.rescale(needed, level) {
				return 0, false, levelError(level)
			}
		}
	}
	key, exact := units(level.Price, b.scale)
	if !exact {
		return 0, false, levelError(level)
	}
	return key, false, nil
}

// rescale gives every level the key of a finer scale, unless one of them or the new one would
// overflow.
func (b *Book) rescale(scale int, level *Level) bool {
	if _, exact := units(level.Price, scale); !exact {
		return false
	}
	for i := range b.sides {
		s := &b.sides[i]
		for _, rank := range [2]int{0, s.len - 1} {
			if s.len == 0 {
				continue
			}
			if _, exact := units(s.at(rank).Price, scale); !exact {
				return false
			}
		}
	}
	b.scale = scale
	for i := range b.sides {
		s := &b.sides[i]
		for j, l := range s.leaves {
			for k := range l.n {
				slot := l.slot(k)
				key, _ := units(l.levels[slot].Price, scale) // it lies between two that are exact
				l.keys[slot] = key ^ Side(i).flip()
			}
			s.firsts[j] = l.keys[l.slot(0)]
		}
	}
	return true
}

// units returns a price as a key of asks. The greatest one is not a key: it marks vacancies.
func units(price decimal.Decimal, scale int) (key uint64, exact bool) {
	key, exact = decimal.Units(price, scale)
	return key, exact && key != vacant
}

func levelError(level *Level) error {
	return fmt.Errorf("%w: price %s, quantity %s", ErrLevel, level.Price, level.Quantity)
}

// Best returns the best level of a side, and whether there is one.
func (b *Book) Best(side Side) (Level, bool) { return b.At(side, 0) }

// At returns the level of rank i of a side, 0 being the best, and whether there is one. Venues'
// checksums walk the top ranks with it.
func (b *Book) At(side Side, i int) (Level, bool) {
	s := &b.sides[side&1]
	if i < 0 || i >= s.len {
		return Level{}, false
	}
	return *s.at(i), true
}

// Top appends the best n levels of a side to dst, best first, and returns the extended slice.
func (b *Book) Top(side Side, n int, dst []Level) []Level {
	return b.sides[side&1].top(max(n, 0), dst)
}

// Len returns the number of levels of a side.
func (b *Book) Len(side Side) int { return b.sides[side&1].len }

// Truncate drops all but the best depth levels of each side.
func (b *Book) Truncate(depth int) {
	b.sides[Bids].truncate(max(depth, 0))
	b.sides[Asks].truncate(max(depth, 0))
}

// Reset empties the book and keeps its memory and its bound.
func (b *Book) Reset() {
	b.Truncate(0)
	b.scale = 0
}

// Crossed reports whether the best bid is at or above the best ask: a fault in any book.
func (b *Book) Crossed() bool {
	bids, asks := &b.sides[Bids], &b.sides[Asks]
	return bids.len > 0 && asks.len > 0 && bids.firsts[0]^Bids.flip() >= asks.firsts[0]
}
