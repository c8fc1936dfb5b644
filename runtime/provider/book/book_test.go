package book_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/provider/book"
	"pgregory.net/rapid"
)

// lv is a level from its texts.
func lv(price, quantity string) book.Level {
	return book.Level{Price: decimal.MustParse(price), Quantity: decimal.MustParse(quantity)}
}

// texts returns levels as they print: cmp would compare decimals by value, not by digits.
func texts(levels []book.Level) []string {
	all := []string{}
	for _, l := range levels {
		all = append(all, l.Price.String()+" x "+l.Quantity.String())
	}
	return all
}

func side(b *book.Book, s book.Side) []string { return texts(b.Top(s, b.Len(s), nil)) }

func set(tb testing.TB, b *book.Book, s book.Side, price, quantity string) {
	tb.Helper()
	l := lv(price, quantity)
	if err := b.Set(s, l.Price, l.Quantity); err != nil {
		tb.Fatal(err)
	}
}

func TestBookKeepsTheWrittenDigits(t *testing.T) {
	var b book.Book
	set(t, &b, book.Bids, "61737.6", "1.50")
	set(t, &b, book.Bids, "61737.63000000", "0.10000000")
	set(t, &b, book.Bids, "61800", "2")
	set(t, &b, book.Asks, "61900.10", "3.0")
	set(t, &b, book.Bids, "61737.600", "1.5000") // the same price, written anew
	want := []string{"61800 x 2", "61737.63000000 x 0.10000000", "61737.600 x 1.5000"}
	if diff := cmp.Diff(want, side(&b, book.Bids)); diff != "" {
		t.Errorf("bids (-want +got):\n%s", diff)
	}
	set(t, &b, book.Bids, "61737.6", "0.000")
	set(t, &b, book.Bids, "61737.6000000001", "0") // absent, and finer than any price in the book
	set(t, &b, book.Bids, "1", "0")
	if diff := cmp.Diff(want[:2], side(&b, book.Bids)); diff != "" {
		t.Errorf("bids after removals (-want +got):\n%s", diff)
	}
	if got, ok := b.Best(book.Asks); !ok || got.Price.String() != "61900.10" {
		t.Errorf("Best(Asks) = %v, %t", got, ok)
	}
}

func TestBookRefusesImpossibleLevels(t *testing.T) {
	var b book.Book
	set(t, &b, book.Asks, "61737.63", "1")
	for _, l := range []book.Level{
		lv("-1", "1"), lv("0", "1"), lv("0.00", "1"), lv("1.00", "-1"), lv("1", "-0.5"), lv("-1", "0"),
		lv("1.00000000000000001", "1"),   // a scale at which 61737.63 needs more than 64 bits
		lv("999999999999999999", "1"),    // beyond 64 bits in steps of 0.01
		lv("0.0000000000000000001", "1"), // 19 digits after the point
	} {
		if err := b.Set(book.Asks, l.Price, l.Quantity); !errors.Is(err, book.ErrLevel) {
			t.Errorf("Set(%s, %s) = %v, want ErrLevel", l.Price, l.Quantity, err)
		}
		if diff := cmp.Diff([]string{"61737.63 x 1"}, side(&b, book.Asks)); diff != "" {
			t.Errorf("after Set(%s, %s) (-want +got):\n%s", l.Price, l.Quantity, diff)
		}
	}
	if err := b.ApplyAll(nil, []book.Level{lv("2", "1"), lv("-2", "1")}); !errors.Is(err, book.ErrLevel) {
		t.Errorf("ApplyAll = %v, want ErrLevel", err)
	}
}

func TestBookPaddedZerosDoNotCostRange(t *testing.T) {
	var b book.Book
	set(t, &b, book.Asks, "123456789012.5", "1")
	set(t, &b, book.Asks, "3.000000000000000000", "1") // as written, the other price would overflow
	if diff := cmp.Diff([]string{"3.000000000000000000 x 1", "123456789012.5 x 1"}, side(&b, book.Asks)); diff != "" {
		t.Errorf("asks (-want +got):\n%s", diff)
	}
}

func TestBookDepth(t *testing.T) {
	b := book.New(2)
	set(t, b, book.Bids, "1", "1")
	set(t, b, book.Bids, "3", "1")
	set(t, b, book.Bids, "2", "1")
	if diff := cmp.Diff([]string{"3 x 1", "2 x 1"}, side(b, book.Bids)); diff != "" {
		t.Errorf("bids (-want +got):\n%s", diff)
	}
	// The bound holds after a diff, not within it: 2 must survive the moment of three levels.
	if err := b.ApplyAll([]book.Level{lv("4", "1"), lv("3", "0")}, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"4 x 1", "2 x 1"}, side(b, book.Bids)); diff != "" {
		t.Errorf("bids after a diff (-want +got):\n%s", diff)
	}
	b.Truncate(-1)
	if b.Len(book.Bids) != 0 {
		t.Errorf("Truncate(-1) left %d bids", b.Len(book.Bids))
	}
}

