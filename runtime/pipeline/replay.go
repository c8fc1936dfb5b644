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
	// OnFailed is told of each message that could not be normalised; nil ignores them. Raw is lent
	// for the call.
	OnFailed func(raw *eventv1.ProviderRaw, reason error)
	// Progress is called now and then with the messages so far; nil is not called.
	Progress func(messages uint64)
	// OnRefused is told of each recorded answer to a request that could not be used; nil ignores
	// them. Such an answer is counted in Failed.
	OnRefused func(url string, reason error)
	// Log takes what operators should know; nil discards it.
	Log *slog.Logger
}

// ReplayReport is what came out of a replay. Each message is in exactly one of Normalised, Ignored
// and Failed. A message of Binance that is normalised is one event, so there Frames = sum of
// Events + Ignored + Failed; other venues put several trades or books into one message. Each event
// was accepted by the dispatcher or dropped by it: sum of Events = Dispatched + OutOfOrder.
type ReplayReport struct {
	Frames       uint64
	Normalised   uint64
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
// is that of the recording, so the same files give the same events. With an error the report
// has what came before it.
func Replay(ctx context.Context, cfg ReplayConfig) (ReplayReport, error) {
	start := time.Now()
	report := ReplayReport{Events: make(map[eventv1.EventKind]uint64)}
	pools := eventv1.NewPools(eventv1.PoolsConfig{})
	sessions, err := groupSessions(cfg)
	if err != nil {
		return report, err
	}
	for _, s := range sessions {
		if err = s.replay(ctx, cfg, pools, &report); err != nil {
			break
		}
	}
	// Nothing runs any more, so what is not back now never comes.
	drained, cancel := context.WithTimeout(context.WithoutCancel(ctx), pool.TimeoutDefault)
	defer cancel()
	report.Leaked = pools.Drain(drained)
	report.Took = time.Since(start)
	return report, err
}

// countingSink counts the events on their way to the dispatcher, which nobody subscribes to.
type countingSink struct {
	*dispatcher.Dispatcher
	events map[eventv1.EventKind]uint64
	all    uint64
}

// Publish is called by the one goroutine of the replay.
func (s *countingSink) Publish(lease eventv1.CanonicalEventLease) {
	s.events[lease.Value().Kind]++
	s.all++
	s.Dispatcher.Publish(lease)
}

// noRoutes leads nowhere.
type noRoutes struct{}

func (noRoutes) Version() uint64 { return 1 }

func (noRoutes) AppendLanes(dst []dispatcher.Lane, _ eventv1.CanonicalEventStreamKey) []dispatcher.Lane {
	return dst
}

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
		if !slices.Contains(ReplayVenues(), venue) {
			if venue == "" {
				venue = "none in its path"
			}
			return nil, fmt.Errorf("%w of %s (%s): name one of %s with --provider", ErrUnknownProvider,
				path, venue, strings.Join(ReplayVenues(), ", "))
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

// guessVenue finds the venue in a path: the longest of our names that stands in the last element
// that has one. Futures of Binance are a venue of their own, so that they are not taken for spot.
func guessVenue(path string) string {
	elements := strings.Split(strings.ToLower(filepath.ToSlash(path)), "/")
	best := ""
	for _, element := range slices.Backward(elements) {
		for _, v := range ReplayVenues() {
			if len(v) > len(best) && strings.Contains(element, v) {
				best = v
			}
		}
		if best != "" {
			break
		}
	}
	if best == "binance" && strings.HasPrefix(elements[len(elements)-1], "usdm") {
		return "binance-usdm"
	}
	return best
}

// progressEvery is how many messages pass between two calls of Progress.
const progressEvery = 10_000

// replay feeds the session's records in the order of their times, to an adapter and a dispatcher
// of its own: two sessions may have recorded the same streams.
func (s *session) replay(ctx context.Context, cfg ReplayConfig, pools *eventv1.Pools, report *ReplayReport) error {
	sink := &countingSink{Dispatcher: dispatcher.New(noRoutes{}), events: report.Events}
	adapter, err := newReplayAdapter(s.venue, s.files, provider.Config{
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
	var responses, unused, refused uint64
	before := report.Frames
	for err = ctx.Err(); err == nil; {
		var rec capture.Record
		if rec, err = records.next(); err != nil {
			break
		}
		switch rec.Kind {
		case capture.Message:
			err = adapter.Feed(rec.Data, rec.Time)
		case capture.Response:
			responses++
			published := sink.all
			if reason := adapter.Respond(rec.URL, rec.Data, rec.Time); reason != nil {
				refused++
				if cfg.OnRefused != nil {
					cfg.OnRefused(rec.URL, reason)
				}
			} else if sink.all == published {
				unused++ // such as a snapshot of a book that is live
			}
		default:
			continue
		}
		if done := before + adapter.Stats().Frames + responses; err == nil && done%progressEvery == 0 {
			err = ctx.Err()
			if cfg.Progress != nil {
				cfg.Progress(done)
			}
		}
	}
	report.add(adapter.Stats(), sink.Counters())
	report.Frames += responses
	report.Normalised += responses - unused - refused
	report.Ignored += unused
	report.Failed += refused
	// A reader that failed says so again when it is closed.
	if closed := records.close(); errors.Is(err, io.EOF) {
		err = closed
	}
	return err
}

// add adds what a session counted.
func (r *ReplayReport) add(st provider.Stats, d *dispatcher.Counters) {
	r.Frames += st.Frames
	r.Normalised += st.Normalised
	r.Ignored += st.Ignored
	r.Failed += st.Failed
	r.Gaps += st.Gaps
	r.Resyncs += st.Resyncs
	r.ChecksumsOK += st.ChecksumsOK
	r.ChecksumsBad += st.ChecksumsBad
	r.Crossed += st.Crossed
	r.TopsOK += st.TopsOK
	r.TopsBad += st.TopsBad
	r.Dispatched += d.Dispatched.Load()
	r.OutOfOrder += d.Late.Load() + d.Duplicate.Load() + d.Refused.Load()
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
