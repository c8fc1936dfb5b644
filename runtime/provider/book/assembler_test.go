package book_test

import (
	"errors"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/meltica/meltica/runtime/provider/book"
)

// shot is a snapshot of one bid and one ask, apart from each other.
func shot(last uint64) book.Snapshot {
	return book.Snapshot{Last: last, Bids: []book.Level{lv("10", "1")}, Asks: []book.Level{lv("20", "1")}}
}

// diff sets the bid at 11 to its last update id, so that the book tells what it has.
func diff(first, last, prev uint64) book.Diff {
	l := lv("11", strconv.FormatUint(last&(1<<62-1), 10))
	return book.Diff{First: first, Last: last, Prev: prev, Bids: []book.Level{l}}
}

func want(t *testing.T, what string, got, want book.Outcome) {
	t.Helper()
	if got != want {
		t.Errorf("%s: outcome %d, want %d", what, got, want)
	}
}

func TestSpotBoundaries(t *testing.T) {
	// A live book at id 10 that has applied a diff, and one fresh from its snapshot.
	for name, chained := range map[string]bool{"first": false, "next": true} {
		f := func(first, last uint64, outcome book.Outcome) {
			t.Helper()
			a := book.NewAssembler(book.Config{Rule: book.BinanceSpot()})
			if chained {
				want(t, "snapshot", a.Snapshot(shot(9)), book.Ready)
				want(t, "diff 10", a.Diff(diff(10, 10, 0)), book.Changed)
			} else {
				want(t, "snapshot", a.Snapshot(shot(10)), book.Ready)
			}
			got := a.Diff(diff(first, last, 0))
			if got != outcome {
				t.Errorf("%s: diff %d..%d at id 10: outcome %d, want %d", name, first, last, got, outcome)
			}
			if got == book.Broken && (a.State() != book.Stale || !errors.Is(a.Err(), book.ErrGap)) {
				t.Errorf("%s: diff %d..%d: state %d, err %v", name, first, last, a.State(), a.Err())
			}
			if id := a.LastID(); got == book.Changed && id != last || got == book.Nothing && id != 10 {
				t.Errorf("%s: diff %d..%d: LastID = %d", name, first, last, id)
			}
		}
		f(8, 9, book.Nothing)
		f(8, 10, book.Nothing) // u = id
		f(8, 11, book.Changed) // u = id + 1
		f(10, 11, book.Changed)
		f(11, 11, book.Changed) // U = id + 1
		f(11, 15, book.Changed)
		f(12, 12, book.Broken) // U = id + 2
		f(12, 15, book.Broken)
		f(0, 0, book.Nothing)
		f(^uint64(0), ^uint64(0), book.Broken)
	}
}

func TestUSDMBoundaries(t *testing.T) {
	f := func(chained bool, first, last, prev uint64, outcome book.Outcome) {
		t.Helper()
		a := book.NewAssembler(book.Config{Rule: book.BinanceUSDM()})
		want(t, "snapshot", a.Snapshot(shot(10)), book.Ready)
		if chained {
			want(t, "diff 8..10", a.Diff(diff(8, 10, 5)), book.Changed)
		}
		if got := a.Diff(diff(first, last, prev)); got != outcome {
			t.Errorf("chained %t: diff %d..%d after %d at id 10: outcome %d, want %d", chained, first, last, prev, got, outcome)
		}
	}
	f(false, 7, 9, 5, book.Nothing)
	f(false, 7, 10, 5, book.Changed) // u = id
	f(false, 10, 12, 5, book.Changed)
	f(false, 11, 12, 9, book.Broken)
	f(false, 14, 15, 10, book.Changed) // a hole in the ids, none in the chain
	f(true, 7, 10, 5, book.Nothing)
	f(true, 14, 15, 10, book.Changed)
	f(true, 11, 15, 9, book.Broken)
	f(true, 14, 15, 12, book.Broken)
}

