package book

import "errors"

// Reasons of a Broken or Retry outcome, besides ErrLevel.
var (
	ErrSnapshotOld = errors.New("book: snapshot older than the first kept diff")
	ErrGap         = errors.New("book: gap between diffs")
	ErrEpoch       = errors.New("book: the venue's update ids went back")
	ErrCrossed     = errors.New("book: best bid at or above best ask")
)

// Diff is a change of a book: the quantities of Bids and Asks are absolute, and 0 removes.
type Diff struct {
	First, Last uint64 // the update ids it covers; equal where the venue numbers messages
	Prev        uint64 // Last of the diff before, where the venue says so
	Bids, Asks  []Level
}

// Snapshot is the whole book, or its top, at update id Last.
type Snapshot struct {
	Last       uint64
	Bids, Asks []Level
}

// State is the state of an Assembler.
type State uint8

// The states of an Assembler.
const (
	Syncing State = iota // no book since the start or since Invalidate
	Live                 // the book is verified
	Stale                // the chain broke; the book must not be shown
)

// Outcome tells the caller of an Assembler what to publish and whether to ask the venue.
type Outcome uint8

// The outcomes.
const (
	Nothing Outcome = iota // publish nothing
	Changed                // publish the diff just given
	Ready                  // publish a snapshot of Book: it is live and has all diffs kept so far
	Broken                 // publish that the book is stale, and fetch a snapshot; Err says why
	Retry                  // the snapshot did not fit: fetch another, after a back-off; Err says why
)

// Config is what an Assembler is made of.
type Config struct {
	Rule       Rule
	DepthMax   int // levels kept on each side of the book; 0 is without a bound
	DiffsMax   int // diffs kept while a snapshot is under way; 0 means 2048
	LevelsMax  int // levels kept while a snapshot is under way; 0 means 1 << 17
	SkippedMax int // diffs skipped in a row before the ids count as gone back; 0 means 512
}

// Counters is what an Assembler has seen since it was made.
type Counters struct {
	Applied   uint64 // diffs applied, those replayed onto a snapshot included
	Ignored   uint64 // diffs skipped by the rule, or given before an inline snapshot
	Gaps      uint64 // holes in the chain, in a live book or among the kept diffs
	Epochs    uint64 // times that the venue's ids went back
	Crossed   uint64 // times that a crossed book was caught
	Invalid   uint64 // diffs and snapshots with a level that no book can hold
	TooOld    uint64 // snapshots refused
	Overflows uint64 // times that the kept diffs outgrew their bound
	Snapshots uint64 // snapshots that made the book live
	Resyncs   uint64 // those of them that repaired a broken or invalidated book
}

// Assembler joins a snapshot and the diffs of a stream into a verified Book. There is one for
// each venue and symbol, and one goroutine owns it. It has no clock and starts no request: the
// caller acts on the Outcome. It keeps no slice that it is given.
type Assembler struct {
	cfg      Config
	book     *Book
	state    State
	id       uint64 // last update id in the book
	chained  bool   // a diff has been applied since the snapshot
	wasLive  bool
	refresh  bool // diffs are kept although the book is live
	skipped  int  // diffs skipped in a row
	kept     backlog
	counters Counters
	err      error
}

// NewAssembler returns an Assembler in state Syncing. cfg.Rule must have both functions.
func NewAssembler(cfg Config) *Assembler {
	if cfg.Rule.First == nil || cfg.Rule.Next == nil {
		panic("book: NewAssembler: a rule without First or Next")
	}
	if cfg.DiffsMax == 0 {
		cfg.DiffsMax = 2048
	}
	if cfg.LevelsMax == 0 {
		cfg.LevelsMax = 1 << 17
	}
	if cfg.SkippedMax == 0 {
		cfg.SkippedMax = 512
	}
	return &Assembler{cfg: cfg, book: New(cfg.DepthMax)}
}

// Book returns the book. It is the Assembler's: read it in state Live, do not change it.
func (a *Assembler) Book() *Book { return a.book }

// State returns the state.
func (a *Assembler) State() State { return a.state }

// LastID returns the last update id in the book; it means something in state Live only.
func (a *Assembler) LastID() uint64 { return a.id }

// Counters returns a copy of the counters.
func (a *Assembler) Counters() Counters { return a.counters }

// Err returns the reason of the last Broken or Retry.
func (a *Assembler) Err() error { return a.err }

// Invalidate says that the connection is lost: the book is no more live, and kept diffs are
// dropped.
func (a *Assembler) Invalidate() {
	a.state, a.refresh, a.skipped = Syncing, false, 0
	a.kept.reset()
}

// Refresh begins to keep diffs while the book stays live, so that a snapshot can replace it
// without a break. Call it before the snapshot is requested.
func (a *Assembler) Refresh() {
	if a.state == Live && !a.cfg.Rule.Inline {
		a.refresh = true // nothing is kept by a live book that is not being refreshed
	}
}

