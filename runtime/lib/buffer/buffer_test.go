package buffer_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"

	json "github.com/goccy/go-json"

	"github.com/meltica/meltica/runtime/lib/buffer"
	"github.com/meltica/meltica/runtime/lib/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func with(content string) *buffer.Buffer {
	var b buffer.Buffer
	b.Set([]byte(content))
	return &b
}

// checkContent fails unless b holds want and shows nothing beyond it.
func checkContent(t *testing.T, b *buffer.Buffer, want string) {
	t.Helper()
	got := b.Bytes()
	if string(got) != want || b.Len() != len(want) {
		t.Errorf("content: got %q with Len %d, want %q", got, b.Len(), want)
	}
	if cap(got) != len(got) {
		t.Errorf("Bytes shows %d bytes beyond its length of %d", cap(got)-len(got), len(got))
	}
}

func TestZeroValueIsReady(t *testing.T) {
	var b buffer.Buffer
	checkContent(t, &b, "")
	b.Reset(0)
	if _, err := b.Write([]byte("ab")); err != nil {
		t.Errorf("Write: %v", err)
	}
	checkContent(t, &b, "ab")
}

func TestSetAndWriteCopy(t *testing.T) {
	var b buffer.Buffer
	p := []byte("one")
	b.Set(p)
	n, err := b.Write(p)
	if n != len(p) || err != nil {
		t.Errorf("Write: got %d, %v, want %d, nil", n, err, len(p))
	}
	copy(p, "two")
	checkContent(t, &b, "oneone")
}

func TestSetPartOfContent(t *testing.T) {
	b := with("0123456789")
	b.Set(b.Bytes()[3:7])
	checkContent(t, b, "3456")
}

// A short content in the memory of a long one: the rest of the long one must be out of reach,
// by slicing, and unharmed by what a holder of Bytes appends.
func TestBytesNeverExposesOldBytes(t *testing.T) {
	f := func(name string, shorten func(*buffer.Buffer)) {
		t.Helper()
		b := with(strings.Repeat("secret", 100))
		shorten(b)
		checkContent(t, b, "new")
		if panicked := func() (panicked bool) {
			defer func() { panicked = recover() != nil }()
			b := b.Bytes()
			t.Logf("%s: %q", name, b[:len(b)+1])
			return false
		}(); !panicked {
			t.Errorf("%s: slicing Bytes beyond its length did not panic", name)
		}
		appended := append(b.Bytes(), "xyz"...)
		if _, err := b.Write([]byte("abc")); err != nil {
			t.Errorf("%s: Write: %v", name, err)
		}
		if string(appended) != "newxyz" {
			t.Errorf("%s: what was appended to Bytes became %q: it lies in the buffer's memory", name, appended)
		}
		checkContent(t, b, "newabc")
	}
	f("Set", func(b *buffer.Buffer) { b.Set([]byte("new")) })
	f("CopyFrom", func(b *buffer.Buffer) { b.CopyFrom(with("new")) })
	f("Reset and Write", func(b *buffer.Buffer) {
		b.Reset(math.MaxInt)
		fmt.Fprint(b, "new")
	})
	f("ReadAll", func(b *buffer.Buffer) {
		if err := b.ReadAll(strings.NewReader("new"), 100); err != nil {
			t.Error(err)
		}
	})
	f("UnmarshalText", func(b *buffer.Buffer) {
		if err := b.UnmarshalText([]byte("bmV3")); err != nil {
			t.Error(err)
		}
	})
}

func TestReadAll(t *testing.T) {
	f := func(size, bytesMax int) {
		t.Helper()
		want := strings.Repeat("x", size)
		readers := map[string]io.Reader{
			"whole":        strings.NewReader(want),
			"byte by byte": iotest.OneByteReader(strings.NewReader(want)),
			"data and EOF": iotest.DataErrReader(strings.NewReader(want)),
		}
		for name, r := range readers {
			b := with("old content")
			err := b.ReadAll(r, bytesMax)
			if size <= bytesMax {
				if err != nil {
					t.Errorf("%d bytes of at most %d, %s: %v", size, bytesMax, name, err)
				}
				checkContent(t, b, want)
				continue
			}
			if text := fmt.Sprint("more than ", bytesMax, " bytes"); !errors.Is(err, buffer.ErrTooLarge) || !strings.Contains(err.Error(), text) {
				t.Errorf("%d bytes of at most %d, %s: got %v, want ErrTooLarge with %q", size, bytesMax, name, err, text)
			}
			checkContent(t, b, "")
		}
	}
	for _, size := range []int{0, 1, 511, 512, 513, 1024, 5000} {
		f(size, size)
		f(size, size+1)
		f(size, math.MaxInt)
		if size > 0 {
			f(size, size-1)
			f(size, 0)
		}
	}
}

