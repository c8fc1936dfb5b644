package provider_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/coinbase"
	"github.com/meltica/meltica/runtime/provider/kraken"
)

// next returns the next request of the client.
func (p *peer) next() string {
	select {
	case r := <-p.requests:
		return r
	case <-p.gone:
		return ""
	}
}

// provide returns a provider of a venue behind a scripted one.
func provide(t *testing.T, v *pipeVenue, venue provider.Venue, sink provider.Sink, symbols ...string) *provider.Provider {
	t.Helper()
	v.start(t)
	p, err := provider.New(venue, provider.Config{
		Name: "x", Symbols: symbols, Pools: newPools(t, eventv1.PoolsConfig{}), Sink: sink, DialContext: v.dial, Seed: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A request holds streams of one channel; each of them is answered apart.
func TestRequestsByChannelAndAcksByStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ack := func(id int, symbol string) string {
			return fmt.Sprintf(`{"method":"subscribe","result":{"symbol":%q},"success":true,"req_id":%d}`, symbol, id)
		}
		var requests []string
		acked := make(chan struct{})
		v := &pipeVenue{stream: func(_ int, p *peer) {
			for range 4 {
				requests = append(requests, p.next())
			}
			p.send(ack(1, ""), ack(2, "BTC/USD"), ack(2, "ETH/USD"), ack(3, "BTC/USD"),
				`{"method":"subscribe","success":false,"error":"no","symbol":"ETH/USD","req_id":3}`, ack(4, "BTC/USD"))
			p.wait(4 * time.Second)
			close(acked)
			p.send(ack(4, "ETH/USD"))
			<-p.gone
		}}
		venue, err := kraken.New(kraken.Config{StreamURL: "ws://venue.test/stream"})
		if err != nil {
			t.Fatal(err)
		}
		p := provide(t, v, venue, &recorder{}, "BTC-USD", "ETH-USD")
		stop := run(t, p)
		<-acked
		if c := p.Connections()[0]; c.State != "subscribing" || c.Streams != 7 {
			t.Errorf("got %+v; want subscribing to 7 streams while one is not confirmed", c)
		}
		time.Sleep(3 * time.Second)
		if c := p.Connections()[0]; c.State != "live" {
			t.Errorf("got %+v; want live", c)
		}
		s := p.Stats()
		stop()
		if s.Refused != 1 || s.Connects != 1 {
			t.Errorf("got %+v; want 1 refused on 1 connection", s)
		}
		for i, want := range []string{
			`"channel":"instrument"}`, `"channel":"book","symbol":["BTC/USD","ETH/USD"],`,
			`"channel":"ticker","symbol":["BTC/USD","ETH/USD"],`, `"channel":"trade","symbol":["BTC/USD","ETH/USD"],`,
		} {
			if !strings.Contains(requests[i], want) || !strings.HasSuffix(requests[i], fmt.Sprintf(`"req_id":%d}`, i+1)) {
				t.Errorf("request %d is %s, want %s", i+1, requests[i], want)
			}
		}
	})
}

func TestRefusedRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &pipeVenue{stream: func(_ int, p *peer) {
			for id := 1; id <= 4; id++ {
				p.next()
				p.send(fmt.Sprintf(`{"method":"subscribe","success":false,"error":"no such channel","req_id":%d}`, id))
			}
			<-p.gone
		}}
		venue, err := kraken.New(kraken.Config{StreamURL: "ws://venue.test/stream"})
		if err != nil {
			t.Fatal(err)
		}
		p := provide(t, v, venue, &recorder{}, "BTC-USD", "ETH-USD")
		stop := run(t, p)
		time.Sleep(25 * time.Second) // more than the timeout of acks
		s := p.Stats()
		stop()
		if s.Refused != 7 || s.Connects != 1 {
			t.Errorf("got %+v; want 7 refused on 1 connection", s)
		}
	})
}

