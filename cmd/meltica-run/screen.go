package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
)

// screen is where the view is drawn. On a terminal the drawing stays below everything else that
// is printed; elsewhere one drawing follows the other.
type screen struct {
	out    io.Writer
	redraw bool                       // out is a terminal that can move its cursor
	size   func() (width, height int) // of the terminal; 0 if unknown

	mu    sync.Mutex // protects the following
	text  string     // the last drawing
	lines int        // of text
}

// draw replaces the last drawing. A drawing that can't be written is not missed: the summary can't
// be either, and tells.
func (s *screen) draw(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.redraw {
		text = fit(text, s.size)
		s.erase()
	}
	s.text, s.lines = text, strings.Count(text, "\n")
	fmt.Fprint(s.out, text)
}

// erase moves up over the last drawing and clears what is below.
func (s *screen) erase() {
	if s.lines > 0 {
		fmt.Fprintf(s.out, "\x1b[%dA\x1b[J", s.lines)
	}
}

// finish leaves the last drawing where it is and prints the text below it.
func (s *screen) finish(text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text, s.lines = "", 0
	_, err := io.WriteString(s.out, text)
	return err
}

// above returns a writer of whole lines to w, which is the same terminal: the lines come to
// stand above the drawing.
func (s *screen) above(w io.Writer) io.Writer { return &lineWriter{screen: s, w: w} }

type lineWriter struct {
	screen *screen
	w      io.Writer
}

// Write implements io.Writer.
func (l *lineWriter) Write(p []byte) (int, error) {
	s := l.screen
	s.mu.Lock()
	defer s.mu.Unlock()
	s.erase()
	n, err := l.w.Write(p)
	fmt.Fprint(s.out, s.text)
	return n, err
}

// fit cuts a drawing to the terminal, or the cursor would not get back to its first line: lines
// that wrap take two rows, and what has scrolled out of the window is out of reach. The last
// lines, on the health of the process, are kept.
func fit(text string, size func() (width, height int)) string {
	width, height := size()
	if width <= 0 || height <= 1 {
		return text
	}
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	lines = lines[max(0, len(lines)-(height-1)):]
	var b bytes.Buffer
	for _, line := range lines {
		b.WriteString(cut(strings.TrimSuffix(line, "\n"), width))
		b.WriteByte('\n')
	}
	return b.String()
}

// cut shortens a line to width characters; colours take no room and are ended.
func cut(line string, width int) string {
	n, escape := 0, false
	for i, r := range line {
		switch {
		case r == '\x1b':
			escape = true
		case escape:
			escape = r != 'm'
		case n == width:
			if strings.Contains(line[:i], "\x1b") {
				return line[:i] + "\x1b[0m"
			}
			return line[:i]
		default:
			n++
		}
	}
	return line
}