// A reader that sends more than it may is not read to its end.
func TestReadAllStopsAtLimit(t *testing.T) {
	b := with(strings.Repeat("x", 5000)) // spare memory alone is no reason to read on
	r := strings.NewReader(strings.Repeat("x", 5000))
	if err := b.ReadAll(r, 1000); !errors.Is(err, buffer.ErrTooLarge) {
		t.Errorf("ReadAll: got %v, want ErrTooLarge", err)
	}
	if taken := 5000 - r.Len(); taken > 1001 {
		t.Errorf("ReadAll took %d bytes with a limit of 1000", taken)
	}
}

func TestReadAllReturnsReadersError(t *testing.T) {
	broken := errors.New("broken")
	b := with("old content")
	err := b.ReadAll(io.MultiReader(strings.NewReader("half a mess"), iotest.ErrReader(broken)), 100)
	if err != broken {
		t.Errorf("got %v, want the reader's error", err)
	}
	checkContent(t, b, "")
}

func TestReadAllRefusesNegativeLimit(t *testing.T) {
	defer func() {
		if got, want := fmt.Sprint(recover()), "buffer: ReadAll needs a limit that is not negative, got -1"; got != want {
			t.Errorf("panic: got %q, want %q", got, want)
		}
	}()
	var b buffer.Buffer
	t.Errorf("ReadAll returned %v", b.ReadAll(strings.NewReader(""), -1))
}

func TestResetKeepsUpToBound(t *testing.T) {
	f := func(kept int, wantAllocs float64) {
		t.Helper()
		content := make([]byte, 4096)
		var b buffer.Buffer
		allocs := testing.AllocsPerRun(100, func() {
			b.Set(content)
			b.Set(content[:1]) // what counts is the memory, not what is in it
			b.Reset(kept)
		})
		if allocs != wantAllocs {
			t.Errorf("Set of 4096 bytes after Reset(%d): got %v allocations, want %v", kept, allocs, wantAllocs)
		}
		checkContent(t, &b, "")
	}
	f(4096, 0)
	f(4095, 1)
	f(0, 1)
}

// A limit bounds the memory, too: a Reset that keeps one byte more than it never drops.
func TestReadAllMemoryIsWithinLimit(t *testing.T) {
	const bytesMax = 5000
	message := make([]byte, bytesMax)
	r := bytes.NewReader(nil)
	var b buffer.Buffer
	readAndReset := func() {
		r.Reset(message)
		if err := b.ReadAll(r, bytesMax); err != nil {
			t.Fatal(err)
		}
		b.Reset(bytesMax + 1)
	}
	readAndReset() // grows
	if got := testing.AllocsPerRun(10, readAndReset); got != 0 {
		t.Errorf("got %v allocations, want 0: the memory grew beyond the limit and was dropped", got)
	}
}

func TestCloneSharesNothing(t *testing.T) {
	b := with(strings.Repeat("long", 100))
	b.Set([]byte("source"))
	c := b.Clone()
	if !c.Equal(b) {
		t.Errorf("clone: got %q, want %q", c.Bytes(), b.Bytes())
	}
	copy(b.Bytes(), "SOURCE")
	checkContent(t, &c, "source")
	copy(c.Bytes(), "cloned")
	checkContent(t, b, "SOURCE")

	b.Reset(math.MaxInt)
	c = b.Clone()
	if c.Bytes() != nil {
		t.Error("the clone of an empty buffer holds memory")
	}
}

func TestCopyFromSharesNothing(t *testing.T) {
	src, dst := with("source"), with("a longer destination")
	dst.CopyFrom(src)
	copy(src.Bytes(), "SOURCE")
	checkContent(t, dst, "source")
	dst.CopyFrom(dst)
	checkContent(t, dst, "source")
	dst.CopyFrom(&buffer.Buffer{})
	checkContent(t, dst, "")
}