// A hole in the sequence of a connection costs all its books, and the next connection counts
// anew.
func TestSequenceOfAConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		frame := func(seq int, kind, product string) string {
			return fmt.Sprintf(`{"channel":"l2_data","timestamp":"2026-08-24T22:34:13.8Z","sequence_num":%d,"events":[{"type":%q,"product_id":%q,"updates":[{"side":"bid","price_level":"1","new_quantity":"%d"}]}]}`,
				seq, kind, product, seq+1)
		}
		v := &pipeVenue{stream: func(n int, p *peer) {
			p.next()
			p.send(frame(0, "snapshot", "BTC-USD"), frame(1, "snapshot", "ETH-USD"), frame(2, "update", "BTC-USD"))
			if n == 1 {
				p.send(frame(4, "update", "BTC-USD"), frame(5, "update", "ETH-USD"))
			}
			<-p.gone
		}}
		venue, err := coinbase.New(coinbase.Config{StreamURL: "ws://venue.test/stream", Channels: []coinbase.Channel{coinbase.Books}})
		if err != nil {
			t.Fatal(err)
		}
		sink := &recorder{}
		p := provide(t, v, venue, sink, "BTC-USD", "ETH-USD")
		stop := run(t, p)
		time.Sleep(5 * time.Second)
		s := p.Stats()
		lines := sink.take()
		stop()
		want := []string{
			"BOOK_SNAPSHOT BTC-USD e1 1-1", "BOOK_SNAPSHOT ETH-USD e1 2-2", "BOOK_UPDATE BTC-USD e1 2-3",
			"BOOK_UPDATE BTC-USD e2 0-0 stale", "BOOK_UPDATE ETH-USD e2 0-0 stale",
			"BOOK_SNAPSHOT BTC-USD e3 1-1", "BOOK_SNAPSHOT ETH-USD e3 2-2", "BOOK_UPDATE BTC-USD e3 2-3",
		}
		if diff := cmp.Diff(want, lines); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		if s.Gaps != 2 || s.Connects != 2 || s.Resyncs != 2 || s.Failed != 0 {
			t.Errorf("got %+v; want 2 gaps, 2 connections, 2 resyncs", s)
		}
	})
}

// A refresh would cost the connection where only a new one brings a snapshot.
func TestBooksOfTheStreamAreNotRefreshed(t *testing.T) {
	sink := &recorder{}
	a := unnumbered(t, sink, newPools(t, eventv1.PoolsConfig{}))
	for i := range int64(100) {
		message := krakenBook("update", 0xD65A1577, "1")
		if i == 0 {
			message = krakenBook("snapshot", 0xD65A1577, "1")
		}
		if err := a.Feed([]byte(message), i*int64(time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	if s := a.Stats(); s.SnapshotsRequested != 0 || s.ChecksumsOK != 100 {
		t.Errorf("got %+v; want no snapshot requested", s)
	}
}

// unnumbered returns an adapter of BTC-USD at Kraken.
func unnumbered(t *testing.T, sink provider.Sink, pools *eventv1.Pools) *provider.Adapter {
	t.Helper()
	venue, err := kraken.New(kraken.Config{Depth: 1000})
	if err != nil {
		t.Fatal(err)
	}
	a, err := provider.NewAdapter(venue, provider.Config{Name: "x", Symbols: []string{"BTC-USD"}, Sink: sink, Pools: pools, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// krakenBook is a book message of Kraken with one bid.
func krakenBook(kind string, sum uint32, bid string) string {
	return fmt.Sprintf(`{"channel":"book","type":%q,"data":[{"symbol":"BTC/USD","bids":[{"price":%s,"qty":1}],"asks":[],"checksum":%d,"timestamp":"2026-08-24T22:34:13.8Z"}]}`, kind, bid, sum)
}

// The venue numbers no messages: a diff for which there was no event must not be lost in silence.
func TestExhaustedPoolBreaksBookWithoutNumbers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sink := &holder{}
		a := unnumbered(t, sink, newPools(t, eventv1.PoolsConfig{CanonicalEvent: eventv1.PoolConfig{Capacity: 1}}))
		trade := `{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"buy","price":1,"qty":1,"trade_id":7,"timestamp":"2026-08-24T22:34:13.8Z"}]}`
		feed(t, a, krakenBook("snapshot", 0xD65A1577, "1")) // CRC-32 of 11
		sink.hold = true
		feed(t, a, trade, krakenBook("update", 0, "2"))
		sink.release()
		feed(t, a, krakenBook("update", 0, "3"))
		want := []string{"BOOK_SNAPSHOT BTC-USD e1 1-1", "TRADE BTC-USD e1 7-7", "BOOK_UPDATE BTC-USD e2 0-0 stale"}
		if diff := cmp.Diff(want, sink.take()); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		if s := a.Stats(); s.Gaps != 1 || s.ChecksumsBad != 0 || s.Failed != 1 {
			t.Errorf("got %+v; want 1 gap", s)
		}
	})
}

// Nor must a frame for which there was no room.
func TestDroppedFrameBreaksBooksWithoutNumbers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pools := newPools(t, eventv1.PoolsConfig{WsFrame: eventv1.PoolConfig{Capacity: 1}})
		sink := &recorder{}
		a := unnumbered(t, sink, pools)
		feed(t, a, krakenBook("snapshot", 0xD65A1577, "1"))
		frame, err := pools.WsFrame.Get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		feed(t, a, krakenBook("update", 0, "2"))
		frame.Put()
		want := []string{"BOOK_SNAPSHOT BTC-USD e1 1-1", "BOOK_UPDATE BTC-USD e2 0-0 stale"}
		if diff := cmp.Diff(want, sink.take()); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		s := a.Stats()
		balanced(t, s)
		if s.Gaps != 1 || s.Failed != 1 || s.Exhausted != 1 {
			t.Errorf("got %+v; want 1 gap", s)
		}
	})
}

