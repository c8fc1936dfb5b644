package config

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Finding is one thing that is wrong at one place. Line and Column count from 1, columns in
// characters; Line 0 means the file as a whole.
type Finding struct {
	File         string
	Line, Column int
	Message      string // one line, without the place
	Hint         string // what to write instead; empty where there is no advice
	Source       string // the line that the place points into, passwords of URLs starred out
}

// Errors is all that is wrong with a file, in the order of the file.
type Errors struct {
	Findings []Finding
	cause    error // of a file that can't be read, else nil
}

// findingsShownMax bounds what is printed: a file that is something else altogether has a
// finding on every line.
const findingsShownMax = 100

// Error returns what Print writes without colour, without the last line feed.
func (e *Errors) Error() string {
	return strings.TrimSuffix(e.text(false), "\n")
}

// Unwrap returns the error of a file that can't be read, such as fs.ErrNotExist, else nil.
func (e *Errors) Unwrap() error { return e.cause }

// Print writes the findings for people, with terminal colours or without. The error is the
// writer's.
func (e *Errors) Print(w io.Writer, color bool) error {
	_, err := io.WriteString(w, e.text(color))
	return err
}

func (e *Errors) text(color bool) string {
	paint := func(code, s string) string {
		if !color {
			return s
		}
		return "\x1b[" + code + "m" + s + "\x1b[0m"
	}
	const bold, green = "1", "32"
	var b strings.Builder
	for _, f := range e.Findings[:min(len(e.Findings), findingsShownMax)] {
		place := printable(f.File) + ":"
		if f.Line > 0 {
			place = fmt.Sprintf("%s%d:%d:", place, f.Line, f.Column)
		}
		fmt.Fprintf(&b, "%s %s\n", paint(bold, place), printable(f.Message))
		if f.Source != "" {
			line, lead := excerpt(f.Source, f.Column)
			fmt.Fprintf(&b, "    %s\n    %s%s\n", line, lead, paint(green, "^"))
		}
		if f.Hint != "" {
			fmt.Fprintf(&b, "    %s %s\n", paint(green, "hint:"), printable(f.Hint))
		}
	}
	if more := len(e.Findings) - findingsShownMax; more > 0 {
		fmt.Fprintf(&b, "and %d more\n", more)
	}
	return b.String()
}

// sourceShownMax is the most characters of a source line that are shown.
const sourceShownMax = 160

// excerpt returns the part of a line around the column, and what stands before the arrow below
// it. A tab stays a tab, so that the terminal widens both lines alike.
func excerpt(source string, column int) (line, lead string) {
	runes := []rune(printableTabs(source))
	at := min(max(column-1, 0), len(runes))
	from := max(at-sourceShownMax/2, 0)
	to := min(from+sourceShownMax, len(runes))
	line = string(runes[from:to])
	lead = strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, string(runes[from:at]))
	if from > 0 {
		line, lead = "..."+line, "   "+lead
	}
	if to < len(runes) {
		line += "..."
	}
	return line, lead
}

// printable replaces what a terminal would obey instead of show.
func printable(s string) string {
	return strings.ReplaceAll(printableTabs(s), "\t", " ")
}

func printableTabs(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

// redacted stars out the user and the password of URLs, which stand between "://" and "@", one
// star a character so that columns stay.
func redacted(text string) string {
	var b strings.Builder
	for {
		head, rest, found := strings.Cut(text, "://")
		b.WriteString(head)
		if !found {
			return b.String()
		}
		b.WriteString("://")
		url, _, _ := strings.Cut(rest, "://") // the next one first: linear in the text
		if end := strings.IndexAny(url, " \t\n"); end >= 0 {
			url = url[:end]
		}
		at := max(strings.LastIndexByte(url, '@'), 0)
		b.WriteString(strings.Repeat("*", utf8.RuneCountInString(rest[:at])))
		text = rest[at:]
	}
}

// suggest returns "did you mean ..." for the candidate closest to a misspelt word, else the list
// of candidates if it is short.
func suggest(word string, candidates []string) string {
	best, distance := "", 1+max(len(word)/3, 1)
	for _, c := range candidates {
		if d := edits(strings.ToLower(clip(word)), strings.ToLower(c)); d < distance {
			best, distance = c, d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	const listedMax = 24
	if len(candidates) > listedMax {
		return ""
	}
	return "there is " + strings.Join(candidates, ", ")
}

// edits returns how many bytes must be inserted, deleted, replaced or swapped with their
// neighbour to turn a into b.
func edits(a, b string) int {
	var before, last []int
	for j := range len(b) + 1 {
		last = append(last, j)
	}
	for i := range len(a) {
		row := []int{i + 1}
		for j := range len(b) {
			replace := last[j]
			if a[i] != b[j] {
				replace++
			}
			d := min(last[j+1]+1, row[j]+1, replace)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				d = min(d, before[j-1]+1)
			}
			row = append(row, d)
		}
		before, last = last, row
	}
	return last[len(b)]
}

// clip bounds a text from the file for use in a message.
func clip(s string) string {
	const shown = 80
	if len(s) > shown {
		return strings.ToValidUTF8(s[:shown], "") + "..."
	}
	return s
}
