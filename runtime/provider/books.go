package provider

import (
	"errors"
	"fmt"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/provider/book"
)

// The bounds of levels in one message, on each side.
const (
	diffLevelsMax     = 10_000 // what the schema of BookUpdate takes
	snapshotLevelsMax = 100_000
)

var (
	errLevels   = errors.New("provider: too many levels")
	errChecksum = errors.New("provider: checksum differs from the venue's")
)

// Diff describes a change of a book whose levels were given to Bid and Ask. Without levels the
// sequence moves all the same. Where the stream carries the snapshots, First and Last may be 0:
// First is then the number after the book's last, and Last is First. So a venue that numbers
// the messages of a connection, or none, has diffs without holes in each book. Where the venue
// names the diff before in Prev, the published update begins right after that one.
type Diff struct {
	Symbol            string
	First, Last, Prev uint64
	Time              int64 // Unix ns; 0 where the venue sends none
	Checksum          uint32
	HasChecksum       bool
}

// Snapshot describes a whole book, or its top, whose levels were given to Bid and Ask. An empty
// Symbol means the only one of the connection.
type Snapshot struct {
	Symbol      string
	Last        uint64
	Time        int64 // Unix ns; 0 where the venue sends none
	Checksum    uint32
	HasChecksum bool
	Alone       bool // the stream has no diffs: one snapshot follows another
}

// Bid collects a bid for the next Diff or Snapshot. On an error what was collected is dropped.
func (n *Normalizer) Bid(price, quantity string) (err error) {
	if n.bids, err = appendLevel(n.bids, price, quantity); err != nil {
		n.take()
	}
	return err
}

// Ask collects an ask for the next Diff or Snapshot. On an error what was collected is dropped.
func (n *Normalizer) Ask(price, quantity string) (err error) {
	if n.asks, err = appendLevel(n.asks, price, quantity); err != nil {
		n.take()
	}
	return err
}

func appendLevel(levels []book.Level, price, quantity string) ([]book.Level, error) {
	var num numbers
	level := book.Level{Price: num.positive(price, errPrice), Quantity: num.notNegative(quantity)}
	if num.err != nil {
		return levels, num.err
	}
	if len(levels) >= snapshotLevelsMax {
		return levels, errLevels
	}
	return append(levels, level), nil
}

// take returns the collected levels, valid until the next Bid or Ask, and begins anew.
func (n *Normalizer) take() (bids, asks []book.Level) {
	bids, asks = n.bids, n.asks
	n.bids, n.asks = n.bids[:0], n.asks[:0]
	return bids, asks
}

// Diff gives the collected levels to the book, and publishes them as a BOOK_UPDATE while the
// book is live. A diff that does not follow makes the book stale and asks for a snapshot.
func (n *Normalizer) Diff(d *Diff) error {
	bids, asks := n.take() // first: levels of a symbol that is not ours must not be the next one's
	ins, err := n.instrument(d.Symbol)
	if err != nil {
		return err
	}
	if len(bids) > diffLevelsMax || len(asks) > diffLevelsMax {
		return errLevels
	}
	ins.pad(bids, asks)
	change := book.Diff{First: d.First, Last: d.Last, Prev: d.Prev, Bids: bids, Asks: asks}
	if n.inline && change.First == 0 {
		change.First = ins.book.LastID() + 1
		change.Last = max(change.Last, change.First)
	}
	if err := n.owed(ins); err != nil {
		return err
	}
	if ins.book.State() != book.Live {
		ins.book.Diff(change)
		if !n.inline { // else the snapshot comes by itself
			n.resync(ins)
		}
		return nil
	}
	// The event first: a diff that went into the book and not to the consumers would leave a
	// hole in theirs that nobody sees. One that goes nowhere is a gap, and gaps are repaired.
	lease, err := n.event(ins, d.Time)
	if err != nil {
		return err
	}
	outcome, reason := ins.book.Diff(change), ins.book.Err()
	if outcome == book.Changed && !n.checksumOK(ins, d.Checksum, d.HasChecksum) {
		outcome, reason = book.Broken, errChecksum
	}
	switch outcome {
	case book.Changed:
		if d.Prev > d.Last {
			return n.renumbered(ins, lease)
		}
		if d.Prev > 0 {
			change.First = d.Prev + 1 // ids that other books or no book had are no hole
		}
		ev := lease.Value()
		ev.Epoch, ev.SeqFirst, ev.SeqLast = ins.bookEpoch, change.First, change.Last
		update := ev.SetBookUpdate()
		update.Bids, update.Asks = appendLevels(update.Bids, bids), appendLevels(update.Asks, asks)
		update.Checksum = d.Checksum
		n.stats.bookUpdates.Add(1)
		n.publish(lease)
		n.checkBook(ins)
		n.show(ins, d.Time)
	case book.Broken:
		n.broke(ins, reason)
		n.publishStale(ins, lease)
		n.resync(ins)
	default: // the book had it already
		lease.Put()
	}
	return nil
}

