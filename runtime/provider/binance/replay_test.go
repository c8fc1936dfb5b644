package binance_test

import (
	"cmp"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"testing"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/capture"
	"github.com/meltica/meltica/runtime/provider"
)

// record is a line of a capture that outlives its reader.
type record struct {
	time int64
	url  string // of a response
	data []byte
}

func load(t testing.TB, files ...string) []record {
	t.Helper()
	dir := captures(t)
	var out []record
	for _, name := range files {
		r, err := capture.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for {
			rec, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			switch rec.Kind {
			case capture.Message:
				out = append(out, record{time: rec.Time, data: slices.Clone(rec.Data)})
			case capture.Response:
				out = append(out, record{time: rec.Time, url: rec.URL, data: slices.Clone(rec.Data)})
			}
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	slices.SortStableFunc(out, func(a, b record) int { return cmp.Compare(a.time, b.time) })
	return out
}

func play(t testing.TB, a *provider.Adapter, records []record) {
	t.Helper()
	for _, r := range records {
		var err error
		if r.url != "" {
			err = a.Respond(r.url, r.data, r.time)
		} else {
			err = a.Feed(r.data, r.time)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// position is where a stream is.
type position struct {
	epoch uint32
	seq   uint64
}

// checker is a Sink that checks what no stream may break, and counts.
type checker struct {
	t    *testing.T
	last map[eventv1.CanonicalEventStreamKey]position
	hash uint64
	json []byte
}

func newChecker(t *testing.T) *checker {
	return &checker{t: t, last: make(map[eventv1.CanonicalEventStreamKey]position)}
}

func (c *checker) Publish(lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	if last, ok := c.last[ev.StreamKey()]; ok && ev.Epoch == last.epoch {
		if ev.Kind == eventv1.EventKindBookUpdate && ev.SeqFirst > last.seq+1 {
			c.t.Errorf("%s: update %d to %d after %d: a hole", ev.Symbol, ev.SeqFirst, ev.SeqLast, last.seq)
		}
		if ev.SeqLast != 0 && ev.SeqLast < last.seq {
			c.t.Errorf("%s %v: sequence went back from %d to %d", ev.Symbol, ev.Kind, last.seq, ev.SeqLast)
		}
	}
	if ev.IngestTime == 0 || ev.EmitTime != ev.IngestTime || ev.TraceID.IsZero() {
		c.t.Errorf("%s %v: ingest %d, emit %d, trace %v", ev.Symbol, ev.Kind, ev.IngestTime, ev.EmitTime, ev.TraceID)
	}
	c.last[ev.StreamKey()] = position{ev.Epoch, ev.SeqLast}
	var err error
	if c.json, err = ev.AppendJSON(c.json[:0]); err != nil {
		c.t.Error(err)
	}
	for _, b := range c.json { // FNV-1a over all events
		c.hash = (c.hash ^ uint64(b)) * 1099511628211
	}
	lease.Put()
}

func TestReplay(t *testing.T) {
	// kept is how many diffs a book got by its first snapshot.
	f := func(name string, topsMin, kept uint64, files ...string) {
		t.Run(name, func(t *testing.T) {
			records := load(t, files...)
			if instrumented && len(records) > 20_000 {
				records, topsMin = records[:20_000], topsMin/10 // a tenth of the speed
			}
			sink := newChecker(t)
			a := newAdapter(t, sink)
			play(t, a, records)
			s := a.Stats()
			balanced(t, s)
			if s.Failed != 0 || s.Ignored != kept || s.Gaps != 0 || s.Crossed != 0 || s.TopsBad != 0 || s.Exhausted != 0 {
				t.Errorf("got %+v; want %d ignored and no failed, gaps, crossed, bad tops", s, kept)
			}
			if s.TopsOK < topsMin {
				t.Errorf("%d tops agreed, want at least %d", s.TopsOK, topsMin)
			}
			t.Logf("%+v", s)

			again := newChecker(t)
			play(t, newAdapter(t, again), records)
			if again.hash != sink.hash {
				t.Errorf("two replays differ: %x and %x", sink.hash, again.hash)
			}
		})
	}
	f("four symbols", 20, 5, "spot.ws.txt", "spot.http.txt")
	f("btcusdt", 1000, 3, "btcusdt-1.ws.gz", "btcusdt-2.ws.gz")
}