func TestSyncFromKeptDiffs(t *testing.T) {
	// Three diffs come before the snapshot: 11..13, 14..16, 17..17.
	f := func(last uint64, outcome book.Outcome, id uint64, bid string) {
		t.Helper()
		a := book.NewAssembler(book.Config{Rule: book.BinanceSpot()})
		reused := diff(11, 13, 0)
		want(t, "diff 13", a.Diff(reused), book.Nothing)
		reused.Bids[0] = lv("99", "99") // the caller's buffer is the caller's
		want(t, "diff 16", a.Diff(diff(14, 16, 0)), book.Nothing)
		want(t, "diff 17", a.Diff(diff(17, 17, 0)), book.Nothing)
		if got := a.Snapshot(shot(last)); got != outcome {
			t.Errorf("snapshot %d: outcome %d, want %d", last, got, outcome)
			return
		}
		if outcome == book.Retry {
			if a.State() != book.Syncing || !errors.Is(a.Err(), book.ErrSnapshotOld) || a.Counters().TooOld != 1 {
				t.Errorf("snapshot %d: state %d, err %v, counters %+v", last, a.State(), a.Err(), a.Counters())
			}
			want(t, "snapshot 14", a.Snapshot(shot(14)), book.Ready) // what was kept is kept
			return
		}
		best, _ := a.Book().Best(book.Bids)
		if a.State() != book.Live || a.LastID() != id || best.Quantity.String() != bid {
			t.Errorf("snapshot %d: state %d, id %d, best bid %v", last, a.State(), a.LastID(), best)
		}
		want(t, "diff 18", a.Diff(diff(id+1, id+1, 0)), book.Changed)
		want(t, "an old snapshot", a.Snapshot(shot(id)), book.Retry)
		if a.State() != book.Live || a.LastID() != id+1 {
			t.Errorf("an old snapshot touched the book: state %d, id %d", a.State(), a.LastID())
		}
	}
	f(9, book.Retry, 0, "")
	f(10, book.Retry, 0, "")       // lastUpdateId < U
	f(11, book.Ready, 17, "17")    // lastUpdateId = U
	f(12, book.Ready, 17, "17")    // strictly inside a diff
	f(13, book.Ready, 17, "17")    // equal to a diff's u
	f(16, book.Ready, 17, "17")    // equal to the u of the last but one
	f(17, book.Ready, 17, "1")     // nothing to replay
	f(1000, book.Ready, 1000, "1") // far ahead of the stream
}

func TestGapAndResync(t *testing.T) {
	a := book.NewAssembler(book.Config{Rule: book.BinanceSpot()})
	want(t, "snapshot", a.Snapshot(shot(10)), book.Ready)
	want(t, "gap", a.Diff(diff(13, 14, 0)), book.Broken)
	want(t, "after the gap", a.Diff(diff(15, 15, 0)), book.Nothing)
	want(t, "old snapshot", a.Snapshot(shot(12)), book.Retry)
	want(t, "gap among kept diffs", a.Diff(diff(17, 18, 0)), book.Nothing)
	want(t, "snapshot before the second gap", a.Snapshot(shot(15)), book.Retry)
	want(t, "snapshot", a.Snapshot(shot(17)), book.Ready)
	if best, _ := a.Book().Best(book.Bids); a.LastID() != 18 || best.Quantity.String() != "18" {
		t.Errorf("id %d, best bid %v", a.LastID(), best)
	}
	wantCounters(t, a, book.Counters{Applied: 1, Gaps: 2, TooOld: 2, Snapshots: 2, Resyncs: 1})
	a.Invalidate()
	if a.State() != book.Syncing {
		t.Errorf("state %d after Invalidate", a.State())
	}
	want(t, "diff before another loss", a.Diff(diff(40, 40, 0)), book.Nothing)
	a.Invalidate()
	want(t, "diff of the new connection", a.Diff(diff(31, 32, 0)), book.Nothing)
	want(t, "snapshot of the new connection", a.Snapshot(shot(31)), book.Ready)
	wantCounters(t, a, book.Counters{Applied: 2, Gaps: 2, TooOld: 2, Snapshots: 3, Resyncs: 2})
}

func wantCounters(t *testing.T, a *book.Assembler, want book.Counters) {
	t.Helper()
	if diff := cmp.Diff(want, a.Counters()); diff != "" {
		t.Errorf("counters (-want +got):\n%s", diff)
	}
}