// renumbered begins a new epoch of a live book, after a diff with which the venue's ids went
// back and whose Prev says that nothing is missing. It owns the lease.
func (n *Normalizer) renumbered(ins *instrument, lease eventv1.CanonicalEventLease) error {
	ins.bookEpoch++
	ins.tops.Reset()
	ins.snapshotDue = true
	n.publishStale(ins, lease)
	return n.owed(ins)
}

// Snapshot gives the collected levels to the book as its new whole. When the book is live by
// it, its top is published as a BOOK_SNAPSHOT.
func (n *Normalizer) Snapshot(s *Snapshot) error {
	bids, asks := n.take()
	var err error
	if n.current, err = n.symbols.only(); s.Symbol != "" {
		n.current, err = n.symbols.lookup(s.Symbol)
	}
	ins := n.current
	if err != nil {
		return err
	}
	if ins.renewing { // one that does not do asks anew, too
		ins.renewing, ins.fetching = false, false
		n.syncing.Add(-1)
	}
	ins.pad(bids, asks)
	before, last, resyncs := ins.book.State(), ins.book.LastID(), ins.book.Counters().Resyncs
	id := s.Last
	if n.inline && id == 0 {
		id = last + 1 // as in Diff
	}
	outcome, reason := ins.book.Snapshot(book.Snapshot{Last: id, Bids: bids, Asks: asks}), ins.book.Err()
	if outcome == book.Ready && !n.checksumOK(ins, s.Checksum, s.HasChecksum) {
		outcome, reason = book.Retry, errChecksum
		if before == book.Live {
			outcome = book.Broken
		}
	}
	switch outcome {
	case book.Ready:
		ins.retries.Reset()
		ins.asked, ins.snapshotDue = false, true
		if n.inline && before == book.Live && id != last && !s.Alone {
			// It replaces a live book without the diffs in between: the venue began anew, maybe at
			// update id 1, so what follows must not be compared with what was before.
			ins.bookEpoch++
			ins.tops.Reset()
			ins.staleDue = true
		}
		n.planRefresh(ins)
		if before == book.Live {
			n.stats.refreshes.Add(1)
		}
		n.stats.resyncs.Add(ins.book.Counters().Resyncs - resyncs)
		n.checkBook(ins)
		return n.owed(ins)
	case book.Broken:
		n.broke(ins, reason)
		ins.staleDue = true
		if err := n.owed(ins); err != nil {
			n.stats.exhausted.Add(1) // the next diff tries again
		}
	}
	if ins.book.State() == book.Live {
		ins.refreshing = true // again, by the next diff
	} else {
		n.resync(ins)
	}
	return fmt.Errorf("provider: snapshot of %s: %w", ins.symbol, reason)
}

// owed publishes what a symbol owes its consumers because no event could be had for it.
func (n *Normalizer) owed(ins *instrument) error {
	if ins.staleDue {
		lease, err := n.event(ins, 0)
		if err != nil {
			return err
		}
		n.publishStale(ins, lease)
	}
	if ins.snapshotDue {
		return n.publishSnapshot(ins, 0)
	}
	return nil
}

// show publishes a BOOK_SNAPSHOT for those who subscribed late when one is due, and begins a
// refresh of the book when that is due.
func (n *Normalizer) show(ins *instrument, exchangeTime int64) {
	if n.ingest-ins.shownAt >= int64(n.cfg.SnapshotEvery) {
		if err := n.publishSnapshot(ins, exchangeTime); err != nil {
			n.stats.exhausted.Add(1) // the next diff tries again
		}
	}
	switch {
	case ins.refreshing && !ins.fetching:
		// The second diff: one is kept, so an answer from now on is most likely not too old.
		ins.refreshing = false
		n.fetch(ins)
	case n.ingest >= ins.refreshAt && !ins.fetching && !n.inline: // else only a new connection brings one
		n.planRefresh(ins)
		ins.book.Refresh()
		ins.refreshing = true
	}
}

// planRefresh sets the time of the next refresh, spread so that the books of one start do not
// ask for snapshots in one moment ever after.
func (n *Normalizer) planRefresh(ins *instrument) {
	every := int64(n.cfg.RefreshEvery)
	ins.refreshAt = n.ingest + every - every/4 + n.symbols.rand.Int64N(every/4+1)
}

// publishSnapshot publishes the top of a live book.
func (n *Normalizer) publishSnapshot(ins *instrument, exchangeTime int64) error {
	lease, err := n.event(ins, exchangeTime)
	if err != nil {
		return err
	}
	ev := lease.Value()
	ev.Epoch, ev.SeqFirst, ev.SeqLast = ins.bookEpoch, ins.book.LastID(), ins.book.LastID()
	snapshot := ev.SetBookSnapshot()
	b := ins.book.Book()
	n.top = b.Top(book.Bids, n.cfg.BookDepth, n.top[:0])
	snapshot.Bids = appendLevels(snapshot.Bids, n.top)
	n.top = b.Top(book.Asks, n.cfg.BookDepth, n.top[:0])
	snapshot.Asks = appendLevels(snapshot.Asks, n.top)
	ins.snapshotDue, ins.shownAt = false, n.ingest
	n.stats.bookSnapshots.Add(1)
	n.publish(lease)
	return nil
}

