package book

// What Tops remembers: on the busiest recorded day a spot symbol sends up to 130 tops between
// two diffs of 100 ms, and a late top is late by one or two diffs.
const (
	topsKept  = 256
	booksKept = 8
)

// Tops checks a book against the venue's own messages of the best bid and ask. A message is
// comparable when some diff ends at exactly its update id; the two may come in either order.
// The zero value is ready. One goroutine owns it; it never allocates.
type Tops struct {
	OK  uint64 // comparable messages that agreed with the book
	Bad uint64 // comparable messages that did not

	tops    [topsKept]top
	books   [booksKept]top
	topsAt  int // where the next one goes: the oldest is overwritten
	booksAt int
}

// top is a best bid and ask at an update id. It is in use while known is true.
type top struct {
	id       uint64
	bid, ask Level
	known    bool
}

// Offer takes a venue's best bid and ask at an update id. A message that was already compared
// may come again and counts again.
func (t *Tops) Offer(updateID uint64, bid, ask Level) {
	offered := top{id: updateID, bid: bid, ask: ask, known: true}
	for i := range t.books {
		if b := &t.books[i]; b.known && b.id == updateID {
			t.count(b, &offered)
			return
		}
	}
	t.tops[t.topsAt] = offered
	t.topsAt = (t.topsAt + 1) % topsKept
}

// BookAt takes a live book after a diff that ended at updateID. An empty side has the zero
// Level, as venues write it.
func (t *Tops) BookAt(updateID uint64, b *Book) {
	at := top{id: updateID, known: true}
	at.bid, _ = b.Best(Bids)
	at.ask, _ = b.Best(Asks)
	for i := range t.tops {
		if o := &t.tops[i]; o.known && o.id <= updateID {
			if o.id == updateID {
				t.count(&at, o)
			}
			o.known = false
		}
	}
	t.books[t.booksAt] = at
	t.booksAt = (t.booksAt + 1) % booksKept
}

// Reset forgets what waits for its counterpart, and keeps the counters: the stream begins anew.
func (t *Tops) Reset() {
	*t = Tops{OK: t.OK, Bad: t.Bad}
}

func (t *Tops) count(have, want *top) {
	if same(have.bid, want.bid) && same(have.ask, want.ask) {
		t.OK++
	} else {
		t.Bad++
	}
}

func same(a, b Level) bool {
	return a.Price.Equal(b.Price) && a.Quantity.Equal(b.Quantity)
}
