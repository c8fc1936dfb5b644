package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-json"

	"github.com/meltica/meltica/cmd/internal/cli"
	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/pipeline"
)

type replayCmd struct {
	Files    []string `arg:"" help:"Recordings, plain or gzipped; a folder stands for the files in it." type:"path"`
	Provider string   `help:"Venue of the recordings. Default: guessed from each path." placeholder:"NAME"`
	Format   string   `help:"How to print the result: ${enum}." enum:"text,json" default:"text"`
	Failed   int      `help:"Print the first N messages that could not be normalised." default:"3" placeholder:"N"`
}

// Help is shown by meltica-run help replay.
func (replayCmd) Help() string {
	return `A line of a recording is one message: "SECONDS: MESSAGE", "NANOSECONDS MESSAGE", a bare MESSAGE, or "URL -> SECONDS: BODY" for the answer to a request. Files of one session, such as btc-1.gz and btc-2.gz or spot.ws.txt and spot.http.txt, are merged by time.

Every message is accounted for: messages = events + ignored + failed. tops_ok counts the best bids and asks of the venue that equal the assembled book at the same update id, tops_bad those that do not. Exit code 1 says that a file could not be read to its end; what came before is reported all the same.`
}

// Run replays the files.
func (r *replayCmd) Run(ctx context.Context, t *terminal) error {
	files, err := expand(r.Files)
	if err != nil {
		return fmt.Errorf("%w: %w", cli.ErrUsage, err)
	}
	cfg := pipeline.ReplayConfig{Files: files, Provider: r.Provider}
	shown := 0
	cfg.OnFailed = func(raw *eventv1.ProviderRaw, reason error) {
		if shown++; shown <= r.Failed {
			data := raw.Data.Bytes()
			fmt.Fprintf(t.err, "failed: message %d: %v: %.120q\n", raw.FrameSeq, reason, data[:min(len(data), 120)])
		}
	}
	cfg.OnRefused = func(url string, reason error) {
		if shown++; shown <= r.Failed {
			fmt.Fprintf(t.err, "failed: answer to %.200s: %v\n", url, reason)
		}
	}
	progress := cli.IsTerminal(t.err)
	if progress {
		cfg.Progress = func(n uint64) { fmt.Fprintf(t.err, "\r%s messages", group(n)) }
	}
	report, err := pipeline.Replay(ctx, cfg)
	if progress {
		fmt.Fprint(t.err, "\r\x1b[K")
	}
	switch {
	case errors.Is(err, pipeline.ErrUnknownProvider):
		return fmt.Errorf("%w: %w", cli.ErrUsage, err)
	case errors.Is(err, context.Canceled):
		err = errors.New("interrupted; the report is of what came before")
	case err == nil && len(report.Leaked) > 0:
		err = cli.ErrReported
	}
	text := reportText(files, report)
	if r.Format == "json" {
		var bad error
		if text, bad = reportJSON(report); bad != nil {
			return errors.Join(err, bad)
		}
	}
	if _, bad := t.out.Write(text); bad != nil {
		return errors.Join(err, bad)
	}
	return err
}

// expand replaces folders by the files in them, ordered by name.
func expand(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, path)
			continue
		}
		before := len(files)
		err = filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				files = append(files, name)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		if len(files) == before {
			return nil, fmt.Errorf("%s: no files in this folder", path)
		}
	}
	return files, nil
}

// summary is the JSON form of a report.
type summary struct {
	Frames       uint64            `json:"frames"`
	Normalised   uint64            `json:"normalised"`
	Ignored      uint64            `json:"ignored"`
	Failed       uint64            `json:"failed"`
	Events       map[string]uint64 `json:"events"`
	Gaps         uint64            `json:"gaps"`
	Resyncs      uint64            `json:"resyncs"`
	ChecksumsOK  uint64            `json:"checksums_ok"`
	ChecksumsBad uint64            `json:"checksums_bad"`
	Crossed      uint64            `json:"crossed"`
	TopsOK       uint64            `json:"tops_ok"`
	TopsBad      uint64            `json:"tops_bad"`
	OutOfOrder   uint64            `json:"out_of_order"`
	Leaked       int               `json:"leaked"`
}

func reportJSON(r pipeline.ReplayReport) ([]byte, error) {
	s := summary{
		Frames: r.Frames, Normalised: r.Normalised, Ignored: r.Ignored, Failed: r.Failed, Events: make(map[string]uint64),
		Gaps: r.Gaps, Resyncs: r.Resyncs, ChecksumsOK: r.ChecksumsOK, ChecksumsBad: r.ChecksumsBad,
		Crossed: r.Crossed, TopsOK: r.TopsOK, TopsBad: r.TopsBad, OutOfOrder: r.OutOfOrder, Leaked: len(r.Leaked),
	}
	for kind, n := range r.Events {
		s.Events[kind.String()] = n
	}
	text, err := json.MarshalIndent(s, "", "  ")
	return append(text, '\n'), err
}

func reportText(files []string, r pipeline.ReplayReport) []byte {
	var b bytes.Buffer
	var out uint64
	var kinds []string
	for _, kind := range slices.Sorted(maps.Keys(r.Events)) {
		out += r.Events[kind]
		kinds = append(kinds, fmt.Sprintf("%s %s", group(r.Events[kind]), kind))
	}
	fmt.Fprintf(&b, "replayed %s in %v (%s messages/s)\n", count(len(files), "file"), r.Took.Round(time.Millisecond), rate(r.Frames, r.Took.Seconds()))
	events := "events " + group(out)
	if out != r.Normalised {
		// A message of several trades or books is several events.
		events = fmt.Sprintf("normalised %s (%s events)", group(r.Normalised), group(out))
	}
	fmt.Fprintf(&b, "  messages %s = %s + ignored %s + failed %s\n", group(r.Frames), events, group(r.Ignored), group(r.Failed))
	if len(kinds) > 0 {
		fmt.Fprintf(&b, "  events: %s\n", strings.Join(kinds, ", "))
	}
	fmt.Fprintf(&b, "  books: gaps %d, resyncs %d, crossed %d; tops %s ok, %d bad; checksums %s ok, %d bad\n",
		r.Gaps, r.Resyncs, r.Crossed, group(r.TopsOK), r.TopsBad, group(r.ChecksumsOK), r.ChecksumsBad)
	fmt.Fprintf(&b, "  order: %s events dropped as late or seen; leases leaked: %d\n", group(r.OutOfOrder), len(r.Leaked))
	for _, u := range r.Leaked {
		fmt.Fprintf(&b, "    lease %s\n", u)
	}
	return b.Bytes()
}
