package orchestrator_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/orchestrator"
)

// TestWindowBoundaries walks trades through windows of 100 ns or 4 events. A step is a provider and
// an ingest time, or "tick" and a time; "->" begins what is expected to come out of it: merged
// windows "[open,close)xEVENTS", "late", "partial".
func TestWindowBoundaries(t *testing.T) {
	f := func(name string, steps ...string) {
		t.Run(name, func(t *testing.T) {
			fix := newFixture(t, rule())
			for _, step := range steps {
				action, want, _ := strings.Cut(step, "->")
				var who string
				var at int64
				if _, err := fmt.Sscan(action, &who, &at); err != nil {
					t.Fatal(err)
				}
				before := fix.Stats()
				if who == "tick" {
					fix.Tick(at)
				} else {
					fix.publish(who, at, trade("10", "1"))
				}
				var got []string
				for _, m := range fix.takeMerged() {
					got = append(got, fmt.Sprintf("[%d,%d)x%d", m.WindowOpen, m.WindowClose, m.EventCount))
				}
				after := fix.Stats()
				for range after.Partial - before.Partial {
					got = append(got, "partial")
				}
				for range after.Late - before.Late {
					got = append(got, "late")
				}
				if got := strings.Join(got, " "); got != strings.TrimSpace(want) {
					t.Errorf("%s: got %q, want %q", action, got, strings.TrimSpace(want))
				}
				fix.check()
			}
		})
	}
	f("by time, one before the end", "a 1000", "b 1099", "tick 1099", "tick 1100 -> [1000,1100)x2", "tick 9999")
	f("by time, at the end", "a 1000", "b 1050", "a 1100 -> [1000,1100)x2", "b 1199", "tick 1200 -> [1100,1200)x2")
	f("by an event long after", "a 1000", "b 1000", "a 5000 -> [1000,1100)x2", "tick 5100 -> partial")
	f("opens at the event, not on a grid", "a 1050", "b 1149", "a 1150 -> [1050,1150)x2")
	f("by count", "a 1000", "b 1001", "a 1002", "b 1003 -> [1000,1004)x4", "a 1004", "tick 1104 -> partial")
	f("equal stamps over a count", "a 1000", "b 1000", "a 1000", "b 1000 -> [1000,1001)x4",
		"a 1000", "b 1000", "a 1000", "b 1000 -> [1000,1001)x4", "b 999 -> late", "a 1000")
	f("equal stamps at the end", "a 1000", "b 1000", "a 1100 -> [1000,1100)x2", "b 1100", "b 1099 -> late", "tick 1200 -> [1100,1200)x2")
	f("late is before the close", "a 1000", "b 1099", "tick 1100 -> [1000,1100)x2", "a 1099 -> late", "b 1000 -> late", "a 999 -> late", "a 1100", "b 1100",
		"tick 1200 -> [1100,1200)x2")
	f("late after a partial window", "a 1000", "tick 1100 -> partial", "b 1099 -> late", "tick 1300")
	f("all late", "a 1000", "b 1000", "tick 2000 -> [1000,1100)x2", "a 1000 -> late", "b 1050 -> late", "tick 3000")
	f("after a pause nothing is late that is after the close", "a 1000", "b 1000", "tick 1100 -> [1000,1100)x2", "tick 9000", "a 1100", "b 1150",
		"tick 9001 -> [1100,1200)x2")
	f("one provider only", "a 1000", "a 1001", "a 1002", "a 1003 -> partial", "a 1004")
	f("nothing at all", "tick 0", "tick 1000")
	f("later stamp first", "a 1010", "b 1000", "tick 1099", "tick 1100 -> [1000,1100)x2")
	f("later stamp first, exactly a window", "a 1100", "b 1000 -> late", "b 1001", "tick 1101 -> [1001,1101)x2")
	f("later stamp first, tick in between", "a 1050", "tick 1120", "b 1020 -> late", "b 1021", "tick 1121 -> [1021,1121)x2")
	f("later stamp first, before a closed window", "a 1000", "b 1000", "tick 1100 -> [1000,1100)x2", "a 1110", "b 1099 -> late", "b 1105",
		"tick 1205 -> [1105,1205)x2")
	f("later stamp first, by count", "a 1010", "b 1000", "a 1005", "b 1004 -> [1000,1011)x4", "a 1009 -> late", "a 1010")
	f("ticks go back", "a 1000", "b 1000", "tick 1050", "tick 20", "tick 1100 -> [1000,1100)x2", "tick 5")
	f("ticks go back, later stamp first", "a 1050", "tick 1120", "tick 1060", "b 1020 -> late", "b 1021", "tick 1121 -> [1021,1121)x2")
	f("another provider", "a 1000", "z 1001", "b 1002", "z 2000", "tick 1100 -> [1000,1100)x2")
	f("times below zero", "a -1000", "b -950", "a -900 -> [-1000,-900)x2", "a -901 -> late")
}

func TestDefaults(t *testing.T) {
	r := rule()
	r.Window, r.EventsMax = 0, 0
	f := newFixture(t, r)
	f.publish("a", 0, trade("1", "1"))
	f.publish("b", int64(10*time.Second)-1, trade("1", "1"))
	f.publish("a", int64(10*time.Second), trade("1", "1"))
	for range 999 {
		f.publish("b", int64(11*time.Second), trade("1", "1"))
	}
	merged := f.takeMerged()
	if len(merged) != 2 || merged[0].WindowClose != 10e9 || merged[1].EventCount != 1000 {
		t.Errorf("got %d windows, want one of 10 s and one of 1000 events", len(merged))
	}
	f.check()
}

