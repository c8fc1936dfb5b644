package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/config"
	"github.com/meltica/meltica/runtime/dispatcher"
	"github.com/meltica/meltica/runtime/lib/capture"
	"github.com/meltica/meltica/runtime/lib/pool"
	"github.com/meltica/meltica/runtime/provider"
)

// ErrUnknownProvider is returned by Replay for a file whose provider is not one of ours.
var ErrUnknownProvider = errors.New("pipeline: unknown provider")

// ReplayConfig says what to replay.
type ReplayConfig struct {
	// Files are recordings in any form that package capture reads. Files of one session (the same
	// folder and the same name up to the first dot or a number behind a hyphen) are merged by
	// time; each session gets an adapter of its own.
	Files []string
	// Provider names the venue of all files; empty guesses it from each path.
	Provider string
	// OnFailed is told of each message that could not be normalised; nil ignores them.
	OnFailed func(raw *eventv1.ProviderRaw, reason error)
	// Progress is called now and then with the messages so far; nil is not called.
	Progress func(messages uint64)
	// Log takes what operators should know; nil discards it.
	Log *slog.Logger
}

// ReplayReport is what came out of a replay. Each message is in exactly one of the events, in
// Ignored or in Failed: Frames = sum of Events + Ignored + Failed.
type ReplayReport struct {
	Frames       uint64
	Ignored      uint64
	Failed       uint64
	Events       map[eventv1.EventKind]uint64
	Gaps         uint64
	Resyncs      uint64
	ChecksumsOK  uint64
	ChecksumsBad uint64
	Crossed      uint64
	TopsOK       uint64
	TopsBad      uint64
	Dispatched   uint64 // events that the dispatcher accepted in order
	OutOfOrder   uint64 // events that it dropped as late or seen
	Leaked       []pool.Unreturned
	Took         time.Duration
}

// Replay pushes recordings through the adapters and the dispatcher that a live run uses. Time
// is that of the recording, so the same files give the same events.
func Replay(ctx context.Context, cfg ReplayConfig) (ReplayReport, error) {
	start := time.Now()
	report := ReplayReport{Events: make(map[eventv1.EventKind]uint64)}
	pools := eventv1.NewPools(eventv1.PoolsConfig{})
	d := dispatcher.New(&countingRoutes{events: report.Events})
	sessions, err := groupSessions(cfg)
	if err != nil {
		return report, err
	}
	for _, s := range sessions {
		if err := s.replay(ctx, cfg, pools, d, &report); err != nil {
			return report, err
		}
	}
	c := d.Counters()
	report.Dispatched = c.Dispatched.Load()
	report.OutOfOrder = c.Late.Load() + c.Duplicate.Load() + c.Refused.Load()
	drained, cancel := context.WithTimeout(ctx, pool.TimeoutDefault)
	defer cancel()
	report.Leaked = pools.Drain(drained)
	report.Took = time.Since(start)
	return report, ctx.Err()
}

// countingRoutes is one lane for every stream that counts what the dispatcher lets through.
type countingRoutes struct {
	events map[eventv1.EventKind]uint64
}

func (*countingRoutes) Version() uint64 { return 1 }

func (r *countingRoutes) AppendLanes(dst []dispatcher.Lane, _ eventv1.CanonicalEventStreamKey) []dispatcher.Lane {
	return append(dst, r)
}

// Enqueue is called by the one goroutine of the replay.
func (r *countingRoutes) Enqueue(_ uint32, clone *eventv1.CanonicalEvent) { r.events[clone.Kind]++ }

// session is the recordings of one set of connections.
type session struct {
	key, venue string
	files      []string
}

// part matches what numbers the files of a session.
var part = regexp.MustCompile(`-\d+$`)

// groupSessions sorts the files into sessions, in the order of their first file.
func groupSessions(cfg ReplayConfig) ([]*session, error) {
	var sessions []*session
	for _, path := range cfg.Files {
		venue := cfg.Provider
		if venue == "" {
			venue = guessVenue(path)
		}
		if !slices.Contains(config.Venues(), venue) {
			return nil, fmt.Errorf("%w %q of %s: name one of %s with --provider", ErrUnknownProvider,
				venue, path, strings.Join(config.Venues(), ", "))
		}
		name, _, _ := strings.Cut(filepath.Base(path), ".")
		key := filepath.Join(filepath.Dir(path), part.ReplaceAllString(name, ""))
		i := slices.IndexFunc(sessions, func(s *session) bool { return s.key == key && s.venue == venue })
		if i < 0 {
			i = len(sessions)
			sessions = append(sessions, &session{key: key, venue: venue})
		}
		sessions[i].files = append(sessions[i].files, path)
	}
	return sessions, nil
}

