package schema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// shape is a kind of mapping and the keys it has, in the order of a well-written file.
type shape struct {
	name     string // "event", "field"; the name of its definition in schema.json
	required []string
	optional []string
}

// keys returns all keys of the shape.
func (s shape) keys() []string {
	return slices.Concat(s.required, s.optional)
}

// shapes returns every kind of mapping of the language by name. A field's further keys depend on
// its type, see typeKeys.
func shapes() map[string]shape {
	return map[string]shape{
		"event":    eventShape(),
		"types":    typesShape(),
		"scalar":   scalarShape(),
		"enum":     enumShape(),
		"value":    valueShape(),
		"struct":   structShape(),
		"field":    fieldShape(),
		"arm":      armShape(),
		"reserved": reservedShape(),
		"pool":     poolShape(),
	}
}

func eventShape() shape {
	return shape{"event", []string{"event", "doc", "revision", "since", "pool", "id", "fields"},
		[]string{"delivery", "stream", "merge", "reserved"}}
}

func typesShape() shape {
	return shape{"types", nil, []string{"scalars", "enums", "structs"}}
}

func scalarShape() shape {
	return shape{"scalar", []string{"name", "doc", "type", "since"}, []string{"size", "max"}}
}

func enumShape() shape {
	return shape{"enum", []string{"name", "doc", "since", "values"}, []string{"reserved"}}
}

func valueShape() shape {
	return shape{"value", []string{"id", "name", "since", "doc"}, nil}
}

func structShape() shape {
	return shape{"struct", []string{"name", "doc", "since", "fields"}, []string{"reserved"}}
}

func fieldShape() shape {
	return shape{"field", []string{"id", "name", "type", "since", "doc"},
		[]string{"intern", "max", "retain", "of", "tag", "arms", "auto"}}
}

func armShape() shape {
	return shape{"arm", []string{"id", "name", "of", "tag", "delivery", "since", "doc"}, nil}
}

func reservedShape() shape {
	return shape{"reserved", nil, []string{"ids", "names"}}
}

func poolShape() shape {
	return shape{"pool", []string{"capacity", "timeout"}, nil}
}

// typeKeys returns the keys that a field of the type needs and may have beyond those of every
// field.
func typeKeys(typ string) (required, optional []string) {
	switch typ {
	case "string":
		return []string{"intern"}, nil
	case "bytes":
		return []string{"max", "retain"}, nil
	case "list":
		return []string{"of", "max", "retain"}, nil
	case "union":
		return []string{"tag", "arms"}, nil
	case "uint16":
		return nil, []string{"auto"}
	default:
		return nil, nil
	}
}

// mapping reads the keys of one mapping. Its methods return zero values where a key is missing
// or wrong; what is wrong has been reported then.
type mapping struct {
	l      *loader
	shape  shape
	at     Position
	values map[string]*node
}

// mapping checks a node against a shape: its type, unknown, double and missing keys. ok is false
// where the node is no mapping at all.
func (l *loader) mapping(n *node, s shape) (m mapping, ok bool) {
	m = mapping{l: l, shape: s, values: map[string]*node{}}
	if n == nil {
		return m, false
	}
	m.at = n.at
	if n.kind != kindMapping {
		l.report(n.at, "yaml-type", fmt.Sprintf("%s is a mapping of keys, not %s", article(s.name), n.kind), "its keys are "+strings.Join(s.keys(), ", "))
		return m, false
	}
	seen := map[string]Position{}
	for _, e := range n.entries {
		first, double := seen[e.key]
		switch {
		case double:
			l.report(e.at, "duplicate-key", fmt.Sprintf("key %q is there twice, first on line %d", e.key, first.Line), "keep one of them")
			continue
		case !slices.Contains(s.keys(), e.key):
			l.report(e.at, "unknown-key", fmt.Sprintf("%s has no key %q", article(s.name), clip(e.key)), keyHint(e, s))
		default:
			m.values[e.key] = e.value
		}
		seen[e.key] = e.at
	}
	for _, key := range s.required {
		if _, there := seen[key]; !there {
			l.report(n.at, "missing-key", fmt.Sprintf("%s needs the key %q", article(s.name), key), addHint(s.name, key))
		}
	}
	return m, true
}

// keyHint says what an unknown key may have meant.
func keyHint(e *entry, s shape) string {
	if e.value != nil && e.value.kind == kindNull && strings.Contains(e.key, " ") {
		return "quote text that holds a comma"
	}
	return suggest(e.key, s.keys())
}

// pos returns the place of a key's value, or of the mapping where the key is missing.
func (m mapping) pos(key string) Position {
	if n := m.values[key]; n != nil {
		return n.at
	}
	return m.at
}

// has reports whether the key is there.
func (m mapping) has(key string) bool {
	_, ok := m.values[key]
	return ok
}

// scalar returns the value of a key if it has the kind, else nil.
func (m mapping) scalar(key string, kind nodeKind) *node {
	n := m.values[key]
	if n == nil {
		return nil
	}
	if n.kind != kind {
		hint := ""
		if kind == kindText && n.kind != kindList && n.kind != kindMapping && n.kind != kindNull {
			hint = fmt.Sprintf("quote it: %q", n.text)
		}
		m.l.report(n.at, "yaml-type", fmt.Sprintf("%q is %s, not %s", key, kind, n.kind), hint)
		return nil
	}
	return n
}

// text returns a text.
func (m mapping) text(key string) string {
	if n := m.scalar(key, kindText); n != nil {
		return n.text
	}
	return ""
}

// integer returns a number between low and high, or 0.
func (m mapping) integer(key string, low, high int) int {
	n := m.values[key]
	// The library takes numbers for text that do not fit 64 bits.
	if n == nil || n.kind != kindText || !isDigits(n.text) || len(n.text) < 19 {
		n = m.scalar(key, kindInteger)
	}
	if n == nil {
		return 0
	}
	v, ok := m.l.number(n, key, low, high)
	if !ok {
		return 0
	}
	return v
}

