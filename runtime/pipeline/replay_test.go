package pipeline_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/pipeline"
)

// captures returns the folder of the real recordings, or skips the test.
func captures(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("MELTICA_CAPTURES")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "captures")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no recordings of real venues: ", err)
	}
	return dir
}

// wantAccounted fails the test unless every message is in exactly one event, ignored or failed.
func wantAccounted(t *testing.T, r pipeline.ReplayReport) {
	t.Helper()
	var out uint64
	for _, n := range r.Events {
		out += n
	}
	if sum := out + r.Ignored + r.Failed; sum != r.Frames {
		t.Errorf("events %d + ignored %d + failed %d = %d, want the messages in, %d", out, r.Ignored, r.Failed, sum, r.Frames)
	}
	if len(r.Leaked) != 0 {
		t.Errorf("leaked leases: %v", r.Leaked)
	}
}

// TestReplayOfRealBooks assembles the real recordings: every diff chains, no book is crossed,
// and every comparable top is the venue's own.
func TestReplayOfRealBooks(t *testing.T) {
	dir := filepath.Join(captures(t), "binance")
	f := func(tops uint64, files ...string) {
		t.Helper()
		var paths []string
		for _, name := range files {
			paths = append(paths, filepath.Join(dir, name))
		}
		r, err := pipeline.Replay(t.Context(), pipeline.ReplayConfig{
			Files:    paths,
			OnFailed: func(raw *eventv1.ProviderRaw, reason error) { t.Errorf("%v: %.80q", reason, raw.Data.Bytes()) },
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%+v", r)
		wantAccounted(t, r)
		if r.Failed+r.Gaps+r.Resyncs+r.Crossed+r.TopsBad+r.OutOfOrder != 0 {
			t.Errorf("failed %d, gaps %d, resyncs %d, crossed %d, tops bad %d, out of order %d; want none",
				r.Failed, r.Gaps, r.Resyncs, r.Crossed, r.TopsBad, r.OutOfOrder)
		}
		if r.TopsOK != tops {
			t.Errorf("tops ok = %d, want %d", r.TopsOK, tops)
		}
	}
	f(26, "spot.ws.txt", "spot.http.txt")
	f(1072, "btcusdt-1.ws.gz", "btcusdt-2.ws.gz")
}

func TestReplayRefusesWhatItDoesNotKnow(t *testing.T) {
	_, err := pipeline.Replay(t.Context(), pipeline.ReplayConfig{Files: []string{"recordings/lighthouse/x.txt"}})
	if !errors.Is(err, pipeline.ErrUnknownProvider) {
		t.Errorf("err = %v, want ErrUnknownProvider", err)
	}
}
