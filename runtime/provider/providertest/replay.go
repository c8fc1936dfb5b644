package providertest

import (
	"cmp"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/capture"
	"github.com/meltica/meltica/runtime/provider"
)

// Record is a message of a recording, or a response to a request. It outlives its reader.
type Record struct {
	Time int64  // ns, 1 where the recording has none
	URL  string // of a response, else empty
	Data []byte
}

// Load returns what the venue sent in the named recordings, by time. It skips the test if there
// are no recordings of the venue; one file that is missing among them fails it. MELTICA_CAPTURES
// names the folder of all venues, which is else looked for beside the module.
func Load(t testing.TB, venue string, names ...string) []Record {
	t.Helper()
	dir := filepath.Join(captures(t), venue)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no recordings: %v (set MELTICA_CAPTURES)", err)
	}
	var records []Record
	for _, name := range names {
		more, err := read(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, more...)
	}
	slices.SortStableFunc(records, func(a, b Record) int { return cmp.Compare(a.Time, b.Time) })
	return records
}

// captures returns the folder of all recordings, which need not exist.
func captures(t testing.TB) string {
	if dir := os.Getenv("MELTICA_CAPTURES"); dir != "" {
		return dir
	}
	root := "."
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			return filepath.Join(root, "..", "shared", "captures")
		} else if len(root) > 100 {
			t.Fatalf("no module around the test: %v", err)
		}
		root = filepath.Join(root, "..")
	}
}

// read returns what the venue sent in one recording.
func read(path string) (records []Record, err error) {
	r, err := capture.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return records, nil
		}
		if err != nil {
			return nil, err
		}
		if rec.Kind == capture.Message || rec.Kind == capture.Response {
			records = append(records, Record{Time: max(rec.Time, 1), URL: rec.URL, Data: slices.Clone(rec.Data)})
		}
	}
}

// Play hands the records to the adapter at their times.
func Play(t testing.TB, a *provider.Adapter, records []Record) {
	t.Helper()
	for _, r := range records {
		var err error
		if r.URL != "" {
			err = a.Respond(r.URL, r.Data, r.Time)
		} else {
			err = a.Feed(r.Data, r.Time)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Replay plays the records to two adapters from open, whose events must pass a Checker and be the
// same. It returns the statistics of the first, which are balanced.
func Replay(t testing.TB, open func(provider.Sink) *provider.Adapter, records []Record, unbroken ...eventv1.EventKind) provider.Stats {
	t.Helper()
	run := func() (provider.Stats, uint64) {
		sink := NewChecker(t, unbroken...)
		a := open(sink)
		Play(t, a, records)
		return a.Stats(), sink.hash
	}
	s, hash := run()
	Balanced(t, s)
	if _, again := run(); again != hash {
		t.Errorf("two replays differ: %x and %x", hash, again)
	}
	t.Logf("%+v", s)
	return s
}
