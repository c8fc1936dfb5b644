package okx_test

import (
	"strings"
	"testing"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

func TestReplay(t *testing.T) {
	records := providertest.Load(t, "okx", "public.ws.txt")
	open := func(sink provider.Sink) *provider.Adapter { return newAdapter(t, sink) }
	s := providertest.Replay(t, open, records, eventv1.EventKindTrade)
	if s.ChecksumsOK != 191 || s.ChecksumsBad != 0 {
		t.Errorf("%d checksums agree, %d do not; want 191 and 0", s.ChecksumsOK, s.ChecksumsBad)
	}
	if s.Failed != 0 || s.Gaps != 0 || s.Crossed != 0 || s.Trades != 70 || s.Tickers != 26 || s.BookUpdates != 189 {
		t.Errorf("got %+v; want nothing failed, 70 trades, 26 tickers, 189 book updates", s)
	}
}

// TestCorruptedRecording changes one digit of one update: that update's checksum must show it,
// whatever the update, and a snapshot must repair the book.
func TestCorruptedRecording(t *testing.T) {
	records := providertest.Load(t, "okx", "public.ws.txt")
	var messages []string // the book of UNI-USD-SWAP
	for _, r := range records {
		if strings.HasPrefix(string(r.Data), `{"arg":{"channel":"books","instId":"UNI-USD-SWAP"}`) {
			messages = append(messages, string(r.Data))
		}
	}
	if len(messages) != 93 {
		t.Fatalf("%d messages, want 93", len(messages))
	}
	for at := 1; at < len(messages); at++ {
		a := newAdapter(t, providertest.Discard{})
		for _, m := range messages[:at] {
			providertest.Feed(t, a, 1, m)
		}
		before := a.Stats()
		// A bid above all others: no checksum of the venue can hold it, or it crosses the book.
		providertest.Feed(t, a, 1, strings.Replace(strings.Replace(messages[at], `"bids":[`, `"bids":[["5.1415","3","0","1"],`, 1), "],]", "]]", 1))
		if s := a.Stats(); s.ChecksumsBad+s.Crossed != 1 || s.Failed != 0 || s.ChecksumsOK != before.ChecksumsOK {
			t.Fatalf("message %d: got %+v; want it found out", at, s)
		}
		providertest.Feed(t, a, 1, messages[at:]...)
		if s := a.Stats(); s.BookUpdates != before.BookUpdates+1 { // the stale one
			t.Fatalf("message %d: updates were published of a book that is none", at)
		}
		providertest.Feed(t, a, 1, messages...)
		s := a.Stats()
		providertest.Balanced(t, s)
		if s.ChecksumsBad+s.Crossed != 1 || s.Resyncs != 1 || s.ChecksumsOK != before.ChecksumsOK+93 {
			t.Fatalf("message %d: got %+v; want 1 found out, 1 resync", at, s)
		}
	}
}

// TestGapIsSeen replays today's messages behind a made-up snapshot: there is one message missing
// before the last.
func TestGapIsSeen(t *testing.T) {
	records := providertest.Load(t, "okx", "live-2026-08.jsonl")
	sink := &providertest.Recorder{}
	a := newAdapter(t, sink, "BTC-USDT")
	providertest.Feed(t, a, 1, bookJSON("snapshot", -1, 80274874876, 0, `["78717.4","1","0","1"]`, `["78722.7","1","0","1"]`))
	for _, r := range records {
		providertest.Feed(t, a, 1, string(r.Data))
	}
	s := a.Stats()
	providertest.Balanced(t, s)
	if s.Gaps != 1 || s.Failed != 0 || s.Ignored != 1 || s.BookUpdates != 4 {
		t.Fatalf("got %+v; want 1 gap, 1 ack ignored, 3 updates and the stale one", s)
	}
	events := sink.Take()
	if u := events[len(events)-1].BookUpdate(); u == nil || !u.Stale {
		t.Errorf("the last event is %+v, want a stale update", events[len(events)-1])
	}
}
