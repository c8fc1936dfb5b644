package config

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

const (
	// fileBytesMax bounds a file. The parser takes time with the square of the keys: seconds for
	// the worst file of this size, 16 times that for one four times as large.
	fileBytesMax = 64 << 10
	// depthMax bounds how deep mappings and lists nest. The parser recurses, and a stack that
	// overflows can't be recovered.
	depthMax = 16
)

// place is a line and a column, both from 1.
type place struct{ line, column int }

// kind is the YAML type of a node.
type kind uint8

const (
	kindText kind = iota
	kindNumber
	kindBool
	kindNull
	kindList
	kindMapping
)

// node is a YAML value and its place.
type node struct {
	kind    kind
	at      place
	text    string  // of a scalar: text without quotes, anything else as it is written
	quoted  bool    // of text
	items   []*node // of a list
	entries []entry // of a mapping, in the order of the file
}

// entry is a key of a mapping and its value.
type entry struct {
	key   string
	at    place
	value *node
}

// String names a value for a message.
func (n *node) String() string {
	switch n.kind {
	case kindText:
		return fmt.Sprintf("%q", clip(redacted(n.text)))
	case kindNull:
		return "nothing"
	case kindList:
		return "a list"
	case kindMapping:
		return "a mapping"
	default:
		return clip(n.text)
	}
}

// parse returns the root mapping of the file, or nil after a finding. A file without any content
// is an empty mapping.
func (d *decoder) parse(text string) (root *node) {
	start := place{1, 1}
	// The library panics on some broken input.
	defer func() {
		if r := recover(); r != nil {
			root = nil
			d.report(start, "not YAML", "look for a quote, bracket or brace that is not closed")
		}
	}()
	if !d.checkText(text) {
		return nil
	}
	tokens := lexer.Tokenize(text)
	if !d.checkTokens(tokens) {
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		d.reportSyntax(err)
		return nil
	}
	root = &node{kind: kindMapping, at: start}
	documents := 0
	for _, doc := range file.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.CommentType {
			continue
		}
		documents++
		root = d.convert(doc.Body, 0)
		if root != nil && documents > 1 {
			d.report(root.at, "a second document", "keep one document in the file")
		}
	}
	return root
}

func (d *decoder) reportSyntax(err error) {
	var syntax *yaml.SyntaxError
	if !errors.As(err, &syntax) {
		d.report(place{1, 1}, "not YAML", "look for a quote, bracket or brace that is not closed")
		return
	}
	message, _, _ := strings.Cut(syntax.GetMessage(), "\n")
	d.report(d.placeOf(syntax.GetToken()), "not YAML: "+message, "")
}

// placeOf returns the place of a token, kept within the file whatever the scanner says.
func (d *decoder) placeOf(tk *token.Token) place {
	if tk == nil || tk.Position == nil {
		return place{1, 1}
	}
	line := min(max(tk.Position.Line, 1), len(d.lines))
	column := min(max(tk.Position.Column, 1), utf8.RuneCountInString(d.lines[line-1])+1)
	return place{line, column}
}

// checkText refuses what must not reach the scanner.
func (d *decoder) checkText(text string) bool {
	if len(text) > fileBytesMax {
		d.report(place{}, fmt.Sprintf("want at most %d bytes, got %d", fileBytesMax, len(text)), "")
		return false
	}
	at := place{1, 1}
	for i, r := range text {
		switch {
		case r == '\n':
			at = place{at.line + 1, 1}
			continue
		case r == utf8.RuneError && strings.HasPrefix(text[i:], "\uFFFD"):
		case r == utf8.RuneError:
			d.report(at, fmt.Sprintf("byte 0x%02x is not UTF-8", text[i]), "remove it")
			return false
		case isControl(r):
			d.report(at, fmt.Sprintf("control character %U", r), "remove it")
			return false
		}
		at.column++
	}
	return true
}

// isControl reports whether a rune may not stand in a file: controls except tab, the Unicode line
// ends, the byte order mark and the controls that reorder text.
func isControl(r rune) bool {
	switch {
	case r == '\t':
		return false
	case r < 0x20, r >= 0x7f && r < 0xa0, r == 0x2028, r == 0x2029, r == 0xfeff:
		return true
	default:
		return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f
	}
}

