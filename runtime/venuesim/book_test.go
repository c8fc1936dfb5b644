package venuesim_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/meltica/meltica/runtime/venuesim"
)

// depth is a depth snapshot.
type depth struct {
	LastUpdateID int64       `json:"lastUpdateId"`
	Bids         [][2]string `json:"bids"`
	Asks         [][2]string `json:"asks"`
}

func depthOf(t *testing.T, message []byte) depth {
	t.Helper()
	var d depth
	decode(t, message, &d)
	return d
}

// event is what the test reads of any stream. Keys that differ by case only are all declared: the
// decoder would mix them up otherwise.
type event struct {
	Type     string      `json:"e"`
	Time     int64       `json:"E"`
	Symbol   string      `json:"s"`
	First    int64       `json:"U"`
	Last     int64       `json:"u"`
	Bids     any         `json:"b"` // levels of a diff, the price of a bookTicker
	BidLots  any         `json:"B"`
	Asks     any         `json:"a"`
	AskLots  any         `json:"A"`
	TradeID  int64       `json:"t"`
	TradedAt int64       `json:"T"`
	Price    string      `json:"p"`
	Quantity string      `json:"q"`
	Maker    bool        `json:"m"`
	Ignore   bool        `json:"M"`
	Kline    *klineEvent `json:"k"`
}

func levelsOf(t *testing.T, side any) (out [][2]string) {
	t.Helper()
	list, ok := side.([]any)
	if !ok {
		t.Fatalf("levels are %T", side)
	}
	for _, l := range list {
		pair := l.([]any)
		if len(pair) != 2 {
			t.Fatalf("a level is %v", pair)
		}
		out = append(out, [2]string{pair[0].(string), pair[1].(string)})
	}
	return out
}

// follower keeps a book by the venue's rules.
type follower struct {
	t          *testing.T
	buffered   []event
	synced     bool
	id         int64 // of the book
	last       int64 // u of the last diff
	bids, asks map[string]string
	ticker     *event // the last bookTicker
	seen       int    // diffs, each found to follow the one before it
	diffs      int    // applied
	inside     bool   // the snapshot's id is inside the first diff that was kept
}

const none = "0.00000000"

// snapshot begins the book; it returns false if the snapshot is too old.
func (f *follower) snapshot(d depth) bool {
	if len(f.buffered) == 0 || d.LastUpdateID < f.buffered[0].First {
		return false
	}
	f.synced, f.id = true, d.LastUpdateID
	f.bids, f.asks = sideOf(d.Bids), sideOf(d.Asks)
	for _, e := range f.buffered {
		f.apply(e)
	}
	return true
}

func sideOf(levels [][2]string) map[string]string {
	m := make(map[string]string)
	for _, l := range levels {
		m[l[0]] = l[1]
	}
	return m
}

func (f *follower) apply(e event) {
	f.t.Helper()
	if e.Last <= f.id {
		return
	}
	if e.First > f.id+1 || e.First > e.Last {
		f.t.Fatalf("diff %d..%d does not follow %d", e.First, e.Last, f.id)
	}
	for _, side := range []struct {
		levels any
		book   map[string]string
	}{{e.Bids, f.bids}, {e.Asks, f.asks}} {
		for _, l := range levelsOf(f.t, side.levels) {
			if l[1] == none {
				delete(side.book, l[0])
			} else {
				side.book[l[0]] = l[1]
			}
		}
	}
	if f.diffs == 0 {
		f.inside = e.First <= f.id
	}
	f.id = e.Last
	f.diffs++
}

// take handles one message in the order of the wire.
func (f *follower) take(e event) {
	f.t.Helper()
	switch {
	case e.Type == "" && e.Bids != nil:
		f.ticker = &e
	case e.Type == "depthUpdate":
		if f.seen++; f.seen > 1 && e.First != f.last+1 {
			f.t.Fatalf("diff %d..%d does not follow %d", e.First, e.Last, f.last)
		}
		f.last = e.Last
		if !f.synced {
			f.buffered = append(f.buffered, e)
			return
		}
		f.apply(e)
		if f.ticker != nil && e.Last == f.id { // else the snapshot is ahead of the stream
			f.checkTop()
		}
	}
}

