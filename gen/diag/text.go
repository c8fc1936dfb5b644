package diag

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Text prints findings for people:
//
//	schemas/v1/ws_frame.yaml:4:1: unknown key "revison" [unknown-key]
//	    revison: 1
//	    ^
//	    hint: did you mean "revision"?
type Text struct {
	// Color adds terminal colours. Whether the output is a terminal is for the caller to know.
	Color bool
}

// sourceWidthMax is the most terminal cells of a source line that are shown. Of a longer line
// the part around the column is cut out.
const sourceWidthMax = 160

// Print writes the findings in the order of Sort, which it does not change in the argument. The
// error is the writer's.
func (t Text) Print(w io.Writer, findings []Finding) error {
	sorted := append([]Finding(nil), findings...)
	Sort(sorted)
	var b strings.Builder
	for _, f := range sorted {
		t.finding(&b, f)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (t Text) finding(b *strings.Builder, f Finding) {
	if place := placeOf(f.Position); place != "" {
		b.WriteString(t.paint(bold, place))
		b.WriteString(" ")
	}
	if f.Severity == Warning {
		b.WriteString(t.paint(yellow, "warning: "))
	}
	fmt.Fprintf(b, "%s %s\n", printable(f.Message), t.paint(faint, "["+f.Rule+"]"))
	if f.Source != "" && f.Line > 0 {
		line, lead := excerpt(f.Source, f.Column)
		fmt.Fprintf(b, "    %s\n    %s%s\n", line, lead, t.paint(green, "^"))
	}
	if f.Hint != "" {
		fmt.Fprintf(b, "    %s %s\n", t.paint(green, "hint:"), printable(f.Hint))
	}
}

// placeOf returns "file:line:column:", "file:" for a file as a whole and "" for no file.
func placeOf(p Position) string {
	switch {
	case p.File == "":
		return ""
	case p.Line == 0:
		return printable(p.File) + ":"
	default:
		return fmt.Sprintf("%s:%d:%d:", printable(p.File), p.Line, p.Column)
	}
}

// excerpt returns the part of a source line that is shown, and what stands before the arrow so
// that it points at the column: a tab stays a tab, any other rune becomes as many spaces as the
// terminal cells it takes.
func excerpt(source string, column int) (line, lead string) {
	runes := []rune(source)
	at := min(max(column-1, 0), len(runes))
	from := at
	for cells := 0; from > 0 && cells+cellsOf(runes[from-1]) <= sourceWidthMax/2; from-- {
		cells += cellsOf(runes[from-1])
	}
	to := from
	for cells := 0; to < len(runes) && cells+cellsOf(runes[to]) <= sourceWidthMax; to++ {
		cells += cellsOf(runes[to])
	}
	var text, space strings.Builder
	if from > 0 {
		text.WriteString("...")
		space.WriteString("   ")
	}
	for i, r := range runes[from:to] {
		r = shown(r)
		text.WriteRune(r)
		switch {
		case from+i >= at:
		case r == '\t':
			space.WriteByte('\t')
		default:
			space.WriteString(strings.Repeat(" ", cellsOf(r)))
		}
	}
	if to < len(runes) {
		text.WriteString("...")
	}
	return text.String(), space.String()
}

// cellsOf returns how many terminal cells a rune takes.
func cellsOf(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}

// shown replaces what a terminal would obey instead of show.
func shown(r rune) rune {
	if r == '\t' || unicode.IsPrint(r) || unicode.In(r, unicode.Mn, unicode.Me) {
		return r
	}
	return unicode.ReplacementChar
}

// printable makes hostile text safe for a terminal and keeps it on one line.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return ' '
		}
		return shown(r)
	}, s)
}

type color string

const (
	bold   color = "\x1b[1m"
	faint  color = "\x1b[2m"
	green  color = "\x1b[32m"
	yellow color = "\x1b[33m"
	reset  color = "\x1b[0m"
)

func (t Text) paint(c color, s string) string {
	if !t.Color {
		return s
	}
	return string(c) + s + string(reset)
}
