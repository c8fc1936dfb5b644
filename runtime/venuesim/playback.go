package venuesim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/meltica/meltica/runtime/lib/capture"
)

// PlaybackConfig serves recorded Binance messages instead of a market. Every client gets the
// messages of the streams that it has subscribed. The recording starts when the first client has
// subscribed, and is served once.
type PlaybackConfig struct {
	// Files are recordings of combined streams in any form that package capture reads, in order.
	// Responses of /api/v3/depth, and bare snapshots between the messages, answer depth requests:
	// the last one before the next message, or else the first.
	Files []string
	// Synthetic is recorded at the start, if it has frames. It excludes Files.
	Synthetic Synthetic
	// FramesPerSecond paces the messages, in ticks of 1 ms; 0 keeps the recorded times.
	FramesPerSecond int
	// Full sends as fast as the slowest client reads: at most 256 KiB wait in its queue.
	Full bool
}

// Synthetic is a recording of a market in virtual time. It begins at 2026-01-01 UTC, and the same
// config makes the same bytes.
type Synthetic struct {
	Market  MarketConfig
	Streams []string // such as "btcusdt@depth@100ms"
	Frames  int      // the length of the recording; about 250 bytes each are kept in memory
}

// playback is a recording in memory. Nothing in it but the table of streams has pointers: a long
// one costs the garbage collector nothing.
type playback struct {
	// Immutable once it runs.
	cfg       PlaybackConfig
	names     map[string]int // of streams, to their index
	messages  []recorded
	data      []byte                // of all messages, without the wrapping of the combined form
	snapshots map[string][]snapshot // by venue symbol

	room chan struct{} // capacity 1: a queue has been emptied

	// Guarded by binance.mu.
	streams []*stream // by index; nil without subscribers
	next    int       // the next message
}

type recorded struct {
	time   int64 // unix ns
	end    int   // of its data; it begins where the message before it ends
	stream int
}

type snapshot struct {
	before int // the message that came next
	body   []byte
}

func newPlayback(cfg PlaybackConfig) *playback {
	return &playback{
		cfg: cfg, names: make(map[string]int), snapshots: make(map[string][]snapshot), room: make(chan struct{}, 1),
	}
}

// loadFiles reads the recordings.
func (p *playback) loadFiles() error {
	for _, path := range p.cfg.Files {
		if err := p.load(path); err != nil {
			return err
		}
	}
	switch {
	case len(p.messages) == 0:
		return fmt.Errorf("venuesim: no combined stream messages in %s", strings.Join(p.cfg.Files, ", "))
	case p.messages[0].time == 0 && p.cfg.FramesPerSecond == 0 && !p.cfg.Full:
		return fmt.Errorf("venuesim: %s has no times to keep", p.cfg.Files[0])
	}
	return nil
}

const (
	combinedStart  = `{"stream":"`
	combinedMiddle = `","data":`
	snapshotStart  = `{"lastUpdateId":`
)

func (p *playback) load(path string) (err error) {
	r, err := capture.Open(path)
	if err != nil {
		return fmt.Errorf("venuesim: %w", err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("venuesim: %w", err)
		}
		switch {
		case rec.Kind == capture.Response:
			u, err := url.Parse(rec.URL)
			if err != nil {
				return fmt.Errorf("venuesim: %s:%d: %w", path, rec.Line, err)
			}
			if strings.HasSuffix(u.Path, "/depth") {
				p.addSnapshot(u.Query().Get("symbol"), bytes.Clone(rec.Data))
			}
		case rec.Kind != capture.Message:
		case bytes.HasPrefix(rec.Data, []byte(combinedStart)):
			if !p.addMessage(rec.Time, rec.Data) {
				return fmt.Errorf("venuesim: %s:%d: not a combined message", path, rec.Line)
			}
		case bytes.HasPrefix(rec.Data, []byte(snapshotStart)) && len(p.messages) > 0:
			// The snapshot of the recording's only symbol: it names none.
			last := p.messages[len(p.messages)-1].stream
			for name, i := range p.names {
				if symbol, _, _ := strings.Cut(name, "@"); i == last {
					p.addSnapshot(strings.ToUpper(symbol), bytes.Clone(rec.Data))
				}
			}
		}
	}
}

