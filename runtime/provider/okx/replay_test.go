package okx_test

import (
	"strings"
	"testing"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/provider"
)

// checker is a Sink that checks what no stream may break, and hashes all events.
type checker struct {
	t    *testing.T
	last map[eventv1.CanonicalEventStreamKey]eventv1.CanonicalEvent
	hash uint64
	json []byte
}

func newChecker(t *testing.T) *checker {
	return &checker{t: t, last: make(map[eventv1.CanonicalEventStreamKey]eventv1.CanonicalEvent)}
}

func (c *checker) Publish(lease eventv1.CanonicalEventLease) {
	ev := lease.Value()
	if last, ok := c.last[ev.StreamKey()]; ok && ev.Epoch == last.Epoch && ev.SeqLast != 0 {
		hole := ev.Kind == eventv1.EventKindBookUpdate || ev.Kind == eventv1.EventKindTrade
		if hole && last.SeqLast != 0 && ev.SeqFirst != last.SeqLast+1 {
			c.t.Errorf("%s %v: %d to %d after %d", ev.Symbol, ev.Kind, ev.SeqFirst, ev.SeqLast, last.SeqLast)
		}
		if ev.SeqLast < last.SeqLast {
			c.t.Errorf("%s %v: sequence went back from %d to %d", ev.Symbol, ev.Kind, last.SeqLast, ev.SeqLast)
		}
	}
	c.last[ev.StreamKey()] = eventv1.CanonicalEvent{Epoch: ev.Epoch, SeqLast: ev.SeqLast}
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
	records := load(t, "public.ws.txt")
	run := func() (provider.Stats, uint64) {
		sink := newChecker(t)
		a := newAdapter(t, sink)
		for _, r := range records {
			feed(t, a, r.time, r.data)
		}
		return a.Stats(), sink.hash
	}
	s, hash := run()
	balanced(t, s)
	if s.ChecksumsOK != 191 || s.ChecksumsBad != 0 {
		t.Errorf("%d checksums agree, %d do not; want 191 and 0", s.ChecksumsOK, s.ChecksumsBad)
	}
	if s.Failed != 0 || s.Gaps != 0 || s.Crossed != 0 || s.Trades != 70 || s.Tickers != 26 || s.BookUpdates != 189 {
		t.Errorf("got %+v; want nothing failed, 70 trades, 26 tickers, 189 book updates", s)
	}
	t.Logf("%+v", s)
	if _, again := run(); again != hash {
		t.Errorf("two replays differ: %x and %x", hash, again)
	}
}

// TestCorruptedRecording changes one digit of one update: that update's checksum must show it,
// whatever the update, and a snapshot must repair the book.
func TestCorruptedRecording(t *testing.T) {
	records := load(t, "public.ws.txt")
	var messages []string // the book of UNI-USD-SWAP
	for _, r := range records {
		if strings.HasPrefix(r.data, `{"arg":{"channel":"books","instId":"UNI-USD-SWAP"}`) {
			messages = append(messages, r.data)
		}
	}
	if len(messages) != 93 {
		t.Fatalf("%d messages, want 93", len(messages))
	}
	for at := 1; at < len(messages); at++ {
		a := newAdapter(t, putter{})
		for _, m := range messages[:at] {
			feed(t, a, 1, m)
		}
		before := a.Stats()
		// A bid above all others: no checksum of the venue can hold it, or it crosses the book.
		feed(t, a, 1, strings.Replace(strings.Replace(messages[at], `"bids":[`, `"bids":[["5.1415","3","0","1"],`, 1), "],]", "]]", 1))
		if s := a.Stats(); s.ChecksumsBad+s.Crossed != 1 || s.Failed != 0 || s.ChecksumsOK != before.ChecksumsOK {
			t.Fatalf("message %d: got %+v; want it found out", at, s)
		}
		feed(t, a, 1, messages[at:]...)
		if s := a.Stats(); s.BookUpdates != before.BookUpdates+1 { // the stale one
			t.Fatalf("message %d: updates were published of a book that is none", at)
		}
		feed(t, a, 1, messages...)
		s := a.Stats()
		balanced(t, s)
		if s.ChecksumsBad+s.Crossed != 1 || s.Resyncs != 1 || s.ChecksumsOK != before.ChecksumsOK+93 {
			t.Fatalf("message %d: got %+v; want 1 found out, 1 resync", at, s)
		}
	}
}

// TestGapIsSeen replays today's messages behind a made-up snapshot: there is one message missing
// before the last.
func TestGapIsSeen(t *testing.T) {
	records := load(t, "live-2026-08.jsonl")
	sink := &recorder{}
	a := newAdapter(t, sink, "BTC-USDT")
	feed(t, a, 1, bookJSON("snapshot", -1, 80274874876, 0, `["78717.4","1","0","1"]`, `["78722.7","1","0","1"]`))
	for _, r := range records {
		feed(t, a, 1, r.data)
	}
	s := a.Stats()
	balanced(t, s)
	if s.Gaps != 1 || s.Failed != 0 || s.Ignored != 1 || s.BookUpdates != 4 {
		t.Fatalf("got %+v; want 1 gap, 1 ack ignored, 3 updates and the stale one", s)
	}
	events := sink.take()
	if u := events[len(events)-1].BookUpdate(); u == nil || !u.Stale {
		t.Errorf("the last event is %+v, want a stale update", events[len(events)-1])
	}
}