func TestKeysHaveWindowsOfTheirOwn(t *testing.T) {
	f := newFixture(t, rule())
	as := func(symbol string, set func(*eventv1.CanonicalEvent)) func(*eventv1.CanonicalEvent) {
		return func(ev *eventv1.CanonicalEvent) { set(ev); ev.Symbol = symbol }
	}
	f.publish("a", 1000, as("ETH-USDT", trade("1", "1")))
	f.publish("b", 1001, as("BTC-USDT", trade("1", "1")))
	f.publish("b", 1002, as("ETH-USDT", ticker("1", "1", "2", "1")))
	f.publish("b", 1003, as("XRP-USDT", trade("1", "1"))) // no rule
	f.publish("b", 1004, func(ev *eventv1.CanonicalEvent) { ev.SetKline() })
	if s := f.Stats(); s.Open != 3 || s.Passed != 2 || s.Folded != 3 {
		t.Errorf("got %+v, want 3 open windows, 2 events passed", s)
	}
	f.Tick(1100)
	f.Tick(1200)
	want := orchestrator.Stats{Passed: 2, Folded: 3, Partial: 3, Missing: map[string]uint64{"a": 2, "b": 1}}
	if diff := cmp.Diff(want, f.Stats()); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
	f.check()
}

func TestPoolExhausted(t *testing.T) {
	f := newFixture(t, rule())
	f.next.hold = true
	window := func(at int64) {
		f.publish("a", at, trade("1", "1"))
		f.publish("b", at, trade("1", "1"))
		f.Tick(at + 100)
	}
	for i := range int64(5) {
		window(1000 * i) // the pool has two
	}
	if s := f.Stats(); s.Merged != 2 || s.Exhausted != 3 {
		t.Errorf("got %+v, want 2 merged and 3 exhausted", s)
	}
	if n := f.pools.MergedEvent.Stats().Timeouts; n != 0 {
		t.Errorf("%d Gets waited for their timeout", n)
	}
	f.check()
	f.next.release()
	window(9000)
	if s := f.Stats(); s.Merged != 3 {
		t.Errorf("got %+v, want a third merged window", s)
	}
	f.next.release()
	f.pools.MergedEvent.Close()
	window(10_000)
	if s := f.Stats(); s.Exhausted != 4 {
		t.Errorf("got %+v after the pool was closed, want 4 exhausted", s)
	}
	f.check()
}

func TestRestartDropsOpenWindows(t *testing.T) {
	f := newFixture(t, rule())
	f.publish("a", 1000, trade("1", "1"))
	f.check()
	f = newFixture(t, rule())
	f.publish("b", 1001, trade("1", "1"))
	f.Tick(2000)
	if s := f.Stats(); s.Partial != 1 || s.Missing["a"] != 1 {
		t.Errorf("got %+v, want a window without a", s)
	}
	f.check()
}

func TestConfigIsChecked(t *testing.T) {
	pools := eventv1.NewPools(eventv1.PoolsConfig{})
	f := func(want string, change func(r *orchestrator.Rule)) {
		t.Helper()
		r := rule()
		change(&r)
		_, err := orchestrator.New(orchestrator.Config{Rules: []orchestrator.Rule{r}, Pools: pools, Next: putter{}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q", err, want)
		}
	}
	f("1 providers", func(r *orchestrator.Rule) { r.Providers = []string{"a"} })
	f("twice", func(r *orchestrator.Rule) { r.Providers = []string{"a", "b", "a"} })
	f("without a name", func(r *orchestrator.Rule) { r.Providers = []string{"a", ""} })
	f("65 providers", func(r *orchestrator.Rule) {
		r.Providers = nil
		for i := range 65 {
			r.Providers = append(r.Providers, fmt.Sprint(i))
		}
	})
	f("window of -1ns", func(r *orchestrator.Rule) { r.Window = -1 })
	f("window of 2h", func(r *orchestrator.Rule) { r.Window = 2 * time.Hour })
	f("-1 events", func(r *orchestrator.Rule) { r.EventsMax = -1 })
	f("events", func(r *orchestrator.Rule) { r.EventsMax = math.MaxUint32 + 1 })
	f("no symbols", func(r *orchestrator.Rule) { r.Symbols = nil })
	f("no kinds", func(r *orchestrator.Rule) { r.Kinds = []eventv1.EventKind{} })
	f("BOOK_UPDATE", func(r *orchestrator.Rule) { r.Kinds = []eventv1.EventKind{eventv1.EventKindBookUpdate} })
	f("merged already", func(r *orchestrator.Rule) { r.Symbols = []string{"BTC-USDT", "BTC-USDT"} })
	f("more than 65536", func(r *orchestrator.Rule) {
		r.Symbols = nil
		for i := range 1 << 15 {
			r.Symbols = append(r.Symbols, fmt.Sprint(i))
		}
	})
	for _, cfg := range []orchestrator.Config{{Pools: pools}, {Next: putter{}}} {
		if _, err := orchestrator.New(cfg); err == nil {
			t.Errorf("New took %+v", cfg)
		}
	}
}