// checkTokens refuses the parts of YAML that a configuration has no use for, before anything is
// expanded, and nesting that is too deep for a recursive parser.
func (d *decoder) checkTokens(tokens token.Tokens) bool {
	var (
		depth, line     int // of flow brackets; the line of the token before
		entries, values int // "- " on this line; ":" since the last value ended
	)
	for _, tk := range tokens {
		at := d.placeOf(tk)
		if what := refused(tk.Type); what != "" {
			d.report(at, what+" are not part of a configuration", "write the value out where it is used")
			return false
		}
		if at.line != line {
			line, entries = at.line, 0
			if depth == 0 {
				values = 0
			}
		}
		switch tk.Type {
		case token.MappingStartType, token.SequenceStartType:
			depth, values = depth+1, 0
		case token.MappingEndType, token.SequenceEndType:
			depth, values = depth-1, 0
		case token.CollectEntryType:
			values = 0
		case token.SequenceEntryType:
			entries++
		case token.MappingValueType:
			values++
		}
		if values > 1 {
			hint := "quote text that holds \": \""
			if depth > 0 {
				hint = "look for a bracket or brace that is not closed, or a comma that is not there"
			}
			d.report(at, "not YAML: a second \":\" in one value", hint)
			return false
		}
		if depth > depthMax || entries > depthMax {
			d.report(at, "lists and mappings nest too deep", "")
			return false
		}
	}
	return true
}

// refused names what a token starts where a configuration does not have it.
func refused(t token.Type) string {
	switch t {
	case token.AnchorType:
		return "anchors"
	case token.AliasType:
		return "aliases"
	case token.MergeKeyType:
		return "merge keys"
	case token.TagType:
		return "tags"
	case token.DirectiveType:
		return "directives"
	case token.MappingKeyType:
		return "keys with \"?\""
	default:
		return ""
	}
}

// convert turns a node of the library into ours. It returns nil after a finding.
func (d *decoder) convert(n ast.Node, depth int) *node {
	at := d.placeOf(n.GetToken())
	if depth > depthMax {
		d.report(at, "lists and mappings nest too deep", "")
		return nil
	}
	switch n := n.(type) {
	case *ast.StringNode:
		quoted := n.Token.Type == token.DoubleQuoteType || n.Token.Type == token.SingleQuoteType
		return &node{kind: kindText, at: at, text: n.Value, quoted: quoted}
	case *ast.LiteralNode:
		return &node{kind: kindText, at: at, text: n.Value.Value}
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return &node{kind: kindNumber, at: at, text: n.GetToken().Value}
	case *ast.BoolNode:
		return &node{kind: kindBool, at: at, text: n.Token.Value}
	case *ast.NullNode:
		return &node{kind: kindNull, at: at, text: n.Token.Value}
	case *ast.SequenceNode:
		list := &node{kind: kindList, at: d.placeOf(n.Start)}
		for _, v := range n.Values {
			if item := d.convert(v, depth+1); item != nil {
				list.items = append(list.items, item)
			}
		}
		return list
	case *ast.MappingNode:
		return d.convertMapping(n.Start, n.Values, depth)
	case *ast.MappingValueNode:
		return d.convertMapping(n.Start, []*ast.MappingValueNode{n}, depth)
	default:
		d.report(at, "this kind of YAML value is not part of a configuration", "")
		return nil
	}
}

func (d *decoder) convertMapping(start *token.Token, values []*ast.MappingValueNode, depth int) *node {
	m := &node{kind: kindMapping, at: d.placeOf(start)}
	for i, v := range values {
		key := d.convert(v.Key, depth+1)
		if key == nil {
			continue
		}
		if i == 0 && (start == nil || start.Type != token.MappingStartType) {
			m.at = key.at // of block style; flow style begins at its brace
		}
		value := d.convert(v.Value, depth+1)
		if value == nil {
			continue
		}
		if value.kind == kindNull && value.text != "null" && value.text != "~" {
			value.at = key.at
		}
		m.entries = append(m.entries, entry{key: key.text, at: key.at, value: value})
	}
	return m
}
