package providertest

import (
	"testing"

	"github.com/meltica/meltica/runtime/provider"
)

// Damaged returns what a venue never sends and an adapter must not take: the message cut short at
// each of its bytes, with something before or behind it, and JSON that is no message of anybody.
func Damaged(message string) []string {
	damaged := []string{
		" ", "null", "{}", "[]", "0", `""`, message + "x", message + "{}", message + "\x00", message + "\x00garbage", message + message,
		"\xef\xbb\xbf" + message, "[" + message + "]", "// c\n" + message,
	}
	for i := range len(message) {
		damaged = append(damaged, message[:i])
	}
	return damaged
}

// FuzzConfig is what FuzzFeed needs to know of a venue.
type FuzzConfig struct {
	// Open returns the adapter that is fed the input next.
	Open func(testing.TB) *provider.Adapter
	// Trade is a good message of one trade.
	Trade string
	// Then, when not nil, feeds more good messages after the trade and checks them.
	Then func(testing.TB, *provider.Adapter)
	// Seeds are messages to begin with.
	Seeds []string
}

// FuzzFeed feeds anything at all to an adapter, which must account for it, return no error, and
// be as good as new afterwards.
func FuzzFeed(f *testing.F, cfg FuzzConfig) {
	for _, seed := range append(cfg.Seeds, `{"\29\`) {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		a := cfg.Open(t)
		before := a.Stats()
		Feed(t, a, 2, string(message))
		s := a.Stats()
		Balanced(t, s)
		Feed(t, a, 3, cfg.Trade)
		if got := a.Stats(); got.Trades != s.Trades+1 || got.Frames != before.Frames+2 {
			t.Errorf("a good trade was not normalised afterwards: %+v", got)
		}
		if cfg.Then != nil {
			cfg.Then(t, a)
		}
	})
}

// NoAllocations feeds the messages in a circle, a millisecond apart, and fails if a frame
// allocates or is not normalised. It skips the test in an Instrumented build.
func NoAllocations(t *testing.T, a *provider.Adapter, messages ...string) {
	t.Helper()
	noAllocations(t, a, messages, func(s provider.Stats) uint64 { return s.Normalised })
}

// NoAllocationsIgnored is NoAllocations for messages that are ignored by rule.
func NoAllocationsIgnored(t *testing.T, a *provider.Adapter, messages ...string) {
	t.Helper()
	noAllocations(t, a, messages, func(s provider.Stats) uint64 { return s.Ignored })
}

func noAllocations(t *testing.T, a *provider.Adapter, messages []string, counted func(provider.Stats) uint64) {
	t.Helper()
	if Instrumented {
		t.Skip("the race detector and pooldebug allocate")
	}
	const runs = 1000
	at := 0
	frames := make([][]byte, len(messages))
	for i, m := range messages {
		frames[i] = []byte(m)
	}
	next := func() {
		if err := a.Feed(frames[at%len(frames)], int64(at)*1e6); err != nil {
			t.Fatal(err)
		}
		at++
	}
	for range runs { // until the pools and buffers have what they need
		next()
	}
	before := a.Stats()
	if n := testing.AllocsPerRun(runs, next); n != 0 {
		t.Errorf("%v allocations a frame, want 0", n)
	}
	s := a.Stats()
	if got, want := counted(s)-counted(before), uint64(runs+1); got != want || s.Failed != 0 || s.Gaps != 0 || s.ChecksumsBad != 0 {
		t.Errorf("%d frames of %d went their way: %+v", got, want, s)
	}
}
