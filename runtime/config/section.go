package config

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// decoder reads one file and collects what is wrong with it.
type decoder struct {
	file     string
	lines    []string
	shown    []string // the lines without passwords
	findings []Finding
}

func (d *decoder) report(at place, message, hint string) {
	f := Finding{File: d.file, Line: at.line, Column: at.column, Message: message, Hint: hint}
	if at.line > 0 {
		f.Source = d.shown[at.line-1]
	}
	d.findings = append(d.findings, f)
}

// section is one mapping of the file while it is read. Each of its methods takes one key: a key
// that is not there leaves the target as it is, which is how defaults work; a value that is
// wrong is reported and leaves it, too. Keys that nobody took are unknown.
type section struct {
	d       *decoder
	path    string // "bus", "providers[1].book"; "" for the root
	at      place
	entries map[string]entry
	taken   []string // keys asked for, in order
}

// section reads a mapping: it reports what is no mapping, double keys and, after read, unknown
// ones.
func (d *decoder) section(path string, n *node, read func(*section)) {
	s := &section{d: d, path: path, at: n.at, entries: map[string]entry{}}
	if n.kind != kindMapping {
		s.want(n, "", "a mapping", emptyHint(n))
		return
	}
	for _, e := range n.entries {
		if first, double := s.entries[e.key]; double {
			d.report(e.at, fmt.Sprintf("%s: written twice, first on line %d", s.name(clip(e.key)), first.at.line), "keep one of them")
			continue
		}
		s.entries[e.key] = e
	}
	read(s)
	for _, e := range n.entries {
		if !slices.Contains(s.taken, e.key) && e.at == s.entries[e.key].at {
			d.report(e.at, fmt.Sprintf("unknown key %q in %s", clip(e.key), cmp.Or(s.path, "the file")), suggest(e.key, s.taken))
		}
	}
}

// has reports whether a key is there.
func (s *section) has(key string) bool {
	_, ok := s.entries[key]
	return ok
}

// name returns the path of a key, or of the section for "".
func (s *section) name(key string) string {
	switch {
	case key == "":
		return cmp.Or(s.path, "the file")
	case s.path == "":
		return key
	default:
		return s.path + "." + key
	}
}

// take returns the value of a key, or nil where it is not there.
func (s *section) take(key string) *node {
	s.taken = append(s.taken, key)
	return s.entries[key].value
}

// place returns where the value of a key stands, or the section where it is not there.
func (s *section) place(key string) place {
	if e, ok := s.entries[key]; ok {
		return e.value.at
	}
	return s.at
}

// want reports a value that is not what the key takes.
func (s *section) want(n *node, key, what, hint string) {
	s.d.report(n.at, fmt.Sprintf("%s: want %s, got %s", s.name(key), what, n), hint)
}

// wrong reports a value for a reason of its own.
func (s *section) wrong(key, message, hint string) {
	s.d.report(s.place(key), s.name(key)+": "+message, hint)
}

// require reports the keys that are not there.
func (s *section) require(keys ...string) {
	for _, key := range keys {
		if !s.has(key) {
			s.d.report(s.at, fmt.Sprintf("%s: missing", s.name(key)), "")
		}
	}
}

// mapping reads a mapping below this one.
func (s *section) mapping(key string, read func(*section)) {
	if n := s.take(key); n != nil {
		s.d.section(s.name(key), n, read)
	}
}

// list reads a list of 1 to lengthMax items one by one.
func (s *section) list(key string, lengthMax int, read func(path string, item *node)) {
	n := s.take(key)
	if n == nil {
		return
	}
	what := fmt.Sprintf("a list of 1 to %d items", lengthMax)
	switch {
	case n.kind == kindText || n.kind == kindNumber:
		s.want(n, key, what, fmt.Sprintf("write [%s]", clip(redacted(n.text))))
	case n.kind != kindList:
		s.want(n, key, what, emptyHint(n))
	case len(n.items) == 0 || len(n.items) > lengthMax:
		s.d.report(n.at, fmt.Sprintf("%s: want %s, got %d", s.name(key), what, len(n.items)), "")
	default:
		for i, item := range n.items {
			read(fmt.Sprintf("%s[%d]", key, i), item)
		}
	}
}

// texts reads a list of different texts, each of which check accepts; check returns what it
// wants otherwise, and a hint.
func (s *section) texts(key string, target *[]string, lengthMax int, check func(text string) (what, hint string)) {
	var texts []string
	s.list(key, lengthMax, func(path string, item *node) {
		what, hint := check(item.text)
		switch {
		case item.kind != kindText:
			s.want(item, path, cmp.Or(what, "text"), "")
		case what != "":
			s.want(item, path, what, hint)
		case slices.Contains(texts, item.text):
			s.d.report(item.at, fmt.Sprintf("%s: %q is in the list already", s.name(path), clip(item.text)), "keep one of them")
		default:
			texts = append(texts, item.text)
		}
	})
	if texts != nil {
		*target = texts
	}
}