// number reads a node that is known to be a number.
func (l *loader) number(n *node, what string, low, high int) (int, bool) {
	v, err := strconv.Atoi(n.text)
	if digits := strconv.Itoa(v); err == nil && digits != n.text {
		l.report(n.at, "number-form", fmt.Sprintf("%q is written in plain decimal digits, not %q", what, clip(n.text)), "write "+digits)
		return 0, false
	}
	if err != nil || v < low || v > high {
		l.report(n.at, "number-range", fmt.Sprintf("%q is a whole number from %d to %d, not %s", what, low, high, clip(n.text)), "")
		return 0, false
	}
	return v, true
}

// isTrue reads a key that may only be true.
func (m mapping) isTrue(key, why string) bool {
	n := m.scalar(key, kindBool)
	if n == nil {
		return false
	}
	if n.text != "true" {
		m.l.report(n.at, "bad-value", fmt.Sprintf("%q is true, not %s: %s", key, n.text, why), "write "+key+": true")
		return false
	}
	return true
}

// choice returns a text out of a closed set, or "".
func (m mapping) choice(key string, choices ...string) string {
	text := m.text(key)
	if text == "" && m.values[key] == nil || slices.Contains(choices, text) {
		return text
	}
	if m.values[key].kind == kindText {
		m.l.report(m.pos(key), "bad-value", fmt.Sprintf("%q can't be %q", key, clip(text)), suggest(text, choices))
	}
	return ""
}

// list returns the items of a list, which has at least one and at most limit.
func (m mapping) list(key string, limit int) []*node {
	n := m.values[key]
	if n == nil {
		return nil
	}
	if n.kind != kindList {
		m.l.report(n.at, "yaml-type", fmt.Sprintf("%q is a list, not %s", key, n.kind), "write [a, b], or one item a line after \"- \"")
		return nil
	}
	if len(n.items) == 0 {
		m.l.report(n.at, "empty-list", fmt.Sprintf("%q is empty", key), "list something")
	}
	if len(n.items) > limit {
		m.l.report(n.items[limit].at, "list-length", fmt.Sprintf("%q lists %d, at most %d are taken", key, len(n.items), limit), "split it")
		return n.items[:limit]
	}
	return n.items
}

// texts returns the items of a list of texts.
func (m mapping) texts(key string, limit int) []*node {
	var texts []*node
	for _, n := range m.list(key, limit) {
		if n.kind != kindText {
			m.l.report(n.at, "yaml-type", fmt.Sprintf("%q lists names, not %s", key, n.kind), "")
			continue
		}
		texts = append(texts, n)
	}
	return texts
}

// doc returns a checked doc text.
func (m mapping) doc() string {
	n := m.scalar("doc", kindText)
	if n == nil {
		return ""
	}
	text := strings.TrimSuffix(n.text, "\n")
	if r, bad := hasControl(text); bad {
		m.l.report(n.at, "doc-line", fmt.Sprintf("a doc is one line without control characters, this one has %U", r), "join the lines")
		return ""
	}
	switch {
	case strings.TrimSpace(text) == "":
		m.l.report(n.at, "doc-empty", "the doc says nothing", "say what a reader of the generated code must know")
	case len(text) > docBytesMax:
		m.l.report(n.at, "doc-length", fmt.Sprintf("the doc is %d bytes long, at most %d are taken", len(text), docBytesMax), "shorten it")
	}
	return strings.TrimSpace(text)
}

// addHint says how a missing key is written.
func addHint(shape, key string) string {
	switch key {
	case "doc":
		return "add doc: one line for the readers of the generated code"
	case "since":
		return "add since: the revision that it came with"
	case "name":
		return "add name: its name, for ever"
	case "id":
		if shape == "event" {
			return "add id: the fields that together tell one event from all others"
		}
		return "add id: the next free number, for ever"
	case "type":
		return "add type: one of " + strings.Join(builtinTypes(), ", ") + " or a declared type"
	case "revision":
		return "add revision: 1"
	case "pool":
		return "add pool: {capacity: 100, timeout: 100ms}"
	case "capacity":
		return "add capacity: the most objects on loan at once"
	case "timeout":
		return "add timeout: 100ms"
	case "fields", "values":
		return "add " + key + ": with one item a line"
	case "intern":
		return "add intern: true; text that is not from a small set is a scalar"
	case "max":
		return "add max: the most that is accepted"
	case "retain":
		return "add retain: the largest capacity that a Reset keeps"
	case "of":
		return "add of: the name of a struct"
	case "tag":
		if shape == "arm" {
			return "add tag: the value of the union's tag that the arm is for"
		}
		return "add tag: the enum field that says which arm is set"
	case "delivery":
		return "add delivery: lossless, latest, merge or queue"
	default:
		return "add " + key + ":"
	}
}

// docBytesMax bounds a doc.
const docBytesMax = 1000

// article puts "a" or "an" in front of a noun; "types" stands for the file.
func article(noun string) string {
	switch {
	case noun == "types":
		return "a file of shared types"
	case strings.ContainsRune("aeiou", rune(noun[0])):
		return "an " + noun
	default:
		return "a " + noun
	}
}

func isDigits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !isDigit(r) }) < 0
}

// clipMax bounds a text that is repeated in a message.
const clipMax = 120

// clip bounds a text from a file for use in a message.
func clip(s string) string { return cut(s, clipMax) }

func cut(s string, bytes int) string {
	if len(s) > bytes {
		return strings.ToValidUTF8(s[:bytes], "") + "..."
	}
	return s
}
