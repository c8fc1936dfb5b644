//go:build !race && !pooldebug

package pipeline_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/config"
	"github.com/meltica/meltica/runtime/databus"
	"github.com/meltica/meltica/runtime/pipeline"
)

// script is a venue that sends prepared frames, without allocating, when it is told to.
type script struct {
	t      *testing.T
	send   chan [][]byte
	server *httptest.Server
}

// scriptSnapshot ends where the first diff ends.
const scriptSnapshot = `{"lastUpdateId":1001,"bids":[["99.00","1.0"],["98.00","1.0"]],"asks":[["101.00","1.0"],["102.00","1.0"]]}`

func newScript(t *testing.T) *script {
	s := &script{t: t, send: make(chan [][]byte)}
	mux := http.NewServeMux()
	mux.HandleFunc("/stream", s.serve)
	mux.HandleFunc("/api/v3/depth", func(w http.ResponseWriter, _ *http.Request) {
		if _, err := w.Write([]byte(scriptSnapshot)); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("/api/v3/exchangeInfo", func(w http.ResponseWriter, _ *http.Request) {
		if _, err := w.Write([]byte(`{"symbols":[]}`)); err != nil {
			t.Error(err)
		}
	})
	s.server = httptest.NewServer(mux)
	return s
}

// serve acknowledges the subscription and then sends what it is given.
func (s *script) serve(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		s.t.Error(err)
		return
	}
	defer func() { _ = c.CloseNow() }()
	_, request, err := c.Read(context.Background())
	if err != nil {
		return
	}
	id := request[strings.LastIndex(string(request), ":")+1 : len(request)-1]
	if err := c.Write(context.Background(), websocket.MessageText, fmt.Appendf(nil, `{"result":null,"id":%s}`, id)); err != nil {
		return
	}
	for frames := range s.send {
		for _, f := range frames {
			if err := c.Write(context.Background(), websocket.MessageText, f); err != nil {
				return
			}
		}
	}
}

// frames makes n messages of each kind, each with the next sequence.
type frames struct{ seq, trade int }

func (f *frames) next(n int) (out [][]byte) {
	for range n {
		f.seq++
		f.trade++
		out = append(out,
			fmt.Appendf(nil, `{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1700000000100,"s":"BTCUSDT","U":%d,"u":%d,"b":[["99.00","%d.5"],["98.00","2.0"]],"a":[["101.00","1.25"]]}}`, f.seq, f.seq, f.seq%7+1),
			fmt.Appendf(nil, `{"stream":"btcusdt@bookTicker","data":{"u":%d,"s":"BTCUSDT","b":"99.00","B":"%d.5","a":"101.00","A":"1.25"}}`, f.seq, f.seq%7+1),
			fmt.Appendf(nil, `{"stream":"btcusdt@trade","data":{"e":"trade","E":1700000000300,"s":"BTCUSDT","t":%d,"p":"101.00","q":"0.5","T":1700000000299,"m":false,"M":true}}`, f.trade))
	}
	return out
}

// tally is a handler that counts without allocating, and tells when a number is reached.
type tally struct {
	n       atomic.Int64
	wanted  atomic.Int64
	reached chan struct{} // capacity 1
}

// Handle implements databus.Handler.
func (c *tally) Handle(context.Context, *eventv1.CanonicalEvent) error {
	if c.n.Add(1) == c.wanted.Load() {
		c.reached <- struct{}{}
	}
	return nil
}

// TestSteadyStateAllocatesTheClonesOnly sends frames over a real WebSocket through the session,
// the adapter, the book, the dispatcher and the bus to its handlers, and counts every
// allocation of the process: one for each clone of a trade and of a ticker, two for each clone
// of a book update (the event and its levels), and nothing else.
//
// The runtime itself allocates now and then, so the smallest of a few rounds counts: noise only
// ever adds.
func TestSteadyStateAllocatesTheClonesOnly(t *testing.T) {
	for _, subscribers := range []int{1, 4, 16} {
		t.Run(fmt.Sprint(subscribers), func(t *testing.T) { countAllocations(t, subscribers) })
	}
}

func countAllocations(t *testing.T, subscribers int) {
	const perRound, rounds, perKind = 200, 8, 1 + 1 + 2
	venue := newScript(t)
	cfg := config.Default()
	p := &cfg.Providers[0]
	p.Symbols, p.Channels = []string{"BTC-USDT"}, config.Channels{Book: true, Ticker: true, Trade: true}
	p.StreamURL, p.RestURL = "ws"+strings.TrimPrefix(venue.server.URL, "http"), venue.server.URL
	p.Book.SnapshotEvery = 1 << 62
	cfg.Bus.ConflateAt = 1 << 20
	pipe, err := pipeline.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	tallies := make([]*tally, subscribers)
	for i := range tallies {
		tallies[i] = &tally{reached: make(chan struct{}, 1)}
		if _, err := pipe.Subscribe(fmt.Sprint(i), databus.Filter{Kinds: []eventv1.EventKind{
			eventv1.EventKindTrade, eventv1.EventKindTicker, eventv1.EventKindBookUpdate}}, tallies[i]); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan pipeline.Outcome, 1)
	go func() { ended <- pipe.Run(ctx) }()
	source := &frames{seq: 1000}
	seen := syncBook(t, pipe, venue, source, tallies[0])
	for _, c := range tallies {
		until(t, func() bool { return c.n.Load() >= seen })
	}

	least := uint64(1 << 62)
	// A collection empties sync.Pool, and its refill would be counted.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for range rounds {
		batch := source.next(perRound)
		seen += 3 * perRound
		for _, c := range tallies {
			c.wanted.Store(seen)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		venue.send <- batch
		for _, c := range tallies {
			<-c.reached
		}
		runtime.ReadMemStats(&after)
		least = min(least, after.Mallocs-before.Mallocs)
	}
	if want := uint64(perRound * perKind * subscribers); least != want {
		t.Errorf("%d frames to %d subscribers: %d allocations, want exactly %d", 3*perRound, subscribers, least, want)
	}

	close(venue.send)
	cancel()
	if o := <-ended; !o.Clean() {
		t.Errorf("outcome %+v, want clean", o)
	}
	venue.server.Close()
}

// syncBook sends frames one set at a time until the book is live and one whole set has come
// through, and returns how many events each handler has seen by then.
func syncBook(t *testing.T, pipe *pipeline.Pipeline, venue *script, source *frames, c *tally) int64 {
	for {
		before := pipe.Stats().Providers[0]
		venue.send <- source.next(1)
		until(t, func() bool { return pipe.Stats().Providers[0].Frames >= before.Frames+3 })
		after := pipe.Stats().Providers[0]
		if after.BookUpdates > before.BookUpdates {
			handed := int64(after.Trades + after.Tickers + after.BookUpdates)
			until(t, func() bool { return c.n.Load() >= handed })
			return handed
		}
	}
}

// until waits for a condition, for ten seconds at the most.
func until(t *testing.T, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !condition(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain")
		}
	}
}
