package okx_test

import (
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"github.com/meltica/meltica/runtime/provider/providertest"
)

// ladder is n levels of a side, from price on.
func ladder(price, step, n, quantity int) string {
	levels := make([]string, n)
	for i := range levels {
		levels[i] = fmt.Sprintf(`["%d","%d","0","1"]`, price+i*step, quantity)
	}
	return strings.Join(levels, ",")
}

// ladderChecksum is the checksum of a book of two ladders, computed apart from the adapter.
func ladderChecksum(quantity int) int32 {
	var text []string
	for i := range 25 {
		text = append(text, fmt.Sprintf("%d:%d:%d:%d", 1000-i, quantity, 1001+i, quantity))
	}
	return int32(crc32.ChecksumIEEE([]byte(strings.Join(text, ":"))))
}

func TestFramesDoNotAllocate(t *testing.T) {
	f := func(name string, messages ...string) {
		t.Run(name, func(t *testing.T) {
			providertest.NoAllocations(t, newAdapter(t, providertest.Discard{}, "BTC-USDT"), messages...)
		})
	}
	f("trade", tradeJSON)
	head, rest, _ := strings.Cut(tradeJSON, "[")
	one := strings.TrimSuffix(rest, "]}")
	f("trades", head+"["+strings.Repeat(one+",", 199)+one+"]}", tradeJSON)
	f("ticker", tickerJSON)
	f("bbo", bboJSON)
	f("books5", books5JSON)
	books := []string{bookJSON("snapshot", -1, 1, 0, ladder(1000, -1, 400, 1), ladder(1001, 1, 400, 1))}
	for i := range 2001 { // with a BOOK_SNAPSHOT each second of ingest time
		q := 1 + i%7
		books = append(books, bookJSON("update", int64(i+1), int64(i+2), ladderChecksum(q), ladder(1000, -1, 40, q), ladder(1001, 1, 40, q)))
	}
	f("books", books...)
	f("snapshot", books[0])
}

func BenchmarkFrame(b *testing.B) {
	f := func(name, message string) {
		b.Run(name, func(b *testing.B) {
			a := newAdapter(b, providertest.Discard{}, "BTC-USDT")
			providertest.Feed(b, a, 1, bookJSON("snapshot", -1, 6, 0, ladder(1000, -1, 400, 1), ladder(1001, 1, 400, 1)))
			m := []byte(message)
			b.SetBytes(int64(len(m)))
			b.ReportAllocs()
			for b.Loop() {
				if err := a.Feed(m, 1); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	f("trade", tradeJSON)
	f("ticker", tickerJSON)
	f("bbo", bboJSON)
	f("update", bookJSON("update", 6, 6, 0, "", ""))
}
