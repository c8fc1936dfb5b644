package schema

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// markersMax bounds the characters that make tokens, because every token costs memory.
const markersMax = 500_000

// source is a schema file as text.
type source struct {
	path  string
	text  string
	lines []string
	runes []int // of each line
}

func newSource(file string, content []byte) *source {
	// Line ends do not move a line or a column, and the scanner counts "\r\n" in places as two.
	text := strings.ReplaceAll(string(content), "\r\n", "\n")
	src := &source{path: file, text: text, lines: strings.Split(text, "\n")}
	for _, line := range src.lines {
		src.runes = append(src.runes, utf8.RuneCountInString(line))
	}
	return src
}

// line returns a line of the file by its number from 1, or "" where there is none.
func (s *source) line(number int) string {
	if number < 1 || number > len(s.lines) {
		return ""
	}
	return s.lines[number-1]
}

// at returns the position of a token, kept within the file whatever the scanner says.
func (s *source) at(tk *token.Token) Position {
	if tk == nil || tk.Position == nil {
		return Position{File: s.path, Line: 1, Column: 1}
	}
	line := min(max(tk.Position.Line, 1), len(s.lines))
	column := min(max(tk.Position.Column, 1), s.runes[line-1]+1)
	return Position{File: s.path, Line: line, Column: column}
}

// nodeKind is the YAML type of a node.
type nodeKind uint8

const (
	kindText nodeKind = iota
	kindInteger
	kindBool
	kindNull
	kindOther // floats and the like, which the language has no use for
	kindList
	kindMapping
)

func (k nodeKind) String() string {
	return [...]string{"text", "a number", "a truth value", "nothing", "a number that is not whole", "a list", "a mapping"}[k]
}

// node is a YAML value and its place.
type node struct {
	kind    nodeKind
	at      Position
	text    string   // of a scalar: text without quotes, or as it is written
	items   []*node  // of a list
	entries []*entry // of a mapping, in the order of the file
}

// entry is a key of a mapping and its value.
type entry struct {
	key   string
	at    Position // of the key
	value *node
}

// entry returns the first entry of the key, or nil.
func (n *node) entry(key string) *entry {
	for _, e := range n.entries {
		if e.key == key {
			return e
		}
	}
	return nil
}

// errPanic says that the YAML library panicked, as it does on some broken input.
var errPanic = errors.New("schema: panic in the YAML library")

// guarded calls into the YAML library and turns a panic into errPanic.
func guarded[T any](call func() (T, error)) (result T, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errPanic
		}
	}()
	return call()
}

// parseYAML returns the root mapping of a file, or nil after a finding.
func (l *loader) parseYAML(src *source) *node {
	start := Position{File: src.path, Line: 1, Column: 1}
	if !l.checkText(src) {
		return nil
	}
	tokens, err := guarded(func() (token.Tokens, error) { return lexer.Tokenize(src.text), nil })
	if err != nil {
		l.reportSyntax(src, err)
		return nil
	}
	if !l.checkTokens(src, tokens) {
		return nil
	}
	file, err := guarded(func() (*ast.File, error) { return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) })
	if err != nil {
		l.reportSyntax(src, err)
		return nil
	}
	var docs []*ast.DocumentNode
	for _, doc := range file.Docs {
		if doc.Body != nil {
			docs = append(docs, doc)
		}
	}
	switch {
	case len(docs) == 0:
		l.report(start, "empty-file", "the file declares nothing", "delete it, or declare an event or types")
		return nil
	case len(docs) > 1:
		l.report(src.at(docs[1].Start), "yaml-documents", "a schema file holds one document", "move what follows to a file of its own")
		return nil
	}
	root := l.convert(src, docs[0].Body, 0)
	if root != nil && root.kind != kindMapping {
		l.report(root.at, "yaml-type", "a schema file is a mapping, not "+root.kind.String(), "")
		return nil
	}
	return root
}

// reportSyntax reports an error of the YAML library, at line 1 where it names no place.
func (l *loader) reportSyntax(src *source, err error) {
	const hint = "look for a quote, bracket or brace that is not closed, and for text that needs quotes"
	var syntax *yaml.SyntaxError
	if !errors.As(err, &syntax) {
		l.report(Position{File: src.path, Line: 1, Column: 1}, "yaml-syntax", "the file can't be read as YAML", hint)
		return
	}
	message, _, _ := strings.Cut(syntax.GetMessage(), "\n")
	l.report(src.at(syntax.GetToken()), "yaml-syntax", message, hint)
}

