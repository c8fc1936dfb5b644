package pipeline_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
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
		t.Skip("no recordings of real venues; MELTICA_CAPTURES names their folder: ", err)
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
	if out != r.Dispatched+r.OutOfOrder {
		t.Errorf("%d events, want dispatched %d + out of order %d", out, r.Dispatched, r.OutOfOrder)
	}
	if len(r.Leaked) != 0 {
		t.Errorf("leaked leases: %v", r.Leaked)
	}
}

// TestReplayOfRealBooks assembles the real recordings of six venues: every diff chains, no book
// is crossed, and every comparable top and every checksum is the venue's own.
func TestReplayOfRealBooks(t *testing.T) {
	dir := captures(t)
	f := func(tops, checksums uint64, files ...string) {
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
		if r.TopsOK != tops || r.ChecksumsOK != checksums || r.ChecksumsBad != 0 {
			t.Errorf("%v: tops ok %d, checksums ok %d, bad %d; want %d, %d, 0", files, r.TopsOK, r.ChecksumsOK, r.ChecksumsBad, tops, checksums)
		}
	}
	f(26, 0, "binance/spot.ws.txt", "binance/spot.http.txt")
	f(0, 191, "okx/public.ws.txt")
	f(0, 2600, "kraken/book1000.v2.ws.txt")
	f(0, 4, "kraken/live-2026-08.jsonl")
	f(0, 0, "coinbase/advanced.ws.txt")
	f(0, 0, "coinbase/live-2026-08.jsonl")
	f(0, 0, "bybit/live-2026-08.jsonl")
	if !instrumented {
		f(1072, 0, "binance/btcusdt-1.ws.gz", "binance/btcusdt-2.ws.gz")
		f(629, 0, "binance/usdm-btcusdt.ws.gz")
	}
}

func TestReplayRefusesWhatItDoesNotKnow(t *testing.T) {
	_, err := pipeline.Replay(t.Context(), pipeline.ReplayConfig{Files: []string{"recordings/lighthouse/x.txt"}})
	if !errors.Is(err, pipeline.ErrUnknownProvider) {
		t.Errorf("err = %v, want ErrUnknownProvider", err)
	}
}

// line is a recorded trade; at 0 it has no time.
func line(at int64, trade int) string {
	text := fmt.Sprintf(`{"stream":"btcusdt@trade","data":{"e":"trade","E":1700000000300,"s":"BTCUSDT","t":%d,"p":"1.0","q":"2","T":1700000000299,"m":false,"M":true}}`, trade)
	if at == 0 {
		return text + "\n"
	}
	return fmt.Sprintf("%d %s\n", at, text)
}

// write writes recordings of Binance and returns their paths in the order given.
func write(t *testing.T, files ...[2]string) (paths []string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "binance")
	for _, f := range files {
		path := filepath.Join(dir, f[0])
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.WriteFile(path, []byte(f[1]), 0o600)); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

func replay(t *testing.T, paths ...string) pipeline.ReplayReport {
	t.Helper()
	r, err := pipeline.Replay(t.Context(), pipeline.ReplayConfig{Files: paths})
	if err != nil {
		t.Fatal(err)
	}
	wantAccounted(t, r)
	return r
}

// TestReplayMergesASessionByTime: trades rise only if the files are read in the order of the
// times, a record without one right behind the record before it, and of equal times the first
// file's first.
func TestReplayMergesASessionByTime(t *testing.T) {
	r := replay(t, write(t,
		[2]string{"s-1.txt", line(0, 1) + line(10, 3) + line(30, 6) + line(0, 7) + line(40, 9) + line(60, 11)},
		[2]string{"s-2.txt", line(5, 2) + line(20, 4) + line(0, 5) + line(35, 8) + line(40, 10)},
		[2]string{"s-3.txt", "\n"},
	)...)
	if r.Frames != 11 || r.Dispatched != 11 || r.Events[eventv1.EventKindTrade] != 11 {
		t.Errorf("report %+v, want 11 trades in order", r)
	}
}

// TestReplayDatesWhatHasNoTime: a record without a time has that of the record before it. Bars
// have no sequence, so one of time 0 would be late.
func TestReplayDatesWhatHasNoTime(t *testing.T) {
	const bar = `{"stream":"btcusdt@kline_1m","data":{"e":"kline","E":1700000000300,"s":"BTCUSDT","k":{"t":1700000000000,` +
		`"T":1700000059999,"s":"BTCUSDT","i":"1m","f":1,"L":2,"o":"1.0","c":"1.0","h":"1.0","l":"1.0","v":"1","n":1,` +
		`"x":false,"q":"1","V":"1","Q":"1","B":"0"}}}` + "\n"
	if r := replay(t, write(t, [2]string{"a.txt", "10 " + bar + bar})...); r.Dispatched != 2 {
		t.Errorf("report %+v, want 2 bars in order", r)
	}
}

// TestReplayKeepsSessionsApart: two sessions with the same streams, the later one first; and the
// same recording twice in one session, whose second half is seen already but accounted for.
func TestReplayKeepsSessionsApart(t *testing.T) {
	day1, day2 := line(10, 1)+line(20, 2), line(1000, 10)+line(1010, 11)
	if r := replay(t, write(t, [2]string{"b.txt", day2}, [2]string{"a.txt", day1}, [2]string{"old/b.txt", day1})...); r.Dispatched != 6 {
		t.Errorf("%d events in order, want 6: %+v", r.Dispatched, r)
	}
	if r := replay(t, write(t, [2]string{"a-1.txt", day1}, [2]string{"a-2.txt", day1})...); r.Dispatched != 2 || r.OutOfOrder != 2 {
		t.Errorf("report %+v, want 2 events in order and 2 seen", r)
	}
}

