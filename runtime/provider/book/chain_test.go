package book_test

import (
	"errors"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/provider/book"
	"pgregory.net/rapid"
)

// venue is a book that changes one level with each update id, and remembers all its states.
type venue struct {
	now   model
	id    uint64
	past  map[uint64]model
	queue []book.Diff // sent, not yet received
	last  uint64      // Last of the newest diff
	holes bool        // the ids of two diffs need not touch
}

func (v *venue) change(t *rapid.T) {
	if v.holes {
		v.id += uint64(rapid.IntRange(0, 2).Draw(t, "hole"))
	}
	d := book.Diff{First: v.id + 1, Prev: v.last}
	for range rapid.IntRange(1, 4).Draw(t, "changes") {
		// Bids live on 1 to 20, asks on 21 to 40: the true book is never crossed.
		price := rapid.Int64Range(1, 40).Draw(t, "price")
		l := book.Level{}
		var err error
		if l.Price, err = decimal.New(price, 0); err != nil {
			t.Fatal(err)
		}
		if l.Quantity, err = decimal.New(rapid.Int64Range(0, 3).Draw(t, "quantity"), 0); err != nil {
			t.Fatal(err)
		}
		v.id++
		if price <= 20 {
			v.now.set(book.Bids, price, l)
			d.Bids = append(d.Bids, l)
		} else {
			v.now.set(book.Asks, price, l)
			d.Asks = append(d.Asks, l)
		}
		v.past[v.id] = model{maps.Clone(v.now[0]), maps.Clone(v.now[1])}
	}
	d.Last = v.id
	v.last = v.id
	v.queue = append(v.queue, d)
}

func (v *venue) snapshot() book.Snapshot {
	s := book.Snapshot{Last: v.id}
	for _, l := range v.now[book.Bids] {
		s.Bids = append(s.Bids, l)
	}
	for _, l := range v.now[book.Asks] {
		s.Asks = append(s.Asks, l)
	}
	return s
}

// TestNeverLiveAndWrong drops, repeats and reorders diffs, loses connections, and lets
// snapshots arrive late. Whenever the Assembler says Live, its book must be the venue's at
// LastID; and once the faults end, a snapshot repairs everything.
func TestNeverLiveAndWrong(t *testing.T) {
	for name, rule := range map[string]book.Rule{"spot": book.BinanceSpot(), "usdm": book.BinanceUSDM()} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { chain(t, rule, name == "usdm") })
		})
	}
}

func chain(t *rapid.T, rule book.Rule, holes bool) {
	a := book.NewAssembler(book.Config{Rule: rule, DiffsMax: 6, LevelsMax: 15, SkippedMax: 20})
	v := venue{now: model{{}, {}}, past: map[uint64]model{0: {}}, holes: holes}
	var pending []book.Snapshot
	var seen []book.Diff
	broken := false // told, and not yet repaired

	outcome := func(o book.Outcome) {
		live := a.State() == book.Live
		switch o {
		case book.Changed, book.Ready:
			if broken = false; !live {
				t.Fatalf("outcome %d in state %d", o, a.State())
			}
		case book.Broken:
			if broken = true; live || a.Err() == nil {
				t.Fatalf("Broken in state %d, err %v", a.State(), a.Err())
			}
		case book.Retry:
			if !errors.Is(a.Err(), book.ErrSnapshotOld) && !errors.Is(a.Err(), book.ErrGap) {
				t.Fatalf("Retry: %v", a.Err())
			}
		}
		if broken && live {
			t.Fatal("Live without Ready after Broken")
		}
	}
	deliver := func(i int) {
		d := v.queue[i]
		v.queue = append(v.queue[:i:i], v.queue[i+1:]...)
		seen = append(seen, d)
		outcome(a.Diff(d))
	}
	t.Repeat(map[string]func(*rapid.T){
		"change":  v.change,
		"change2": v.change, // twice as often as faults
		"deliver": func(*rapid.T) {
			for len(v.queue) > 0 {
				deliver(0)
			}
		},
		"reorder": func(t *rapid.T) {
			if len(v.queue) > 0 {
				deliver(rapid.IntRange(0, len(v.queue)-1).Draw(t, "which"))
			}
		},
		"drop": func(*rapid.T) {
			if len(v.queue) > 0 {
				v.queue = v.queue[1:]
			}
		},
		"repeat": func(t *rapid.T) {
			if len(seen) > 0 {
				outcome(a.Diff(seen[rapid.IntRange(max(0, len(seen)-5), len(seen)-1).Draw(t, "which")]))
			}
		},
		"request": func(*rapid.T) {
			a.Refresh()
			pending = append(pending, v.snapshot())
		},
		"answer": func(*rapid.T) {
			if len(pending) > 0 {
				outcome(a.Snapshot(pending[0]))
				pending = pending[1:]
			}
		},
		"reconnect": func(*rapid.T) {
			a.Invalidate()
			v.queue = nil
		},
		"": func(t *rapid.T) { truth(t, a, &v) },
	})
	// The faults end: the next diffs arrive, and then a snapshot taken inside them.
	v.queue = nil
	v.change(t)
	deliver(0)
	s := v.snapshot()
	v.change(t)
	deliver(0)
	if a.State() != book.Live {
		got := a.Snapshot(s)
		if got == book.Retry { // the kept diffs ran over at the last of them
			got = a.Snapshot(v.snapshot())
		}
		if got != book.Ready {
			t.Fatalf("the repair: outcome %d, %v", got, a.Err())
		}
	}
	truth(t, a, &v)
	if a.LastID() < s.Last {
		t.Fatalf("live at %d, behind the venue's %d", a.LastID(), s.Last)
	}
}

func truth(t *rapid.T, a *book.Assembler, v *venue) {
	if a.State() != book.Live {
		return
	}
	past, ok := v.past[a.LastID()]
	if !ok {
		t.Fatalf("live at %d, which the venue never was", a.LastID())
	}
	for _, s := range []book.Side{book.Bids, book.Asks} {
		if diff := cmp.Diff(past.top(s, 1000), side(a.Book(), s)); diff != "" {
			t.Fatalf("live and wrong at %d, side %d (-want +got):\n%s", a.LastID(), s, diff)
		}
	}
}