// checkText refuses what must not reach the scanner: invalid UTF-8, control characters, and more
// markers than a schema can need.
func (l *loader) checkText(src *source) bool {
	if at := strings.IndexFunc(src.text, isControl); at >= 0 || !utf8.ValidString(src.text) {
		bad := firstBad(src.text, at)
		before := src.text[:bad]
		column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
		pos := Position{File: src.path, Line: strings.Count(before, "\n") + 1, Column: column}
		r, size := utf8.DecodeRuneInString(src.text[bad:])
		message := fmt.Sprintf("control character %U", r)
		if r == utf8.RuneError && size == 1 {
			message = fmt.Sprintf("byte 0x%02x is not UTF-8", src.text[bad])
		}
		l.report(pos, "bad-character", message, "remove it")
		return false
	}
	markers := 0
	for _, c := range []byte("[]{},:-?&*!") {
		markers += strings.Count(src.text, string(rune(c)))
	}
	if markers > markersMax {
		l.report(Position{File: src.path, Line: 1, Column: 1}, "too-complex",
			fmt.Sprintf("the file holds %d YAML markers, at most %d are read", markers, markersMax), "split the file")
		return false
	}
	return true
}

// firstBad returns the offset of the first control character or byte that is not UTF-8; control
// is the offset of the first control character or -1.
func firstBad(text string, control int) int {
	if control < 0 {
		control = len(text)
	}
	for i, r := range text[:control] {
		if r != utf8.RuneError {
			continue
		}
		if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
			return i
		}
	}
	return control
}

// isControl reports whether a rune may not stand in a schema file: controls except tab and line
// feed, the Unicode line ends, the byte order mark and the controls that reorder text.
func isControl(r rune) bool {
	switch {
	case r == '\t' || r == '\n':
		return false
	case r < 0x20 || r >= 0x7f && r < 0xa0:
		return true
	case r == 0x2028 || r == 0x2029 || r == 0xfeff:
		return true
	case r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f:
		return true
	}
	return false
}

// convert turns a node of the library into ours. It returns nil after a finding.
func (l *loader) convert(src *source, n ast.Node, depth int) *node {
	at := src.at(n.GetToken())
	if depth > depthMax {
		l.report(at, "yaml-depth", "lists and mappings nest too deep", "")
		return nil
	}
	switch n := n.(type) {
	case *ast.StringNode:
		return &node{kind: kindText, at: at, text: n.Value}
	case *ast.LiteralNode:
		return &node{kind: kindText, at: at, text: n.Value.Value}
	case *ast.IntegerNode:
		return &node{kind: kindInteger, at: at, text: n.Token.Value}
	case *ast.BoolNode:
		return &node{kind: kindBool, at: at, text: n.Token.Value}
	case *ast.NullNode:
		return &node{kind: kindNull, at: at, text: n.Token.Value}
	case *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return &node{kind: kindOther, at: at, text: n.GetToken().Value}
	case *ast.SequenceNode:
		list := &node{kind: kindList, at: src.at(n.Start)}
		for _, v := range n.Values {
			if item := l.convert(src, v, depth+1); item != nil {
				list.items = append(list.items, item)
			}
		}
		return list
	case *ast.MappingNode:
		return l.convertMapping(src, n.Start, n.Values, depth)
	case *ast.MappingValueNode:
		return l.convertMapping(src, nil, []*ast.MappingValueNode{n}, depth)
	default:
		l.report(at, "yaml-feature", "this kind of YAML value is not part of the schema language", "")
		return nil
	}
}

func (l *loader) convertMapping(src *source, start *token.Token, values []*ast.MappingValueNode, depth int) *node {
	m := &node{kind: kindMapping}
	for _, v := range values {
		key := l.convert(src, v.Key, depth+1)
		if key == nil {
			continue
		}
		e := &entry{key: key.text, at: key.at, value: l.convert(src, v.Value, depth+1)}
		if e.value != nil && e.value.kind == kindNull && e.value.text == "" {
			e.value.at = key.at
		}
		m.entries = append(m.entries, e)
	}
	switch {
	case start != nil && start.Type == token.MappingStartType:
		m.at = src.at(start)
	case len(m.entries) > 0:
		m.at = m.entries[0].at
	default:
		m.at = src.at(start)
	}
	return m
}

// hasControl returns the first control character of a text, whether it came escaped or not.
func hasControl(text string) (rune, bool) {
	for _, r := range text {
		if r == '\t' || r == '\n' || isControl(r) {
			return r, true
		}
	}
	return 0, false
}
