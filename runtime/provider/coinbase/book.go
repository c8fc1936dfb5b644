package coinbase

import (
	"errors"

	"github.com/meltica/meltica/runtime/provider"
)

// readBooks gives the books of a message to out. The number of the frame is taken, so the next
// one would not show that a book did not get its part: out is told.
func (d *decoder) readBooks(out *provider.Normalizer) error {
	m := &d.message
	at, err := provider.ParseTime(m.Timestamp)
	if err == nil && len(m.Events) == 0 {
		err = errMissing
	}
	if err != nil {
		out.Gap("")
		return err
	}
	var results provider.Results
	for i := range m.Events {
		e := &m.Events[i]
		err := readBook(e, d.next, at, out)
		if err != nil && !errors.Is(err, provider.ErrIgnored) {
			out.Gap(e.Product)
		}
		if !results.Add(err) {
			out.Gap("") // of whom the rest is
			break
		}
	}
	return results.Err()
}

// readBook takes the number of the frame counted from 1: a book's number 0 means none.
func readBook(e *event, number uint64, at int64, out *provider.Normalizer) error {
	if e.Levels == nil { // null; an update without changes is []
		return errMissing
	}
	for i := range e.Levels {
		var err error
		switch l := &e.Levels[i]; l.Side {
		case "bid":
			err = out.Bid(l.Price, l.Quantity)
		case "offer":
			err = out.Ask(l.Price, l.Quantity)
		default:
			err = errSide
		}
		if err != nil {
			return err
		}
	}
	switch e.Type {
	case typeSnapshot:
		return out.Snapshot(&provider.Snapshot{Symbol: e.Product, Last: number, Time: at})
	case typeUpdate:
		return out.Diff(&provider.Diff{Symbol: e.Product, Last: number, Time: at})
	}
	return errType
}