// TestReplayReportsWhatCameBeforeAnError: the recording was cut off in the middle of its zip.
func TestReplayReportsWhatCameBeforeAnError(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	for i := range 2000 {
		if _, err := io.WriteString(z, line(int64(i+1), i+1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := write(t, [2]string{"cut.gz", zipped.String()[:zipped.Len()/2]})
	r, err := pipeline.Replay(t.Context(), pipeline.ReplayConfig{Files: path})
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("err = %v, want io.ErrUnexpectedEOF", err)
	}
	wantAccounted(t, r)
	if r.Dispatched == 0 || r.Dispatched >= 2000 {
		t.Errorf("%d events before the cut, want some of 2000", r.Dispatched)
	}
}

// TestReplayCanBeInterrupted: the report has what came before, and no lease is out.
func TestReplayCanBeInterrupted(t *testing.T) {
	var text bytes.Buffer
	for i := range 25_000 {
		text.WriteString(line(int64(i+1), i+1))
	}
	ctx, cancel := context.WithCancel(t.Context())
	r, err := pipeline.Replay(ctx, pipeline.ReplayConfig{
		Files:    write(t, [2]string{"long.txt", text.String()}),
		Progress: func(uint64) { cancel() },
	})
	if !errors.Is(err, context.Canceled) || r.Frames != 20_000 {
		t.Errorf("err = %v after %d messages; want context.Canceled at the second look, 20000", err, r.Frames)
	}
	wantAccounted(t, r)
}

// TestReplayAccountsForAnswers: an answer that comes before, within and after the diffs that it
// belongs to, and one of symbols, of which no event is made.
func TestReplayAccountsForAnswers(t *testing.T) {
	diff := func(first, last int) string {
		return fmt.Sprintf(`{"stream":"btcusdt@depth","data":{"e":"depthUpdate","E":1700000000100,"s":"BTCUSDT","U":%d,"u":%d,"b":[["99.00","%d"]],"a":[["101.00","1"]]}}`+"\n", first, last, last)
	}
	answer := `https://venue/api/v3/depth?symbol=BTCUSDT -> 1700000000.5: {"lastUpdateId":103,"bids":[["99.00","1.0"]],"asks":[["101.00","1.0"]]}` + "\n"
	symbols := `https://venue/api/v3/exchangeInfo -> 1700000000.5: {"symbols":[]}` + "\n"
	for name, text := range map[string]string{
		"before": answer + diff(101, 105) + diff(106, 107),
		"within": diff(101, 105) + answer + diff(106, 107),
		"after":  diff(101, 105) + answer + diff(106, 107) + answer,
		"other":  symbols + diff(101, 105) + answer,
	} {
		r := replay(t, write(t, [2]string{"a.txt", text})...)
		if r.Events[eventv1.EventKindBookSnapshot] != 1 {
			t.Errorf("%s: report %+v, want one snapshot", name, r)
		}
	}
}

// TestReplayTellsOfRefusedAnswers: an answer that can't be used is counted and told.
func TestReplayTellsOfRefusedAnswers(t *testing.T) {
	var told []string
	r, err := pipeline.Replay(t.Context(), pipeline.ReplayConfig{
		Files:     write(t, [2]string{"a.txt", `https://venue/api/v3/depth?symbol=BTCUSDT -> 1700000000.5: {"lastUpdateId":` + "\n"}),
		OnRefused: func(url string, reason error) { told = append(told, url) },
	})
	if err != nil {
		t.Fatal(err)
	}
	wantAccounted(t, r)
	if r.Failed != 1 || len(told) != 1 || told[0] != "https://venue/api/v3/depth?symbol=BTCUSDT" {
		t.Errorf("failed %d, told %q; want the one answer", r.Failed, told)
	}
}

// TestReplayGuessesTheVenue: the element of the path that is nearest to the file decides. Each
// recording is the same session of Binance spot. Its futures miss the id of the diff before, and
// to Kraken it is no message.
func TestReplayGuessesTheVenue(t *testing.T) {
	text := line(1, 1) + `{"lastUpdateId":5,"bids":[["99.00","1.0"]],"asks":[["101.00","1.0"]]}
{"stream":"btcusdt@depth","data":{"e":"depthUpdate","E":1700000000100,"s":"BTCUSDT","U":6,"u":7,"b":[["99.00","2"]],"a":[]}}
`
	files := write(t, [2]string{"feed/a.txt", text}, [2]string{"usdm-a.txt", text}, [2]string{"kraken/a.txt", text})
	if r := replay(t, files[0]); r.Dispatched != 3 {
		t.Errorf("spot: %+v, want three events", r)
	}
	if r := replay(t, files[1]); r.Dispatched != 2 || r.Failed != 1 {
		t.Errorf("futures: %+v, want the diff to fail", r)
	}
	if r := replay(t, files[2]); r.Dispatched != 0 || r.Failed == 0 {
		t.Errorf("kraken: %+v, want no event", r)
	}
}