func TestBookCrossed(t *testing.T) {
	f := func(bid, ask string, want bool) {
		t.Helper()
		var b book.Book
		if bid != "" {
			set(t, &b, book.Bids, bid, "1")
		}
		if ask != "" {
			set(t, &b, book.Asks, ask, "1")
		}
		if got := b.Crossed(); got != want {
			t.Errorf("bid %q, ask %q: Crossed() = %t, want %t", bid, ask, got, want)
		}
	}
	f("", "", false)
	f("1", "", false)
	f("", "1", false)
	f("1", "1.1", false)
	f("1.0", "1.00", true)
	f("2", "1", true)
}

// TestBookCrossedFollowsTheBest moves the best bid level by level through many leaves, up past
// the ask and down again. The asks are more than a leaf has levels: one is met at a split.
func TestBookCrossedFollowsTheBest(t *testing.T) {
	for ask := 100; ask < 120; ask++ {
		var b book.Book
		set(t, &b, book.Asks, strconv.Itoa(ask), "1")
		move := func(price int, quantity string, best int) {
			t.Helper()
			set(t, &b, book.Bids, strconv.Itoa(price), quantity)
			if got, want := b.Crossed(), best >= ask; got != want {
				t.Fatalf("best bid %d, ask %d: Crossed() = %t, want %t", best, ask, got, want)
			}
		}
		for price := 1; price <= 200; price++ {
			move(price, "1", price)
		}
		for price := 200; price > 1; price-- {
			move(price, "0", price-1)
		}
	}
}

func TestBookSetAfterTruncate(t *testing.T) {
	var b book.Book
	for price := 1; price <= 300; price++ {
		set(t, &b, book.Asks, strconv.Itoa(price), "1") // the last one lies many leaves down
	}
	b.Truncate(1)
	set(t, &b, book.Asks, "2", "1")
	if diff := cmp.Diff([]string{"1 x 1", "2 x 1"}, side(&b, book.Asks)); diff != "" {
		t.Errorf("asks (-want +got):\n%s", diff)
	}
}

// modelScale is the scale of the model's keys: prices of the test have at most so many digits.
const modelScale = 3

// model is a book as a map and a sort.
type model [2]map[int64]book.Level

func (m *model) set(s book.Side, key int64, l book.Level) {
	if l.Quantity.IsZero() {
		delete(m[s], key)
	} else {
		m[s][key] = l
	}
}

func (m *model) top(s book.Side, n int) []string {
	var keys []int64
	for k := range m[s] {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	if s == book.Bids {
		slices.Reverse(keys)
	}
	var levels []book.Level
	for _, k := range keys[:min(n, len(keys))] {
		levels = append(levels, m[s][k])
	}
	return texts(levels)
}

func (m *model) truncate(depth int) {
	for s := range m {
		var keys []int64
		for k := range m[s] {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		if book.Side(s) == book.Bids {
			slices.Reverse(keys)
		}
		for _, k := range keys[min(depth, len(keys)):] {
			delete(m[s], k)
		}
	}
}

// drawLevel draws a price of one to modelScale digits after the point, and its key.
func drawLevel(t *rapid.T, prices int64) (int64, book.Level) {
	units := rapid.Int64Range(1, prices).Draw(t, "price")
	scale := rapid.IntRange(0, modelScale).Draw(t, "scale")
	price, err := decimal.New(units, scale)
	if err != nil {
		t.Fatal(err)
	}
	quantity, err := decimal.New(rapid.Int64Range(-2, 5).Draw(t, "quantity"), rapid.IntRange(0, 2).Draw(t, "quantity scale"))
	if err != nil {
		t.Fatal(err)
	}
	if quantity.IsNeg() {
		quantity = decimal.Decimal{} // removals are as frequent as in a real stream
	}
	for range modelScale - scale {
		units *= 10
	}
	return units, book.Level{Price: price, Quantity: quantity}
}

func TestBookModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b book.Book
		m := model{{}, {}}
		prices := rapid.SampledFrom([]int64{8, 60, 3000}).Draw(t, "prices")
		t.Repeat(map[string]func(*rapid.T){
			"apply": func(t *rapid.T) {
				var sides [2][]book.Level
				for s := range sides {
					for range rapid.IntRange(0, 60).Draw(t, "levels") {
						key, l := drawLevel(t, prices)
						m.set(book.Side(s), key, l)
						sides[s] = append(sides[s], l)
					}
				}
				if err := b.ApplyAll(sides[0], sides[1]); err != nil {
					t.Fatal(err)
				}
			},
			"set": func(t *rapid.T) {
				s := book.Side(rapid.IntRange(0, 1).Draw(t, "side"))
				key, l := drawLevel(t, prices)
				m.set(s, key, l)
				if err := b.Set(s, l.Price, l.Quantity); err != nil {
					t.Fatal(err)
				}
			},
			"truncate": func(t *rapid.T) {
				depth := rapid.IntRange(0, 200).Draw(t, "depth")
				b.Truncate(depth)
				m.truncate(depth)
			},
			"reset": func(t *rapid.T) {
				if rapid.IntRange(0, 9).Draw(t, "seldom") == 0 {
					b.Reset()
					m = model{{}, {}}
				}
			},
			"": func(t *rapid.T) { check(t, &b, &m) },
		})
	})
}

