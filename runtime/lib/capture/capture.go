// Package capture reads recorded messages, one on a line, plain or gzipped. It knows three
// ways of writing a line and nothing of what the messages mean:
//
//	1633998512.0633569: MESSAGE          unix seconds, and lines of the connection itself:
//	URL -> 1633998512.32: BODY           a response
//	URL <- 1633998512.32: MESSAGE        sent by the client
//	URL <-> 1633998511.159679            the connection was opened
//	1723161253937085768 MESSAGE          unix nanoseconds
//	MESSAGE                              bare, without a time
package capture

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
)

// LineMax is the longest line that is read, in bytes. Venues send snapshots of up to 5 MB.
const LineMax = 16 << 20

// Kind says what a line records.
type Kind uint8

// The kinds of lines.
const (
	Message  Kind = iota // received on the connection
	Response             // answer to a request, with its URL
	Sent                 // sent by the client, with the URL of the connection
	Opened               // the connection was opened; there is no data
)

// Record is one line.
type Record struct {
	Kind Kind
	Time int64  // unix nanoseconds; 0 where the line has none
	URL  string // of a Response, Sent or Opened
	Data []byte // valid until the next call of Next
	Line int    // from 1
}

// Reader reads one recording. It is not safe for concurrent use.
type Reader struct {
	name    string
	lines   *bufio.Scanner
	line    int
	closers []io.Closer
}

// Open opens a recording. The caller closes it.
func Open(path string) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("capture: %w", err)
	}
	r, err := NewReader(path, f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	r.closers = append(r.closers, f)
	return r, nil
}

// NewReader reads a recording from r, which stays the caller's to close. The name is for errors.
func NewReader(name string, r io.Reader) (*Reader, error) {
	in := bufio.NewReaderSize(r, 256<<10)
	reader := &Reader{name: name}
	if magic, err := in.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("capture: %s: %w", name, err)
		}
		reader.closers = append(reader.closers, z)
		in = bufio.NewReaderSize(z, 256<<10)
	}
	reader.lines = bufio.NewScanner(in)
	reader.lines.Buffer(make([]byte, 64<<10), LineMax)
	return reader, nil
}

// Close releases what Open and NewReader opened.
func (r *Reader) Close() error {
	var errs []error
	for _, c := range r.closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// Next returns the next record; empty lines are skipped. At the end it returns io.EOF. Another
// error names the file and the line.
func (r *Reader) Next() (Record, error) {
	for r.lines.Scan() {
		r.line++
		text := bytes.TrimSuffix(r.lines.Bytes(), []byte("\r"))
		if len(text) == 0 {
			continue
		}
		rec, err := parse(text)
		if err != nil {
			return Record{}, fmt.Errorf("capture: %s:%d: %w", r.name, r.line, err)
		}
		rec.Line = r.line
		return rec, nil
	}
	if err := r.lines.Err(); err != nil {
		return Record{}, fmt.Errorf("capture: %s:%d: %w", r.name, r.line+1, err)
	}
	return Record{}, io.EOF
}

var (
	arrowOpened   = []byte(" <-> ")
	arrowSent     = []byte(" <- ")
	arrowResponse = []byte(" -> ")
)

// parse reads one line that is not empty.
func parse(text []byte) (Record, error) {
	switch c := text[0]; {
	case '0' <= c && c <= '9':
		return parseTimed(text)
	case c == '{' || c == '[' || c == '"':
		return Record{Data: text}, nil
	}
	// A URL holds no blank, so the first one begins the arrow.
	blank := bytes.IndexByte(text, ' ')
	if blank < 0 {
		return Record{Data: text}, nil // such as the bare word pong
	}
	url, rest := text[:blank], text[blank:]
	for _, arrow := range []struct {
		text []byte
		kind Kind
	}{{arrowOpened, Opened}, {arrowSent, Sent}, {arrowResponse, Response}} {
		after, ok := bytes.CutPrefix(rest, arrow.text)
		if !ok {
			continue
		}
		if arrow.kind == Opened {
			after = append(after[:len(after):len(after)], ": "...)
		}
		rec, err := parseTimed(after)
		if err != nil {
			return Record{}, err
		}
		rec.Kind, rec.URL = arrow.kind, string(url)
		return rec, nil
	}
	return Record{}, fmt.Errorf("neither a time, a message nor an arrow: %q", clip(text))
}

// parseTimed reads "SECONDS[.FRACTION]: MESSAGE" or "NANOSECONDS MESSAGE".
func parseTimed(text []byte) (Record, error) {
	whole, i, ok := digits(text, 0)
	if !ok || i == len(text) {
		return Record{}, badTime(text)
	}
	if text[i] == ' ' {
		return Record{Time: whole, Data: text[i+1:]}, nil
	}
	var nanos int64
	if text[i] == '.' {
		start := i + 1
		nanos, i, ok = digits(text, start)
		if !ok || i-start > 9 {
			return Record{}, badTime(text)
		}
		for n := i - start; n < 9; n++ {
			nanos *= 10
		}
	}
	data, ok := bytes.CutPrefix(text[i:], []byte(": "))
	if !ok || whole > 1<<33 {
		return Record{}, badTime(text)
	}
	return Record{Time: whole*1e9 + nanos, Data: data}, nil
}

// digits reads an unsigned number of at most 19 digits from text[i:] and returns where it ends.
func digits(text []byte, i int) (n int64, end int, ok bool) {
	start := i
	for ; i < len(text) && '0' <= text[i] && text[i] <= '9'; i++ {
		if i-start >= 18 && n > (1<<63-10)/10 {
			return 0, i, false
		}
		n = n*10 + int64(text[i]-'0')
	}
	return n, i, i > start
}

func badTime(text []byte) error {
	return fmt.Errorf("neither \"SECONDS: MESSAGE\" nor \"NANOSECONDS MESSAGE\": %q", clip(text))
}

// clip bounds hostile input in error texts.
func clip(text []byte) []byte { return text[:min(len(text), 80)] }