// publishStale tells the consumers that the book is not to be traded on. It owns the lease. The
// event opens the new epoch of the book and has no sequence: what follows starts from a new
// snapshot.
func (n *Normalizer) publishStale(ins *instrument, lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	ev.Epoch, ev.ExchangeTime = ins.bookEpoch, 0
	ev.SetBookUpdate().Stale = true
	ins.staleDue = false
	n.stats.bookUpdates.Add(1)
	n.publish(lease)
}

// broke notes that a live book is live no more.
func (n *Normalizer) broke(ins *instrument, reason error) {
	ins.bookEpoch++
	ins.tops.Reset()
	ins.snapshotDue, ins.refreshing = false, false
	switch {
	case errors.Is(reason, book.ErrGap), errors.Is(reason, book.ErrEpoch):
		n.stats.gaps.Add(1)
	case errors.Is(reason, book.ErrCrossed):
		n.stats.crossed.Add(1)
	}
	n.cfg.Log.Warn("book is stale", "symbol", ins.symbol, "reason", reason)
}

// Gap says that diffs of a symbol, or, with "", of the whole connection are missing, where their
// numbers can't show it. The books are stale and wait for a snapshot. A decoder of diffs that
// have no numbers must call it for each that it could not hand on. Levels that were collected are
// dropped.
func (n *Normalizer) Gap(symbol string) {
	n.take()
	var empty error // the pool: each Get would wait for its timeout
	for _, ins := range n.symbols.list {
		if symbol != "" && symbol != ins.native {
			continue
		}
		if ins.book.State() == book.Live {
			ins.book.Invalidate()
			n.broke(ins, book.ErrGap)
			ins.staleDue = true
			if empty == nil {
				empty = n.owed(ins)
			}
			if empty != nil {
				n.stats.exhausted.Add(1) // the next diff tries again
			}
		}
		n.resync(ins)
	}
}

// resync asks for a snapshot, unless one is under way.
func (n *Normalizer) resync(ins *instrument) {
	if !ins.fetching {
		n.fetch(ins)
	}
}

func (n *Normalizer) fetch(ins *instrument) {
	ins.fetching = true
	n.stats.snapshotsRequested.Add(1)
	n.request(ins)
}

// checksumOK compares a venue's checksum with the book's. A book that differs is invalid.
func (n *Normalizer) checksumOK(ins *instrument, want uint32, has bool) bool {
	if !has || n.checksum == nil {
		return true
	}
	if n.checksum(ins.book.Book()) == want {
		n.stats.checksumsOK.Add(1)
		return true
	}
	n.stats.checksumsBad.Add(1)
	ins.book.Invalidate()
	return false
}

// checkTop holds a ticker against the book, checkBook the book against the tickers.
func (n *Normalizer) checkTop(ins *instrument, seq uint64, bid, ask book.Level) {
	ok, bad := ins.tops.OK, ins.tops.Bad
	ins.tops.Offer(seq, bid, ask)
	n.countTops(ins, ok, bad)
}

func (n *Normalizer) checkBook(ins *instrument) {
	ok, bad := ins.tops.OK, ins.tops.Bad
	ins.tops.BookAt(ins.book.LastID(), ins.book.Book())
	n.countTops(ins, ok, bad)
}

func (n *Normalizer) countTops(ins *instrument, ok, bad uint64) {
	if ins.tops.OK != ok {
		n.stats.topsOK.Add(ins.tops.OK - ok)
	}
	if ins.tops.Bad != bad {
		n.stats.topsBad.Add(ins.tops.Bad - bad)
	}
}

// disconnect says that the connection is lost: every live book is stale, every stream begins a
// new epoch.
func (n *Normalizer) disconnect(now int64) {
	n.ingest, n.restart = now, false
	n.syncing.Store(0)
	for _, ins := range n.symbols.list {
		live := ins.book.State() == book.Live
		ins.book.Invalidate()
		ins.tops.Reset()
		ins.epoch++
		ins.bookEpoch++
		ins.hasTicker = false
		if ins.renewing { // a fetch outlives the connection, a subscription does not
			ins.renewing, ins.fetching = false, false
		}
		ins.snapshotDue, ins.refreshing = false, false
		if !live {
			continue
		}
		ins.staleDue = true
		if err := n.owed(ins); err != nil {
			n.stats.exhausted.Add(1) // the first diff of the new connection tries again
		}
	}
}

// appendLevels converts levels of a book to those of an event.
func appendLevels(dst []eventv1.Level, levels []book.Level) []eventv1.Level {
	for i := range levels {
		dst = append(dst, eventv1.Level(levels[i]))
	}
	return dst
}
