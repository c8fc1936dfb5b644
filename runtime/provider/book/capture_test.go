package book_test

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-json"
	"github.com/meltica/meltica/runtime/lib/capture"
	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/provider/book"
)

// message is one recorded message: exactly one of the pointers is set.
type message struct {
	at       int64 // unix nanoseconds
	symbol   string
	diff     *book.Diff
	snapshot *book.Snapshot
	top      *bestBidAsk
}

type bestBidAsk struct {
	id       uint64
	bid, ask book.Level
}

// wire is the union of the recorded messages. Both cases of each key are declared, because
// the decoder matches keys without regard to case.
type wire struct {
	Stream string `json:"stream"`
	Data   struct {
		Type   string          `json:"e"`
		Time   int64           `json:"E"`
		Symbol string          `json:"s"`
		S      json.RawMessage `json:"S"`
		First  uint64          `json:"U"`
		Last   uint64          `json:"u"`
		Prev   uint64          `json:"pu"`
		B      json.RawMessage `json:"b"`
		BidQty string          `json:"B"`
		A      json.RawMessage `json:"a"`
		AskQty string          `json:"A"`
	} `json:"data"`
	LastUpdateID uint64      `json:"lastUpdateId"`
	Bids         [][2]string `json:"bids"`
	Asks         [][2]string `json:"asks"`
}

// captureDir returns the folder of recorded messages, or skips the test.
func captureDir(tb testing.TB) string {
	tb.Helper()
	dir := os.Getenv("MELTICA_CAPTURES")
	if dir == "" {
		root, err := os.Getwd()
		if err != nil {
			tb.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
				break
			}
			if filepath.Dir(root) == root {
				tb.Fatal("no go.mod above the working directory")
			}
			root = filepath.Dir(root)
		}
		dir = filepath.Join(root, "..", "shared", "captures")
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		tb.Skipf("no recorded messages: set MELTICA_CAPTURES to their folder")
	}
	return dir
}

// readCapture returns the depth, top and snapshot messages of a file, in its order.
func readCapture(tb testing.TB, name string) []message {
	tb.Helper()
	r, err := capture.Open(filepath.Join(captureDir(tb), "binance", name))
	if err != nil {
		tb.Fatal(err)
	}
	defer func() {
		if err := r.Close(); err != nil {
			tb.Error(err)
		}
	}()
	var all []message
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			tb.Fatal(err)
		}
		if rec.Kind != capture.Message && rec.Kind != capture.Response {
			continue
		}
		var w wire
		if err := json.Unmarshal(rec.Data, &w); err != nil {
			tb.Fatalf("%s:%d: %v: %.200s", name, rec.Line, err, rec.Data)
		}
		if m, ok := w.message(tb, rec.URL); ok {
			m.at = rec.Time
			all = append(all, m)
		}
	}
}

func (w *wire) message(tb testing.TB, url string) (message, bool) {
	d := &w.Data
	switch {
	case w.LastUpdateID != 0:
		_, symbol, _ := strings.Cut(url, "symbol=")
		symbol, _, _ = strings.Cut(symbol, "&")
		return message{symbol: symbol, snapshot: &book.Snapshot{
			Last: w.LastUpdateID, Bids: levels(tb, w.Bids), Asks: levels(tb, w.Asks),
		}}, true
	case d.Type == "depthUpdate":
		var bids, asks [][2]string
		if err := errors.Join(json.Unmarshal(d.B, &bids), json.Unmarshal(d.A, &asks)); err != nil {
			tb.Fatal(err)
		}
		return message{symbol: d.Symbol, diff: &book.Diff{
			First: d.First, Last: d.Last, Prev: d.Prev, Bids: levels(tb, bids), Asks: levels(tb, asks),
		}}, true
	case strings.HasSuffix(w.Stream, "@bookTicker"):
		var bid, ask string
		if err := errors.Join(json.Unmarshal(d.B, &bid), json.Unmarshal(d.A, &ask)); err != nil {
			tb.Fatal(err)
		}
		return message{symbol: d.Symbol, top: &bestBidAsk{
			id: d.Last, bid: level(tb, bid, d.BidQty), ask: level(tb, ask, d.AskQty),
		}}, true
	default:
		return message{}, false
	}
}

func levels(tb testing.TB, pairs [][2]string) []book.Level {
	all := make([]book.Level, len(pairs))
	for i, p := range pairs {
		all[i] = level(tb, p[0], p[1])
	}
	return all
}

func level(tb testing.TB, price, quantity string) book.Level {
	p, err := decimal.Parse(price)
	if err != nil {
		tb.Fatal(err)
	}
	q, err := decimal.Parse(quantity)
	if err != nil {
		tb.Fatal(err)
	}
	return book.Level{Price: p, Quantity: q}
}

// session returns one recorded session, or a synthetic one of the same shape: 46 levels a diff,
// best first, half of them removals. Its levels lie in one slice, in their order, as near to
// the reused buffer of a decoder as a whole session can be.
func session(tb testing.TB, recorded bool) (book.Snapshot, []book.Diff) {
	if !recorded {
		return synthetic(tb, rand.New(rand.NewPCG(1, 2)), 6500)
	}
	var first book.Snapshot
	var diffs []book.Diff
	for _, name := range []string{"btcusdt-1.ws.gz", "btcusdt-2.ws.gz"} {
		for _, m := range readCapture(tb, name) {
			switch {
			case m.snapshot != nil:
				first = *m.snapshot
			case m.diff != nil:
				diffs = append(diffs, *m.diff)
			}
		}
	}
	var all []book.Level
	for _, d := range diffs {
		all = append(append(all, d.Bids...), d.Asks...)
	}
	at := 0
	for i := range diffs {
		d := &diffs[i]
		bids, asks := at+len(d.Bids), at+len(d.Bids)+len(d.Asks)
		d.Bids, d.Asks, at = all[at:bids:bids], all[bids:asks:asks], asks
	}
	for len(diffs) > 0 && diffs[0].Last <= first.Last {
		diffs = diffs[1:]
	}
	return first, diffs
}

// synthetic draws levels around a fixed middle: their distance from the best is spread evenly
// over its logarithm, as in the recordings.
func synthetic(tb testing.TB, r *rand.Rand, n int) (book.Snapshot, []book.Diff) {
	const middle = 6_000_000
	make1 := func(price, quantity int) book.Level {
		p, err := decimal.New(int64(price), 2)
		if err != nil {
			tb.Fatal(err)
		}
		q, err := decimal.New(int64(quantity), 5)
		if err != nil {
			tb.Fatal(err)
		}
		return book.Level{Price: p, Quantity: q}
	}
	s := book.Snapshot{Last: 100}
	for i := range 1000 {
		s.Bids = append(s.Bids, make1(middle-1-7*i, 1+r.IntN(1e6)))
		s.Asks = append(s.Asks, make1(middle+1+7*i, 1+r.IntN(1e6)))
	}
	diffs := make([]book.Diff, n)
	for i := range diffs {
		d := book.Diff{First: 101 + uint64(i), Last: 101 + uint64(i), Prev: 100 + uint64(i)}
		at := [2]int{}
		for len(d.Bids)+len(d.Asks) < 46 {
			for side := range at {
				at[side] += 1 + r.IntN(2+at[side]/4)
				quantity := 0
				if r.IntN(2) == 0 {
					quantity = 1 + r.IntN(1e6)
				}
				if side == 0 {
					d.Bids = append(d.Bids, make1(middle-at[side], quantity))
				} else {
					d.Asks = append(d.Asks, make1(middle+at[side], quantity))
				}
			}
		}
		diffs[i] = d
	}
	return s, diffs
}