// guessVenue finds the venue in a path: the longest of our names that stands in it. Futures of
// Binance are a venue of their own, so that they are not taken for spot.
func guessVenue(path string) string {
	lower := strings.ToLower(filepath.ToSlash(path))
	base := lower[strings.LastIndexByte(lower, '/')+1:]
	if strings.Contains(lower, "binance") && strings.HasPrefix(base, "usdm") {
		return "binance-usdm"
	}
	best := ""
	for _, v := range config.Venues() {
		if len(v) > len(best) && strings.Contains(lower, v) {
			best = v
		}
	}
	return best
}

// progressEvery is how many messages pass between two calls of Progress.
const progressEvery = 10_000

// replay feeds the session's records in the order of their times.
func (s *session) replay(ctx context.Context, cfg ReplayConfig, pools *eventv1.Pools, sink provider.Sink, report *ReplayReport) (err error) {
	adapter, err := newReplayAdapter(s.venue, provider.Config{
		Name: s.venue, Pools: pools, Sink: sink, Seed: 1, OnFailed: cfg.OnFailed, Log: cfg.Log,
		// Nobody subscribes late to a replay: a snapshot is published when a book is synced, and
		// no more, so that each message yields one event.
		SnapshotEvery: math.MaxInt64, RefreshEvery: math.MaxInt64,
	})
	if err != nil {
		return err
	}
	records, err := openMerged(s.files)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, records.close()) }()
	var responses, refused uint64
	for {
		rec, err := records.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		switch rec.Kind {
		case capture.Message:
			err = adapter.Feed(rec.Data, rec.Time)
		case capture.Response:
			responses++
			if bad := adapter.Respond(rec.URL, rec.Data, rec.Time); bad != nil {
				refused++
			}
		}
		if err != nil {
			return err
		}
		if done := report.Frames + adapter.Stats().Frames + responses; done%progressEvery == 0 {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if cfg.Progress != nil {
				cfg.Progress(done)
			}
		}
	}
	st := adapter.Stats()
	report.Frames += st.Frames + responses
	report.Ignored += st.Ignored
	report.Failed += st.Failed + refused
	report.Gaps += st.Gaps
	report.Resyncs += st.Resyncs
	report.ChecksumsOK += st.ChecksumsOK
	report.ChecksumsBad += st.ChecksumsBad
	report.Crossed += st.Crossed
	report.TopsOK += st.TopsOK
	report.TopsBad += st.TopsBad
	return nil
}

// merged reads several recordings as one, in the order of their times. A record without a
// time follows the one before it in its file.
type merged struct {
	files []*mergedFile
}

type mergedFile struct {
	reader *capture.Reader
	head   capture.Record
	open   bool // head is valid
}

func openMerged(paths []string) (*merged, error) {
	m := &merged{}
	for _, path := range paths {
		r, err := capture.Open(path)
		if err != nil {
			return nil, errors.Join(err, m.close())
		}
		f := &mergedFile{reader: r}
		m.files = append(m.files, f)
		if err := f.advance(); err != nil {
			return nil, errors.Join(err, m.close())
		}
	}
	return m, nil
}

// advance reads the next record of the file. The record before is dead then.
func (f *mergedFile) advance() error {
	before := f.head.Time
	rec, err := f.reader.Next()
	if errors.Is(err, io.EOF) {
		f.open = false
		return nil
	}
	if err != nil {
		return err
	}
	if rec.Time == 0 {
		rec.Time = before
	}
	f.head, f.open = rec, true
	return nil
}

// next returns the earliest record, valid until the next call, or io.EOF.
func (m *merged) next() (capture.Record, error) {
	// The record handed out last is consumed only now, because it aliases its reader's buffer.
	for _, f := range m.files {
		if f.open && f.head.Line < 0 {
			if err := f.advance(); err != nil {
				return capture.Record{}, err
			}
		}
	}
	var first *mergedFile
	for _, f := range m.files {
		if f.open && (first == nil || f.head.Time < first.head.Time) {
			first = f
		}
	}
	if first == nil {
		return capture.Record{}, io.EOF
	}
	rec := first.head
	first.head.Line = -1 // consumed
	return rec, nil
}

func (m *merged) close() error {
	var errs []error
	for _, f := range m.files {
		errs = append(errs, f.reader.Close())
	}
	return errors.Join(errs...)
}