func check(t *rapid.T, b *book.Book, m *model) {
	for _, s := range []book.Side{book.Bids, book.Asks} {
		if got, want := b.Len(s), len(m[s]); got != want {
			t.Fatalf("side %d: Len = %d, want %d", s, got, want)
		}
		want := m.top(s, len(m[s]))
		if diff := cmp.Diff(want, side(b, s)); diff != "" {
			t.Fatalf("side %d (-want +got):\n%s", s, diff)
		}
		for i := range want {
			if l, ok := b.At(s, i); !ok || texts([]book.Level{l})[0] != want[i] {
				t.Fatalf("side %d: At(%d) = %v, %t, want %s", s, i, l, ok, want[i])
			}
		}
		if l, ok := b.At(s, len(want)); ok {
			t.Fatalf("side %d: At beyond the end = %v", s, l)
		}
		n := len(want) / 2
		if diff := cmp.Diff(want[:n], texts(b.Top(s, n, nil))); diff != "" {
			t.Fatalf("side %d: Top(%d) (-want +got):\n%s", s, n, diff)
		}
	}
	bid, hasBid := b.Best(book.Bids)
	ask, hasAsk := b.Best(book.Asks)
	if want := hasBid && hasAsk && bid.Price.Cmp(ask.Price) >= 0; b.Crossed() != want {
		t.Fatalf("Crossed() = %t with bid %v and ask %v", !want, bid, ask)
	}
}

func TestBookAllocatesNothing(t *testing.T) {
	snapshot, diffs := synthetic(t, rand.New(rand.NewPCG(3, 4)), 400)
	b := book.New(1500)
	dst := make([]book.Level, 0, 25)
	session := func() {
		b.Reset()
		if err := b.ApplyAll(snapshot.Bids, snapshot.Asks); err != nil {
			t.Fatal(err)
		}
		for _, d := range diffs {
			if err := b.ApplyAll(d.Bids, d.Asks); err != nil {
				t.Fatal(err)
			}
			dst = b.Top(book.Asks, 25, dst[:0])
			if _, ok := b.At(book.Bids, 24); !ok || b.Crossed() {
				t.Fatal("the synthetic book is thin or crossed")
			}
			if err := b.Set(book.Bids, d.Bids[0].Price, d.Bids[0].Quantity); err != nil {
				t.Fatal(err)
			}
		}
	}
	session() // the book grows to its size
	if n := testing.AllocsPerRun(5, session); n != 0 {
		t.Errorf("a session of a grown book allocates %v times, want 0", n)
	}
}

// FuzzApply reads bytes as levels and compares with the model.
func FuzzApply(f *testing.F) {
	f.Add([]byte{0, 1, 0, 5, 1, 2, 1, 5, 0, 1, 0, 0, 0, 200, 3, 7})
	f.Add([]byte{1, 255, 0, 1, 1, 255, 1, 1, 1, 255, 2, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		var b book.Book
		m := model{{}, {}}
		for ; len(data) >= 4; data = data[4:] {
			s := book.Side(data[0] & 1)
			units, scale := int64(data[1])+256*int64(data[0]>>4), int(data[2]%(modelScale+1))
			price, err := decimal.New(units, scale)
			if err != nil {
				t.Fatal(err)
			}
			quantity, err := decimal.New(int64(int8(data[3])), 1)
			if err != nil {
				t.Fatal(err)
			}
			err = b.Set(s, price, quantity)
			if units == 0 || quantity.IsNeg() {
				if !errors.Is(err, book.ErrLevel) {
					t.Fatalf("Set(%s, %s) = %v, want ErrLevel", price, quantity, err)
				}
				continue
			}
			if err != nil {
				t.Fatalf("Set(%s, %s): %v", price, quantity, err)
			}
			for range modelScale - scale {
				units *= 10
			}
			m.set(s, units, book.Level{Price: price, Quantity: quantity})
		}
		for _, s := range []book.Side{book.Bids, book.Asks} {
			if diff := cmp.Diff(m.top(s, len(m[s])), side(&b, s)); diff != "" {
				t.Fatalf("side %d (-want +got):\n%s", s, diff)
			}
		}
	})
}
