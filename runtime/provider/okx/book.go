package okx

import (
	"errors"
	"hash/crc32"
	"math"

	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/book"
)

var (
	errAction   = errors.New("okx: action of a book is neither snapshot nor update")
	errLevel    = errors.New("okx: level is not a price, a quantity and two counts")
	errProof    = errors.New("okx: book message with neither sequence ids nor a checksum")
	errSeq      = errors.New("okx: impossible sequence id")
	errChecksum = errors.New("okx: checksum is not an int32")
)

// rule is the chain of the incremental books: an update names the sequence id of the one before,
// and ids step as they like. "WS / Order book channel", "Sequence ID": an update without levels
// and with its own id as the one before is a sign of life; an id below the one before, after a
// maintenance, continues the chain. Recordings from before the ids name none (Prev is 0): what
// they chain by is the checksum.
func rule() book.Rule {
	next := func(id uint64, d book.Diff) book.Verdict {
		switch {
		case d.Prev == 0 && d.First == id+1:
			return book.Apply
		case d.Prev != id:
			return book.Gap
		case d.Last != d.Prev:
			return book.Apply
		case len(d.Bids) == 0 && len(d.Asks) == 0:
			return book.Skip
		}
		return book.Gap // levels without an id of their own
	}
	return book.Rule{First: next, Next: next, Inline: true}
}

// checksumLevels is how many levels of each side a checksum covers.
const checksumLevels = 25

// newChecksum returns a function that computes the venue's checksum of a book, for the use of
// one goroutine: CRC-32 over the best 25 levels as price:quantity with the digits that were
// sent, bid and ask in turn, a side that has ended being left out, all joined by colons.
func newChecksum() func(*book.Book) uint32 {
	var bids, asks []book.Level
	var text []byte
	return func(b *book.Book) uint32 {
		bids, asks = b.Top(book.Bids, checksumLevels, bids[:0]), b.Top(book.Asks, checksumLevels, asks[:0])
		text = text[:0]
		for i := range max(len(bids), len(asks)) {
			for _, side := range [...][]book.Level{bids, asks} {
				if i >= len(side) {
					continue
				}
				if len(text) > 0 {
					text = append(text, ':')
				}
				text = append(decimal.Append(text, side[i].Price), ':')
				text = decimal.Append(text, side[i].Quantity)
			}
		}
		return crc32.ChecksumIEEE(text)
	}
}

// readBook gives a snapshot or an update of an incremental book to out.
func readBook(e *envelope[wireBook], out *provider.Normalizer) error {
	if e.Action != "snapshot" && e.Action != "update" {
		return errAction
	}
	for i := range e.Data {
		w := &e.Data[i]
		time, err := w.read(out)
		if err != nil {
			return err
		}
		if w.Checksum == absent {
			w.Checksum = 0
		}
		if w.Checksum < math.MinInt32 || w.Checksum > math.MaxInt32 {
			return errChecksum
		}
		sum, has := uint32(int32(w.Checksum)), w.Checksum != 0 // since 2026-06-23 it is always 0
		if w.Seq == absent && w.Prev == absent && has {
			w.Seq, w.Prev = 0, 0
		}
		switch {
		case w.Seq == absent || w.Prev == absent:
			return errProof
		case w.Seq < 0:
			return errSeq
		case e.Action == "snapshot":
			err = out.Snapshot(&provider.Snapshot{
				Symbol: e.Arg.Symbol, Last: uint64(w.Seq), Time: time, Checksum: sum, HasChecksum: has,
			})
		case w.Prev < 0:
			return errSeq
		default:
			err = out.Diff(&provider.Diff{
				Symbol: e.Arg.Symbol, First: uint64(w.Seq), Last: uint64(w.Seq), Prev: uint64(w.Prev), Time: time,
				Checksum: sum, HasChecksum: has,
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readBook5 gives the five best levels to out as a book of their own.
func readBook5(e *envelope[wireBook], out *provider.Normalizer) error {
	for i := range e.Data {
		w := &e.Data[i]
		time, err := w.read(out)
		if err != nil {
			return err
		}
		if w.Seq < 0 {
			return errSeq
		}
		s := provider.Snapshot{Symbol: e.Arg.Symbol, Last: uint64(w.Seq), Time: time, Alone: true}
		if err := out.Snapshot(&s); err != nil {
			return err
		}
	}
	return nil
}

// readBBO publishes the best bid and ask.
func readBBO(e *envelope[wireBook], out *provider.Normalizer) error {
	for i := range e.Data {
		w := &e.Data[i]
		time, err := millis(w.Time)
		if err != nil {
			return err
		}
		if w.Seq < 0 {
			return errSeq
		}
		t := provider.Ticker{Symbol: e.Arg.Symbol, Seq: uint64(w.Seq), Time: time}
		if t.BidPrice, t.BidQuantity, err = best(w.Bids); err != nil {
			return err
		}
		if t.AskPrice, t.AskQuantity, err = best(w.Asks); err != nil {
			return err
		}
		if err := out.Ticker(&t); err != nil {
			return err
		}
	}
	return nil
}

// best returns the only level of a side, zeros where it has none.
func best(levels []level) (price, quantity string, err error) {
	switch {
	case levels == nil || len(levels) > 1 || len(levels) == 1 && !isLevel(levels[0]):
		return "", "", errLevel
	case len(levels) == 0:
		return "0", "0", nil
	}
	return levels[0][0], levels[0][1], nil
}

// read gives the levels to out and returns the time.
func (w *wireBook) read(out *provider.Normalizer) (time int64, err error) {
	if w.Bids == nil || w.Asks == nil { // null; a side without levels is []
		return 0, errMissing
	}
	for _, l := range w.Bids {
		if !isLevel(l) {
			return 0, errLevel
		}
		if err := out.Bid(l[0], l[1]); err != nil {
			return 0, err
		}
	}
	for _, l := range w.Asks {
		if !isLevel(l) {
			return 0, errLevel
		}
		if err := out.Ask(l[0], l[1]); err != nil {
			return 0, err
		}
	}
	return millis(w.Time)
}

func isLevel(l level) bool { return len(l) == 4 }
