package providertest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/lib/leaktest"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// failures is a testing.TB that keeps what is reported to it.
type failures struct {
	testing.TB
	errors []string
}

func (f *failures) Helper() {}

func (f *failures) Errorf(format string, args ...any) {
	f.errors = append(f.errors, fmt.Sprintf(format, args...))
}

// step is an update of a book, or a trade where the price is set.
type step struct {
	epoch       uint32
	first, last uint64
	trade       bool
}

func publish(t *testing.T, sink provider.Sink, pools *eventv1.Pools, s step, change func(*eventv1.CanonicalEvent)) {
	t.Helper()
	lease, err := pools.CanonicalEvent.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ev := lease.Value()
	ev.Provider, ev.Symbol, ev.Epoch, ev.SeqFirst, ev.SeqLast = "venue", "BTC-USDT", s.epoch, s.first, s.last
	ev.IngestTime, ev.EmitTime, ev.ExchangeTime, ev.TraceID = 5, 5, 4, eventv1.TraceID{1}
	if s.trade {
		ev.SetTrade().Price = decimal.MustParse("1")
	} else {
		ev.SetBookUpdate()
	}
	change(ev)
	sink.Publish(lease)
}

func TestCheckerSees(t *testing.T) {
	pools := providertest.NewPools(t)
	same := func(*eventv1.CanonicalEvent) {}
	f := func(want string, change func(*eventv1.CanonicalEvent), steps ...step) {
		t.Helper()
		report := &failures{TB: t}
		sink := providertest.NewChecker(report, eventv1.EventKindTrade)
		for i, s := range steps {
			if i < len(steps)-1 {
				publish(t, sink, pools, s, same)
			} else {
				publish(t, sink, pools, s, change)
			}
		}
		if got := strings.Join(report.errors, "; "); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%v: got %q, want %q", steps, got, want)
		}
	}
	f("", same, step{1, 1, 4, false}, step{1, 5, 5, false}, step{2, 1, 1, false})
	f("BOOK_UPDATE: 6 to 7 after 4", same, step{1, 1, 4, false}, step{1, 6, 7, false})
	f("BOOK_UPDATE: 4 to 7 after 4", same, step{1, 1, 4, false}, step{1, 4, 7, false})
	f("TRADE: 6 to 6 after 4", same, step{1, 4, 4, true}, step{1, 6, 6, true})
	f("went back from 4 to 3", same, step{1, 1, 4, false}, step{1, 5, 3, false})
	f("update without a time", func(ev *eventv1.CanonicalEvent) { ev.ExchangeTime = 0 }, step{1, 1, 1, false})
	f("", func(ev *eventv1.CanonicalEvent) { ev.ExchangeTime, ev.BookUpdate().Stale = 0, true }, step{1, 1, 1, false})
	f("ingest 5, emit 6", func(ev *eventv1.CanonicalEvent) { ev.EmitTime = 6 }, step{1, 1, 1, false})
	f("trace", func(ev *eventv1.CanonicalEvent) { ev.TraceID = eventv1.TraceID{} }, step{1, 1, 1, false})
}

func TestRecorderKeepsClones(t *testing.T) {
	pools := providertest.NewPools(t)
	sink := &providertest.Recorder{Seen: make(chan struct{}, 1)}
	same := func(*eventv1.CanonicalEvent) {}
	publish(t, sink, pools, step{1, 1, 4, false}, same)
	publish(t, sink, pools, step{2, 0, 0, false}, func(ev *eventv1.CanonicalEvent) { ev.BookUpdate().Stale = true })
	<-sink.Seen
	if diff := cmp.Diff([]string{"BOOK_UPDATE e1 1-4", "BOOK_UPDATE e2 0-0 stale"}, sink.Lines()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := len(sink.Take()); n != 0 {
		t.Errorf("%d events are left, want none", n)
	}
}

func TestBalancedSees(t *testing.T) {
	f := func(s provider.Stats, want int) {
		t.Helper()
		report := &failures{TB: t}
		providertest.Balanced(report, s)
		if len(report.errors) != want {
			t.Errorf("%d frames: got %q, want %d errors", s.Frames, report.errors, want)
		}
	}
	f(provider.Stats{Frames: 6, Normalised: 1, Ignored: 2, Failed: 3}, 0)
	f(provider.Stats{Frames: 7, Normalised: 1, Ignored: 2, Failed: 3}, 1)
}

func TestDamagedIsNeverTheMessage(t *testing.T) {
	const message = `{"a":1}`
	damaged := providertest.Damaged(message)
	if len(damaged) < 2*len(message) {
		t.Errorf("%d messages, want one for each byte and more", len(damaged))
	}
	for _, d := range damaged {
		if d == message {
			t.Errorf("%q is good", d)
		}
	}
}