// A book whose checksum differs is subscribed anew on its connection.
func TestChecksumThatDiffersRenewsTheBook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := make(chan string, 10)
		v := &pipeVenue{stream: func(_ int, p *peer) {
			for range 4 {
				p.next()
			}
			p.send(krakenBook("snapshot", 0xD65A1577, "1"), krakenBook("update", 7, "2"), krakenBook("update", 8, "3"))
			for range 2 {
				requests <- p.next()
			}
			p.send(krakenBook("snapshot", 0xD65A1577, "1"))
			<-p.gone
		}}
		venue, err := kraken.New(kraken.Config{StreamURL: "ws://venue.test/stream"})
		if err != nil {
			t.Fatal(err)
		}
		sink := &recorder{}
		p := provide(t, v, venue, sink, "BTC-USD")
		stop := run(t, p)
		time.Sleep(5 * time.Second)
		s := p.Stats()
		lines := sink.take()
		stop()
		want := []string{"BOOK_SNAPSHOT BTC-USD e1 1-1", "BOOK_UPDATE BTC-USD e2 0-0 stale", "BOOK_SNAPSHOT BTC-USD e2 3-3"}
		if diff := cmp.Diff(want, lines); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		if s.ChecksumsBad != 1 || s.Resyncs != 1 || s.Connects != 1 {
			t.Errorf("got %+v; want 1 bad checksum, 1 resync, 1 connection", s)
		}
		for _, want := range []string{
			`{"method":"unsubscribe","params":{"channel":"book","symbol":["BTC/USD"],"depth":10},"req_id":5}`,
			`{"method":"subscribe","params":{"channel":"book","symbol":["BTC/USD"],"depth":10,"snapshot":true},"req_id":6}`,
		} {
			if got := <-requests; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
	})
}

func TestParseTime(t *testing.T) {
	f := func(text string, want int64) {
		t.Helper()
		got, err := provider.ParseTime(text)
		if got != want || (err == nil) != (want != 0) {
			t.Errorf("%q: got %d, %v; want %d", text, got, err, want)
		}
	}
	f("2026-08-24T22:34:13Z", 1787610853e9)
	f("2026-08-24T22:34:13.793075885Z", 1787610853793075885)
	f("2026-08-24T22:34:13.82310097Z", 1787610853823100970)
	f("2026-08-24T22:34:13.483122Z", 1787610853483122e3)
	f("2026-08-25T00:34:13.483122+02:00", 1787610853483122e3)
	f("2261-12-31T23:59:59Z", 9214646399e9)
	f("2262-01-01T00:00:00Z", 0)
	f("1969-12-31T23:59:59.9Z", 0)
	for _, bad := range []string{"", "x", "2026-08-24", "2026-08-24T22:34:13", "2026-08-24 22:34:13Z", "2026-02-30T22:34:13Z", strings.Repeat("9", 500)} {
		f(bad, 0)
	}
	if n := testing.AllocsPerRun(100, func() {
		if _, err := provider.ParseTime("2026-08-24T22:34:13.793075885Z"); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}
