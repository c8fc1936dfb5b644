package capture_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/meltica/meltica/runtime/lib/capture"
)

const recording = `wss://venue/stream?a/b <-> 1633998511.159679
1633998512.0633569: {"a":1}

1633998512: {"a":2}
https://venue/depth?x=1 -> 1633998512.320639: {"id":3}
wss://venue/ws <- 1652459225.2987883: {"op":"subscribe"}
1723161253937085768 {"a: b":4}
{"bare":5}
pong
`

func want() []capture.Record {
	return []capture.Record{
		{Kind: capture.Opened, Time: 1633998511159679000, URL: "wss://venue/stream?a/b", Line: 1},
		{Time: 1633998512063356900, Data: []byte(`{"a":1}`), Line: 2},
		{Time: 1633998512000000000, Data: []byte(`{"a":2}`), Line: 4},
		{Kind: capture.Response, Time: 1633998512320639000, URL: "https://venue/depth?x=1", Data: []byte(`{"id":3}`), Line: 5},
		{Kind: capture.Sent, Time: 1652459225298788300, URL: "wss://venue/ws", Data: []byte(`{"op":"subscribe"}`), Line: 6},
		{Time: 1723161253937085768, Data: []byte(`{"a: b":4}`), Line: 7},
		{Data: []byte(`{"bare":5}`), Line: 8},
		{Data: []byte(`pong`), Line: 9},
	}
}

func readAll(t *testing.T, r *capture.Reader) []capture.Record {
	t.Helper()
	var got []capture.Record
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return got
		}
		if err != nil {
			t.Fatal(err)
		}
		rec.Data = bytes.Clone(rec.Data)
		if len(rec.Data) == 0 {
			rec.Data = nil
		}
		got = append(got, rec)
	}
}

func TestReadsEveryForm(t *testing.T) {
	r, err := capture.NewReader("plain", strings.NewReader(recording))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want(), readAll(t, r)); diff != "" {
		t.Error("plain (-want +got):\n", diff)
	}

	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write([]byte(recording)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "recording")
	if err := os.WriteFile(path, zipped.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err = capture.Open(path); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want(), readAll(t, r)); diff != "" {
		t.Error("gzipped (-want +got):\n", diff)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestRefusesWithFileAndLine(t *testing.T) {
	f := func(line string) {
		t.Helper()
		r, err := capture.NewReader("x.txt", strings.NewReader("{}\n"+line+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
		if rec, err := r.Next(); err == nil || !strings.Contains(err.Error(), "x.txt:2: ") {
			t.Errorf("%q: got %+v, %v; want an error that names x.txt:2", line, rec, err)
		}
	}
	f("1633998512")
	f("1633998512.0633569 {}")
	f("1633998512.: {}")
	f("1633998512.1234567891: {}")
	f("99999999999999999999 {}")
	f("https://venue => 1: {}")
	f("https://venue -> {}")
}

func TestNextDoesNotAllocate(t *testing.T) {
	text := strings.Repeat("1723161253937085768 {\"a\":1}\n", 3000)
	r, err := capture.NewReader("x", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(2000, func() {
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("Next allocates %v times, want 0", n)
	}
}

// TestReadsTheCaptures reads the real recordings where they are present.
func TestReadsTheCaptures(t *testing.T) {
	dir := os.Getenv("MELTICA_CAPTURES")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "captures")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no recordings: ", err)
	}
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "INDEX.md" || d.Name() == "vectors.json" {
			return err
		}
		r, err := capture.Open(path)
		if err != nil {
			return err
		}
		files++
		if got := readAll(t, r); len(got) == 0 {
			t.Errorf("%s: no records", path)
		}
		return r.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	if files == 0 {
		t.Errorf("no recordings in %s", dir)
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte(recording))
	f.Add([]byte("\x1f\x8b"))
	f.Add([]byte("1.1: \n1 x\n-> 1: x"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := capture.NewReader("fuzz", bytes.NewReader(text))
		if err != nil {
			return
		}
		for {
			rec, err := r.Next()
			if err != nil {
				return
			}
			if rec.Time < 0 || rec.Line < 1 {
				t.Fatalf("record %+v", rec)
			}
		}
	})
}