func TestOverflowStartsOver(t *testing.T) {
	for name, cfg := range map[string]book.Config{
		"diffs":  {Rule: book.BinanceSpot(), DiffsMax: 3},
		"levels": {Rule: book.BinanceSpot(), LevelsMax: 3},
	} {
		a := book.NewAssembler(cfg)
		for id := uint64(11); id <= 14; id++ {
			want(t, name, a.Diff(diff(id, id, 0)), book.Nothing)
		}
		want(t, name+": a snapshot that needs a dropped diff", a.Snapshot(shot(12)), book.Retry)
		want(t, name+": snapshot", a.Snapshot(shot(14)), book.Ready)
		wantCounters(t, a, book.Counters{Ignored: 1, TooOld: 1, Overflows: 1, Snapshots: 1})
	}
	a := book.NewAssembler(book.Config{Rule: book.BinanceSpot(), LevelsMax: 1})
	huge := diff(11, 11, 0)
	huge.Asks = []book.Level{lv("20", "2")}
	want(t, "a diff beyond the bound", a.Diff(huge), book.Nothing)
	want(t, "snapshot before it", a.Snapshot(shot(10)), book.Ready)
	want(t, "the diff after it", a.Diff(diff(12, 12, 0)), book.Broken)
}

func TestFaultyLevelsBreakTheBook(t *testing.T) {
	f := func(err error, bids, asks []book.Level) {
		t.Helper()
		a := book.NewAssembler(book.Config{Rule: book.BinanceSpot()})
		bad := shot(10)
		bad.Bids, bad.Asks = append(bad.Bids, bids...), append(bad.Asks, asks...)
		want(t, "bad snapshot", a.Snapshot(bad), book.Retry)
		if a.State() == book.Live || !errors.Is(a.Err(), err) {
			t.Errorf("bad snapshot: state %d, err %v, want %v", a.State(), a.Err(), err)
		}
		want(t, "snapshot", a.Snapshot(shot(10)), book.Ready)
		d := book.Diff{First: 10, Last: 11, Bids: bids, Asks: asks}
		want(t, "bad diff", a.Diff(d), book.Broken)
		if a.State() != book.Stale || !errors.Is(a.Err(), err) {
			t.Errorf("bad diff: state %d, err %v, want %v", a.State(), a.Err(), err)
		}
		want(t, "snapshot with it", a.Snapshot(shot(11)), book.Ready)
		a.Invalidate()
		want(t, "bad diff while syncing", a.Diff(d), book.Nothing)
		want(t, "good diff after it", a.Diff(diff(12, 13, 0)), book.Nothing)
		want(t, "snapshot inside the bad diff", a.Snapshot(shot(10)), book.Retry)
		want(t, "snapshot at its end", a.Snapshot(shot(11)), book.Ready)
		if a.LastID() != 13 {
			t.Errorf("LastID = %d, want 13: diffs after the bad one were lost", a.LastID())
		}
		if c := a.Counters(); c.Crossed+c.Invalid < 2 {
			t.Errorf("counters %+v", c)
		}
	}
	f(book.ErrCrossed, []book.Level{lv("20.00", "1")}, nil)
	f(book.ErrCrossed, nil, []book.Level{lv("9", "1")})
	f(book.ErrLevel, []book.Level{lv("-1", "1")}, nil)
	f(book.ErrLevel, nil, []book.Level{lv("30", "-1")})
}

func TestEpochIsNoBlackHole(t *testing.T) {
	a := book.NewAssembler(book.Config{Rule: book.BinanceSpot(), SkippedMax: 3})
	want(t, "snapshot", a.Snapshot(shot(1000)), book.Ready)
	want(t, "diff 1", a.Diff(diff(1, 1, 0)), book.Nothing)
	want(t, "diff 2", a.Diff(diff(2, 2, 0)), book.Nothing)
	want(t, "diff 3", a.Diff(diff(3, 3, 0)), book.Broken)
	if !errors.Is(a.Err(), book.ErrEpoch) {
		t.Errorf("err = %v, want ErrEpoch", a.Err())
	}
	want(t, "diff 4", a.Diff(diff(4, 4, 0)), book.Nothing)
	want(t, "snapshot of the new epoch", a.Snapshot(shot(3)), book.Ready)
	if a.LastID() != 4 {
		t.Errorf("LastID = %d, want 4", a.LastID())
	}
	// The same while a live book is refreshed.
	a.Refresh()
	want(t, "diff 5", a.Diff(diff(5, 5, 0)), book.Changed)
	want(t, "diff 1", a.Diff(diff(1, 1, 0)), book.Nothing)
	want(t, "diff 2", a.Diff(diff(2, 2, 0)), book.Nothing)
	want(t, "diff 3", a.Diff(diff(3, 3, 0)), book.Broken)
	want(t, "snapshot after it", a.Snapshot(shot(3)), book.Ready)
	// The same while the diffs are kept.
	a.Invalidate()
	want(t, "diff 50", a.Diff(diff(50, 50, 0)), book.Nothing)
	for id := uint64(1); id <= 4; id++ {
		want(t, "back again", a.Diff(diff(id, id, 0)), book.Nothing)
	}
	want(t, "snapshot of the third epoch", a.Snapshot(shot(3)), book.Ready)
	if a.LastID() != 4 || a.Counters().Epochs != 3 {
		t.Errorf("LastID = %d, counters %+v", a.LastID(), a.Counters())
	}
}