// text reads a text that check accepts, as in texts.
func (s *section) text(key string, target *string, check func(text string) (what, hint string)) {
	n := s.take(key)
	if n == nil {
		return
	}
	if n.kind != kindText {
		s.want(n, key, "text", quoteHint(n))
		return
	}
	if what, hint := check(n.text); what != "" {
		s.want(n, key, what, hint)
		return
	}
	*target = n.text
}

// choice reads one text of a closed set.
func (s *section) choice(key string, target *string, choices []string) {
	s.text(key, target, oneOf(choices))
}

// oneOf returns a check for a closed set.
func oneOf(choices []string) func(string) (what, hint string) {
	return func(text string) (string, string) {
		if slices.Contains(choices, text) {
			return "", ""
		}
		if len(choices) > 8 {
			return "a known name", suggest(text, choices)
		}
		what := strings.Join(choices, " or ")
		if hint := suggest(text, choices); strings.HasPrefix(hint, "did") {
			return what, hint
		}
		return what, ""
	}
}

// boolean reads true or false.
func (s *section) boolean(key string, target *bool) {
	n := s.take(key)
	if n == nil {
		return
	}
	if n.kind != kindBool || n.text != "true" && n.text != "false" {
		s.want(n, key, "true or false", "")
		return
	}
	*target = n.text == "true"
}

// integer reads a whole number in plain decimal digits.
func (s *section) integer(key string, target *int, low, high int) {
	n := s.take(key)
	if n == nil {
		return
	}
	v, err := strconv.Atoi(n.text)
	if n.kind != kindNumber || err != nil || strconv.Itoa(v) != n.text || v < low || v > high {
		hint := ""
		if n.quoted && err == nil {
			hint = "remove the quotes"
		}
		s.want(n, key, fmt.Sprintf("a whole number from %d to %d", low, high), hint)
		return
	}
	*target = v
}

// number reads a number that need not be whole.
func (s *section) number(key string, target *float64, low, high float64) {
	n := s.take(key)
	if n == nil {
		return
	}
	v, err := strconv.ParseFloat(n.text, 64)
	plain := strings.Trim(n.text, "0123456789.") == ""
	if n.kind != kindNumber || err != nil || !plain || v < low || v > high {
		hint := ""
		if n.quoted && err == nil {
			hint = "remove the quotes"
		}
		s.want(n, key, fmt.Sprintf("a number from %v to %v", low, high), hint)
		return
	}
	*target = v
}

// duration reads a Go duration such as 5s.
func (s *section) duration(key string, target *time.Duration, low, high time.Duration) {
	n := s.take(key)
	if n == nil {
		return
	}
	v, err := time.ParseDuration(n.text)
	if n.kind != kindText || err != nil || v < low || v > high {
		hint := ""
		if n.kind == kindNumber {
			hint = fmt.Sprintf("add a unit, such as %ss", clip(n.text))
		}
		s.want(n, key, fmt.Sprintf("a duration from %s to %s", shortDuration(low), shortDuration(high)), hint)
		return
	}
	*target = v
}

// shortDuration prints 23h50m0s as 23h50m.
func shortDuration(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// size reads a number of bytes: 65536, 64KiB or 16MiB.
func (s *section) size(key string, target *int, low, high int) {
	n := s.take(key)
	if n == nil {
		return
	}
	digits, shift := n.text, 0
	if n.kind == kindText {
		for suffix, by := range sizeUnits() {
			if cut, ok := strings.CutSuffix(n.text, suffix); ok {
				digits, shift = cut, by
			}
		}
	}
	v, err := strconv.Atoi(digits)
	isSize := n.kind == kindNumber || n.kind == kindText && shift > 0
	if !isSize || err != nil || strconv.Itoa(v) != digits || v > high>>shift || v<<shift < low {
		hint := ""
		if n.kind == kindText && shift == 0 {
			hint = "the units are KiB and MiB"
		}
		s.want(n, key, fmt.Sprintf("a size from %s to %s", shortSize(low), shortSize(high)), hint)
		return
	}
	*target = v << shift
}

// sizeUnits returns the units of a size as shifts.
func sizeUnits() map[string]int {
	return map[string]int{"KiB": 10, "MiB": 20}
}

// shortSize prints a size in the largest unit that divides it.
func shortSize(bytes int) string {
	switch {
	case bytes >= 1<<20 && bytes%(1<<20) == 0:
		return fmt.Sprintf("%dMiB", bytes>>20)
	case bytes >= 1<<10 && bytes%(1<<10) == 0:
		return fmt.Sprintf("%dKiB", bytes>>10)
	default:
		return strconv.Itoa(bytes)
	}
}

// quoteHint says how a scalar becomes text.
func quoteHint(n *node) string {
	if n.kind == kindNumber || n.kind == kindBool {
		return fmt.Sprintf("quote it: %q", clip(n.text))
	}
	return emptyHint(n)
}

// emptyHint says what to do with a key without a value.
func emptyHint(n *node) string {
	if n.kind == kindNull {
		return "give it a value or delete the key"
	}
	return ""
}