// Diff takes the next diff of the stream and returns Nothing, Changed or Broken.
func (a *Assembler) Diff(d Diff) Outcome {
	if a.state != Live {
		a.keep(d)
		return Nothing
	}
	switch a.judge(d) {
	case Skip:
		a.counters.Ignored++
		if a.skipped++; a.skipped < a.cfg.SkippedMax {
			return Nothing
		}
		a.counters.Epochs++
		return a.lose(ErrEpoch, d)
	case Gap:
		a.counters.Gaps++
		return a.lose(ErrGap, d)
	}
	if a.refresh {
		a.keep(d)
	}
	if err := a.apply(d); err != nil {
		return a.broken(err)
	}
	return Changed
}

// Snapshot takes a snapshot and returns Ready, Retry, or Broken where a live book was to be
// refreshed and the replay failed. A snapshot that is too old leaves a live book as it is.
func (a *Assembler) Snapshot(s Snapshot) Outcome {
	if !a.cfg.Rule.Inline && a.tooOld(s.Last) {
		a.counters.TooOld++
		a.err = ErrSnapshotOld
		return Retry
	}
	if err := a.replay(s); err != nil {
		if a.state == Live {
			return a.broken(err)
		}
		a.err = err
		return Retry
	}
	a.counters.Snapshots++
	if a.wasLive && a.state != Live {
		a.counters.Resyncs++
	}
	a.state, a.wasLive, a.refresh, a.skipped = Live, true, false, 0
	a.kept.reset()
	return Ready
}

// tooOld reports whether diffs after a snapshot with update id last are missing: before the
// first kept one, or, with none kept, before the book that is live.
func (a *Assembler) tooOld(last uint64) bool {
	if len(a.kept.diffs) > 0 {
		return last < a.kept.diffs[0].first
	}
	return a.state == Live && last < a.id
}

// replay makes the book of a snapshot and the kept diffs. The kept diffs are one chain and the
// snapshot is not older than the first, so only a rule's First can find a gap here.
func (a *Assembler) replay(s Snapshot) error {
	a.book.Reset()
	a.id, a.chained = s.Last, false
	if err := a.book.ApplyAll(s.Bids, s.Asks); err != nil {
		a.counters.Invalid++
		return err
	}
	if a.book.Crossed() {
		a.counters.Crossed++
		return ErrCrossed
	}
	for i := range a.kept.diffs {
		d := a.kept.at(i)
		switch a.judge(d) {
		case Skip:
			a.counters.Ignored++
		case Gap:
			a.counters.Gaps++
			return ErrGap
		case Apply:
			if err := a.apply(d); err != nil {
				return err // a newer snapshot skips d
			}
		}
	}
	return nil
}

func (a *Assembler) judge(d Diff) Verdict {
	if a.chained {
		return a.cfg.Rule.Next(a.id, d)
	}
	return a.cfg.Rule.First(a.id, d)
}

// apply puts d into the book. On an error the book is corrupt.
func (a *Assembler) apply(d Diff) error {
	if err := a.book.ApplyAll(d.Bids, d.Asks); err != nil {
		a.counters.Invalid++
		return err
	}
	a.id, a.chained, a.skipped = d.Last, true, 0
	a.counters.Applied++
	if a.book.Crossed() {
		a.counters.Crossed++
		return ErrCrossed
	}
	return nil
}

// lose leaves the live state because of d, which begins a new chain.
func (a *Assembler) lose(err error, d Diff) Outcome {
	a.kept.reset()
	a.keep(d)
	return a.broken(err)
}

func (a *Assembler) broken(err error) Outcome {
	a.state, a.refresh, a.skipped, a.err = Stale, false, 0, err
	return Broken
}

// keep copies d to the kept diffs. A diff that does not follow the last of them starts them
// anew, as does one that finds them full: the snapshot under way is then too old, and the
// caller learns it from Retry.
func (a *Assembler) keep(d Diff) {
	if a.cfg.Rule.Inline {
		a.counters.Ignored++
		return
	}
	if n := len(a.kept.diffs); n > 0 {
		switch a.cfg.Rule.Next(a.kept.diffs[n-1].last, d) {
		case Skip:
			a.counters.Ignored++
			if a.skipped++; a.skipped < a.cfg.SkippedMax {
				return
			}
			a.counters.Epochs++
			a.kept.reset()
		case Gap:
			a.counters.Gaps++
			a.kept.reset()
		}
	}
	a.skipped = 0
	levels := len(d.Bids) + len(d.Asks)
	if len(a.kept.diffs) >= a.cfg.DiffsMax || len(a.kept.levels)+levels > a.cfg.LevelsMax {
		a.counters.Overflows++
		a.kept.reset()
		if levels > a.cfg.LevelsMax {
			return
		}
	}
	a.kept.push(d)
}
