package schema

import (
	"fmt"

	"github.com/goccy/go-yaml/token"
)

const (
	// depthMax bounds how deep mappings and lists nest. The language needs 4; the parser
	// recurses, and a stack that overflows can't be recovered.
	depthMax = 16
	// mappingKeysMax bounds the keys of a mapping. The language needs 12; the parser's time grows
	// with their square.
	mappingKeysMax = 64
)

// tokenCheck looks at the tokens of a file before the parser does.
type tokenCheck struct {
	l   *loader
	src *source

	line    int // of the token before
	entries int // "- " on this line
	values  int // ":" since the last value ended

	blocks []block // open block mappings, from the outermost
	flows  []int   // keys of the open flow mappings and lists, from the outermost
}

// block is a block mapping: the column of its keys and how many they are.
type block struct {
	column, keys int
}

// checkTokens refuses the parts of YAML that the language does not have, before anything is
// expanded, and shapes that the parser can't take.
func (l *loader) checkTokens(src *source, tokens token.Tokens) bool {
	c := tokenCheck{l: l, src: src}
	for _, tk := range tokens {
		if !c.check(tk) {
			return false
		}
	}
	return true
}

// check looks at one token and reports whether it may pass.
func (c *tokenCheck) check(tk *token.Token) bool {
	at := c.src.at(tk)
	if what := refused(tk.Type); what != "" {
		c.l.report(at, "yaml-feature", what+" are not part of the schema language", "write the value out where it is used")
		return false
	}
	if at.Line != c.line {
		c.line, c.entries = at.Line, 0
		if len(c.flows) == 0 {
			c.values = 0
		}
	}
	keys := c.count(tk, at.Column)
	switch {
	case c.values > 1:
		c.l.report(at, "yaml-syntax", "a second \":\" in one value", "quote text that holds \": \"")
		return false
	case len(c.flows) > depthMax || c.entries > depthMax || len(c.flows) > 0 && tk.Type == token.SequenceEntryType:
		c.l.report(at, "yaml-depth", "lists and mappings nest too deep", "")
		return false
	case keys > mappingKeysMax:
		c.l.report(at, "too-many-keys", fmt.Sprintf("a mapping has at most %d keys", mappingKeysMax), "")
		return false
	}
	return true
}

// count keeps the counters and returns how many keys the mapping has that a ":" belongs to.
func (c *tokenCheck) count(tk *token.Token, column int) (keys int) {
	switch tk.Type {
	case token.MappingStartType, token.SequenceStartType:
		c.flows, c.values = append(c.flows, 0), 0
	case token.MappingEndType, token.SequenceEndType:
		c.flows, c.values = c.flows[:max(len(c.flows)-1, 0)], 0
	case token.CollectEntryType:
		c.values = 0
	case token.SequenceEntryType:
		c.entries++
		c.closeBlocks(column)
	case token.MappingValueType:
		c.values++
		if n := len(c.flows); n > 0 {
			c.flows[n-1]++
			return c.flows[n-1]
		}
		if tk.Prev != nil {
			column = c.src.at(tk.Prev).Column
		}
		c.closeBlocks(column)
		if n := len(c.blocks); n == 0 || c.blocks[n-1].column < column {
			c.blocks = append(c.blocks, block{column: column})
		}
		top := &c.blocks[len(c.blocks)-1]
		top.keys++
		return top.keys
	}
	return 0
}

// closeBlocks ends the block mappings whose keys stand to the right of the column.
func (c *tokenCheck) closeBlocks(column int) {
	for n := len(c.blocks); n > 0 && c.blocks[n-1].column > column; n-- {
		c.blocks = c.blocks[:n-1]
	}
}

// refused names what a token starts where the language does not have it.
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