// addMessage adds a message in the combined form, of which it keeps a copy. It returns false if
// the message has another form.
func (p *playback) addMessage(at int64, message []byte) bool {
	rest, ok := bytes.CutPrefix(message, []byte(combinedStart))
	name, data, ok2 := bytes.Cut(rest, []byte(combinedMiddle))
	data, ok3 := bytes.CutSuffix(data, combinedTail)
	if !ok || !ok2 || !ok3 {
		return false
	}
	i, ok := p.names[string(name)]
	if !ok {
		i = len(p.names)
		p.names[string(name)] = i
		p.streams = append(p.streams, nil)
	}
	p.data = append(p.data, data...)
	p.messages = append(p.messages, recorded{at, len(p.data), i})
	return true
}

// addSnapshot adds a depth snapshot behind the messages so far, and keeps body.
func (p *playback) addSnapshot(symbol string, body []byte) {
	p.snapshots[symbol] = append(p.snapshots[symbol], snapshot{len(p.messages), body})
}

// snapshot returns the newest snapshot that the messages have reached, or the first. The caller
// holds binance.mu.
func (p *playback) snapshot(symbol string) ([]byte, bool) {
	list := p.snapshots[symbol]
	if len(list) == 0 {
		return nil, false
	}
	body := list[0].body
	for _, s := range list {
		if s.before > p.next {
			break
		}
		body = s.body
	}
	return body, true
}

// slot returns where the stream of a name is kept, or nil. The caller holds binance.mu.
func (p *playback) slot(name string) **stream {
	if i, ok := p.names[name]; ok {
		return &p.streams[i]
	}
	return nil
}

// wakeUp lets a run that waits look at the queues and subscriptions again.
func (p *playback) wakeUp() {
	select {
	case p.room <- struct{}{}:
	default: // it has been told
	}
}

// batchMax is how many messages are queued at a time: clients and requests get the lock between.
const batchMax = 128

// fullQueueMax is how many bytes may wait in a queue while the next messages are queued at full
// speed.
const fullQueueMax = 256 << 10

// paceMin is the shortest wait between two messages: what is due by then goes out together.
const paceMin = time.Millisecond

// run serves the recording once, from the first subscription on.
func (p *playback) run(ctx context.Context, b *binance) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for !b.hasStreams() {
		if !p.await(ctx) {
			return
		}
	}
	start := time.Now()
	for next := 0; next < len(p.messages) && ctx.Err() == nil; {
		if p.cfg.Full {
			for b.fullest() > min(b.cfg.QueueMax/2, fullQueueMax) {
				if !p.await(ctx) {
					return
				}
			}
			next = b.replay(next, min(next+batchMax, len(p.messages)))
			continue
		}
		elapsed, end := time.Since(start), next
		for end < len(p.messages) && end < next+batchMax && p.due(end) <= elapsed {
			end++
		}
		if end > next {
			next = b.replay(next, end)
			continue
		}
		timer.Reset(max(paceMin, p.due(next)-elapsed))
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
	}
}

// await waits for a sign that a queue or the subscriptions have changed, and returns false when
// ctx ends first.
func (p *playback) await(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-p.room:
		return true
	}
}

// due returns when message i goes out, from the start on.
func (p *playback) due(i int) time.Duration {
	if perSecond := p.cfg.FramesPerSecond; perSecond > 0 {
		return time.Duration(float64(i) / float64(perSecond) * float64(time.Second))
	}
	return time.Duration(p.messages[i].time - p.messages[0].time)
}

// replay queues the messages from i to end to the clients of their streams, and returns end.
func (b *binance) replay(i, end int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.playback
	b.messages.Add(uint64(end - i))
	start := 0
	if i > 0 {
		start = p.messages[i-1].end
	}
	for ; i < end; i++ {
		m := p.messages[i]
		if st := p.streams[m.stream]; st != nil {
			for _, c := range st.clients {
				b.queue(c, st, p.data[start:m.end])
			}
		}
		start = m.end
	}
	p.next = end
	b.wakeAll()
	return end
}

func (b *binance) hasStreams() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.streams) > 0
}

// fullest returns the bytes in the fullest queue.
func (b *binance) fullest() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	most := 0
	for c := range b.clients {
		most = max(most, c.queued())
	}
	return most
}