// checkTop compares the book to the last bookTicker: no top has changed since.
func (f *follower) checkTop() {
	f.t.Helper()
	bid, ask := best(f.bids, false), best(f.asks, true)
	got := fmt.Sprint(bid, f.bids[bid], ask, f.asks[ask])
	if want := fmt.Sprint(f.ticker.Bids, f.ticker.BidLots, f.ticker.Asks, f.ticker.AskLots); got != want {
		f.t.Fatalf("book at %d: got top %s, want that of bookTicker %d: %s", f.id, got, f.ticker.Last, want)
	}
}

// best returns the lowest or highest price. All have eight digits after the point.
func best(side map[string]string, lowest bool) (out string) {
	for p := range side {
		if less := len(p) < len(out) || len(p) == len(out) && p < out; out == "" || less == lowest {
			out = p
		}
	}
	return out
}

// check compares the whole book to a snapshot of the same update id.
func (f *follower) check(d depth) {
	f.t.Helper()
	if f.id != d.LastUpdateID {
		f.t.Fatalf("got book %d, want %d", f.id, d.LastUpdateID)
	}
	if !maps.Equal(f.bids, sideOf(d.Bids)) || !maps.Equal(f.asks, sideOf(d.Asks)) {
		f.t.Errorf("book %d has other levels than the market's", f.id)
	}
}

// TestBook follows a market through 60 diffs, with snapshots at many moments.
func TestBook(t *testing.T) {
	f := func(seed uint64, stream string, interval, snapshotAt time.Duration, inside bool) {
		t.Helper()
		cfg := venuesim.MarketOf("BTC-USDT")
		cfg.Seed, cfg.Symbols[0].Depth = seed, 100
		begin := int64(1_700_000_000_000_000_000)
		v := venuesim.NewVenue(t, cfg, begin)
		c := v.Attach(t, false, false, stream, "btcusdt@bookTicker")
		book := follower{t: t}
		for at := time.Duration(0); at <= 60*interval; at += 5 * time.Millisecond {
			v.Step(begin + int64(at))
			for _, frame := range c.Frames(t) {
				var e event
				decode(t, frame, &e)
				book.take(e)
			}
			if at == snapshotAt && !book.snapshot(depthOf(t, v.Depth("BTCUSDT", 5000))) {
				t.Fatalf("the snapshot at %v is too old", at)
			}
		}
		if book.diffs < 50 {
			t.Errorf("got %d diffs, want at least 50", book.diffs)
		}
		if book.inside != inside {
			t.Errorf("snapshot at %v: got inside a diff: %v, want %v", snapshotAt, book.inside, inside)
		}
		book.check(depthOf(t, v.Depth("BTCUSDT", 5000)))
	}
	const fast, slow = 100 * time.Millisecond, time.Second
	f(1, "btcusdt@depth@100ms", fast, 200*time.Millisecond, false) // equal to the u of a diff
	f(2, "btcusdt@depth@100ms", fast, 205*time.Millisecond, true)
	f(3, "btcusdt@depth@100ms", fast, 295*time.Millisecond, true)
	f(4, "btcusdt@depth", slow, 2*time.Second, false)
	f(5, "btcusdt@depth", slow, 2500*time.Millisecond, true)
}

// TestBookLive follows a market over the network.
func TestBookLive(t *testing.T) {
	t.Parallel()
	cfg := venuesim.MarketOf("ETH-USDT", "BTC-USDT")
	cfg.Symbols[1].Depth = 50
	server := start(t, venuesim.Config{Market: cfg})
	s := dial(t, server, "/stream?streams=btcusdt@depth@100ms/btcusdt@bookTicker/ethusdt@trade", nil)
	book := follower{t: t}
	for book.diffs < 8 {
		var wrapped struct {
			Stream string `json:"stream"`
			Data   event  `json:"data"`
		}
		decode(t, []byte(s.read()), &wrapped)
		symbol, kind, _ := strings.Cut(wrapped.Stream, "@")
		if got := strings.ToLower(wrapped.Data.Symbol); got != symbol || (symbol == "ethusdt") != (kind == "trade") {
			t.Fatalf("got symbol %s on stream %s", got, wrapped.Stream)
		}
		book.take(wrapped.Data)
		if !book.synced && wrapped.Data.Type == "depthUpdate" {
			_, body := get(t, server, "/api/v3/depth?symbol=BTCUSDT&limit=5000")
			book.snapshot(depthOf(t, []byte(body)))
		}
	}
}