func TestEqual(t *testing.T) {
	f := func(a, b *buffer.Buffer, want bool) {
		t.Helper()
		if a.Equal(b) != want || b.Equal(a) != want {
			t.Errorf("%q equals %q: want %v both ways", a.Bytes(), b.Bytes(), want)
		}
	}
	emptied := with("old")
	emptied.Reset(math.MaxInt)
	f(emptied, &buffer.Buffer{}, true)
	f(with("a"), with("a"), true)
	f(with("a"), with("b"), false)
	f(with("a"), with("ab"), false)
	f(with("a"), emptied, false)
}

func TestText(t *testing.T) {
	f := func(content, want string) {
		t.Helper()
		text, err := with(content).MarshalText()
		if err != nil || string(text) != want {
			t.Errorf("MarshalText of %q: got %q, %v, want %q", content, text, err, want)
		}
		b := with("old content")
		if err := b.UnmarshalText(text); err != nil {
			t.Errorf("UnmarshalText of %q: %v", text, err)
		}
		clear(text) // as a decoder does that reuses its memory
		checkContent(t, b, content)
	}
	f("", "")
	f("a", "YQ==")
	f("abc", "YWJj")
	f("\xfb\xff\x00", "+/8A")
}

func TestUnmarshalTextRefusesOtherText(t *testing.T) {
	for _, text := range []string{"YQ", "YQ=", "Y Q==", "YWJj-_8A", "YWJj*"} {
		b := with("old content")
		if err := b.UnmarshalText([]byte(text)); err == nil || !strings.HasPrefix(err.Error(), "buffer: ") {
			t.Errorf("UnmarshalText of %q: got %v, want an error of this package", text, err)
		}
		checkContent(t, b, "")
	}
}

func TestJSON(t *testing.T) {
	type message struct {
		A, B buffer.Buffer
	}
	in := message{A: *with("first"), B: *with("second")}
	text, err := json.Marshal(in)
	if want := `{"A":"Zmlyc3Q=","B":"c2Vjb25k"}`; err != nil || string(text) != want {
		t.Fatalf("Marshal: got %s, %v, want %s", text, err, want)
	}
	var out message
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("Unmarshal: %v", err)
	}
	clear(text)
	checkContent(t, &out.A, "first")
	checkContent(t, &out.B, "second")
}

func TestGrownBufferDoesNotAllocate(t *testing.T) {
	message := bytes.Repeat([]byte("x"), 10_000)
	text := bytes.Repeat([]byte("YWJj"), 1000)
	r := bytes.NewReader(nil)
	var b, other buffer.Buffer
	f := func(name string, op func()) {
		t.Helper()
		op() // grows
		if got := testing.AllocsPerRun(100, op); got != 0 {
			t.Errorf("%s: got %v allocations, want 0", name, got)
		}
	}
	f("ReadAll", func() {
		r.Reset(message)
		if err := b.ReadAll(r, len(message)); err != nil {
			t.Fatal(err)
		}
		b.Reset(1 << 16)
	})
	f("Set", func() { b.Set(message) })
	f("CopyFrom", func() { other.CopyFrom(&b) })
	f("UnmarshalText", func() {
		if err := b.UnmarshalText(text); err != nil {
			t.Fatal(err)
		}
	})
}

// Doubling from 512 bytes, to one more than the limit at most.
func TestReadAllGrowth(t *testing.T) {
	f := func(size, bytesMax int, want float64) {
		t.Helper()
		r := bytes.NewReader(nil)
		got := testing.AllocsPerRun(10, func() {
			var b buffer.Buffer
			r.Reset(make([]byte, size))
			if err := b.ReadAll(r, bytesMax); err != nil {
				t.Fatal(err)
			}
		})
		if got--; got != want { // less the message itself
			t.Errorf("ReadAll of %d bytes of at most %d: got %v allocations, want %v", size, bytesMax, got, want)
		}
	}
	f(100, math.MaxInt, 1)
	f(511, math.MaxInt, 1)
	f(512, math.MaxInt, 2) // the end is found with room for one more
	f(5000, math.MaxInt, 5)
	f(5000, 5000, 5)
}
