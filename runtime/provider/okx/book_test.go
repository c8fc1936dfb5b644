package okx_test

import (
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/provider/book"
	"github.com/meltica/meltica/runtime/provider/okx"
	"github.com/meltica/meltica/runtime/provider/providertest"
)

// bookJSON is a message of the channel books.
func bookJSON(action string, prev, seq int64, checksum int32, bids, asks string) string {
	return fmt.Sprintf(`{"arg":{"channel":"books","instId":"BTC-USDT"},"action":%q,"data":[{"asks":[%s],"bids":[%s],`+
		`"ts":"1787612486307","checksum":%d,"seqId":%d,"prevSeqId":%d}]}`, action, asks, bids, checksum, seq, prev)
}

func snapshotJSON(seq int64) string {
	return bookJSON("snapshot", -1, seq, 0, `["10","1","0","1"],["9","1","0","1"]`, `["11","1","0","1"]`)
}

func updateJSON(prev, seq int64) string {
	return bookJSON("update", prev, seq, 0, fmt.Sprintf(`["9","%d","0","1"]`, 1+seq%9), "")
}

// TestChecksumVectors holds the checksum against vectors of the venue's documents, of which the
// second has sides of different length.
func TestChecksumVectors(t *testing.T) {
	f := func(want int32, bids, asks string) {
		t.Helper()
		b := book.New(0)
		for i, side := range []string{bids, asks} {
			for _, l := range strings.Fields(side) {
				price, quantity, _ := strings.Cut(l, ":")
				if err := b.Set(book.Side(i), decimal.MustParse(price), decimal.MustParse(quantity)); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got := int32(newVenue(t, okx.Config{}).Limits().Checksum(b)); got != want {
			t.Errorf("bids %s, asks %s: got %d, want %d", bids, asks, got, want)
		}
	}
	f(-1881014294, "3366.1:7 3366:6", "3366.8:9 3368:8")
	f(int32(crc32.ChecksumIEEE([]byte("3366.1:7:3366.8:9:3368:8:3372:8"))), "3366.1:7", "3366.8:9 3368:8 3372:8")
	f(0, "", "")
	var bids, text []string // only 25 levels count, with their digits
	for i := range 30 {
		level := fmt.Sprintf("%d.50:0.%d0", 100-i, 1+i)
		bids = append(bids, level)
		if i < 25 {
			text = append(text, level)
		}
	}
	f(int32(crc32.ChecksumIEEE([]byte(strings.Join(text, ":")))), strings.Join(bids, " "), "")
}

func TestChain(t *testing.T) {
	f := func(name string, messages []string, want ...string) {
		t.Run(name, func(t *testing.T) {
			sink := &providertest.Recorder{}
			a := newAdapter(t, sink, "BTC-USDT")
			providertest.Feed(t, a, 1, messages...)
			if diff := cmp.Diff(want, sink.Lines()); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			s := a.Stats()
			providertest.Balanced(t, s)
			if s.Failed != 0 {
				t.Errorf("%d failed", s.Failed)
			}
		})
	}
	keepAlive := func(seq int64) string { return bookJSON("update", seq, seq, 0, "", "") }
	f("steps of any size", []string{snapshotJSON(5), updateJSON(5, 12), updateJSON(12, 13)},
		"BOOK_SNAPSHOT e1 5-5", "BOOK_UPDATE e1 6-12", "BOOK_UPDATE e1 13-13")
	f("sign of life", []string{snapshotJSON(5), keepAlive(5), updateJSON(5, 7), keepAlive(7), updateJSON(7, 9)},
		"BOOK_SNAPSHOT e1 5-5", "BOOK_UPDATE e1 6-7", "BOOK_UPDATE e1 8-9")
	f("ids that go back with the chain intact", []string{snapshotJSON(50), updateJSON(50, 60), updateJSON(60, 3), updateJSON(3, 5)},
		"BOOK_SNAPSHOT e1 50-50", "BOOK_UPDATE e1 51-60", "BOOK_UPDATE e2 0-0 stale", "BOOK_SNAPSHOT e2 3-3", "BOOK_UPDATE e2 4-5")
	f("gap", []string{snapshotJSON(5), updateJSON(5, 7), updateJSON(8, 9), updateJSON(9, 10), snapshotJSON(20), updateJSON(20, 21)},
		"BOOK_SNAPSHOT e1 5-5", "BOOK_UPDATE e1 6-7", "BOOK_UPDATE e2 0-0 stale", "BOOK_SNAPSHOT e2 20-20", "BOOK_UPDATE e2 21-21")
	f("gap behind which ids go back", []string{snapshotJSON(50), updateJSON(60, 3), updateJSON(3, 5)},
		"BOOK_SNAPSHOT e1 50-50", "BOOK_UPDATE e2 0-0 stale")
	f("message twice", []string{snapshotJSON(5), updateJSON(5, 7), updateJSON(5, 7)},
		"BOOK_SNAPSHOT e1 5-5", "BOOK_UPDATE e1 6-7", "BOOK_UPDATE e2 0-0 stale")
	f("levels without an id of their own", []string{snapshotJSON(5), updateJSON(5, 5)},
		"BOOK_SNAPSHOT e1 5-5", "BOOK_UPDATE e2 0-0 stale")
	f("updates before the snapshot", []string{updateJSON(3, 4), updateJSON(4, 5), snapshotJSON(5), updateJSON(5, 6)},
		"BOOK_SNAPSHOT e1 5-5", "BOOK_UPDATE e1 6-6")
}

func TestChecksumOfASnapshotDiffers(t *testing.T) {
	sink := &providertest.Recorder{}
	a := newAdapter(t, sink, "BTC-USDT")
	providertest.Feed(t, a, 1, bookJSON("snapshot", -1, 5, 7, `["10","1","0","1"]`, ""), updateJSON(5, 6))
	if s := a.Stats(); s.ChecksumsBad != 1 || s.Failed != 1 || len(sink.Take()) != 0 {
		t.Errorf("got %+v; want 1 bad checksum and nothing published", s)
	}
}

func TestBooks5(t *testing.T) {
	m := func(seq int64) string {
		return fmt.Sprintf(`{"arg":{"channel":"books5","instId":"BTC-USDT"},"data":[{"asks":[["11","1","0","1"]],`+
			`"bids":[["10","%d","0","1"]],"instId":"BTC-USDT","ts":"1","seqId":%d}]}`, seq, seq)
	}
	sink := &providertest.Recorder{}
	a := newAdapter(t, sink, "BTC-USDT")
	providertest.Feed(t, a, 1, m(3), m(9), m(12))
	want := []string{"BOOK_SNAPSHOT e1 3-3", "BOOK_SNAPSHOT e1 9-9", "BOOK_SNAPSHOT e1 12-12"}
	if diff := cmp.Diff(want, sink.Lines()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