func TestRefresh(t *testing.T) {
	a := book.NewAssembler(book.Config{Rule: book.BinanceSpot()})
	want(t, "snapshot", a.Snapshot(shot(10)), book.Ready)
	want(t, "diff 11", a.Diff(diff(11, 11, 0)), book.Changed)
	want(t, "unasked and older than the book", a.Snapshot(shot(10)), book.Retry)
	if a.State() != book.Live || a.LastID() != 11 {
		t.Errorf("an old snapshot touched a live book: state %d, id %d", a.State(), a.LastID())
	}
	a.Refresh()
	want(t, "diff 12", a.Diff(diff(12, 13, 0)), book.Changed)
	a.Refresh() // again, as after a request that failed: the first answer would still do
	want(t, "diff 14", a.Diff(diff(14, 14, 0)), book.Changed)
	fresh := shot(12)
	fresh.Asks = append(fresh.Asks, lv("21", "7")) // a level that the first snapshot was too short for
	want(t, "refresh", a.Snapshot(fresh), book.Ready)
	if diff := cmp.Diff([]string{"11 x 14", "10 x 1"}, side(a.Book(), book.Bids)); diff != "" {
		t.Errorf("bids (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"20 x 1", "21 x 7"}, side(a.Book(), book.Asks)); diff != "" {
		t.Errorf("asks (-want +got):\n%s", diff)
	}
	want(t, "diff 15", a.Diff(diff(15, 15, 0)), book.Changed)
	a.Refresh()
	want(t, "diff 16", a.Diff(diff(16, 16, 0)), book.Changed)
	bad := shot(16)
	bad.Asks = []book.Level{lv("10", "1")}
	want(t, "crossed refresh", a.Snapshot(bad), book.Broken)
	if a.State() != book.Stale {
		t.Errorf("state %d after a failed refresh, want Stale", a.State())
	}
	want(t, "resync", a.Snapshot(shot(16)), book.Ready)
}

func TestInlineSnapshots(t *testing.T) {
	// A venue without ids: its stream carries the snapshots, and nothing is kept without one.
	always := func(uint64, book.Diff) book.Verdict { return book.Apply }
	a := book.NewAssembler(book.Config{Rule: book.Rule{First: always, Next: always, Inline: true}})
	want(t, "diff before a snapshot", a.Diff(diff(0, 0, 0)), book.Nothing)
	want(t, "snapshot", a.Snapshot(shot(0)), book.Ready)
	want(t, "diff", a.Diff(diff(0, 0, 0)), book.Changed)
	want(t, "snapshot over a live book", a.Snapshot(shot(0)), book.Ready)
	wantCounters(t, a, book.Counters{Applied: 1, Ignored: 1, Snapshots: 2})
}

func TestAssemblerAllocatesNothing(t *testing.T) {
	a := book.NewAssembler(book.Config{Rule: book.BinanceSpot()})
	bids, asks := []book.Level{lv("11", "1")}, []book.Level{lv("19", "1")}
	s := shot(0)
	id := uint64(100)
	round := func() {
		a.Invalidate()
		for range 20 {
			id++
			a.Diff(book.Diff{First: id, Last: id, Bids: bids, Asks: asks})
		}
		s.Last = id - 10
		if a.Snapshot(s) != book.Ready {
			t.Fatal(a.Err())
		}
		for range 20 {
			id++
			if a.Diff(book.Diff{First: id, Last: id, Bids: bids, Asks: asks}) != book.Changed {
				t.Fatal(a.Err())
			}
		}
		id += 2
		if a.Diff(book.Diff{First: id, Last: id, Bids: bids, Asks: asks}) != book.Broken {
			t.Fatal("a gap went unseen")
		}
	}
	round()
	if n := testing.AllocsPerRun(20, round); n != 0 {
		t.Errorf("a resync allocates %v times, want 0", n)
	}
}
