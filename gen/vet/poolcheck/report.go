package poolcheck

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"
)

// finding is a diagnostic and what its fix depends on.
type finding struct {
	rule, text string
	pos        token.Pos
	origin     token.Pos
	lost       *ssa.Return // of a lost lease that a Put before the return would mend
}

type findingKey struct {
	rule string
	pos  token.Pos
}

// report adds a finding, once.
func (c *checker) report(rule string, pos token.Pos, text string, l lease) {
	c.add(finding{rule: rule, text: text, pos: pos, origin: l.pos})
}

func (c *checker) add(f finding) {
	key := findingKey{f.rule, f.pos}
	if _, ok := c.findings[key]; !ok {
		c.findings[key] = f
	}
}

// lost adds the finding of a lease that is not Put at a return.
func (c *checker) lost(w *walker, pos token.Pos, in *ssa.Return, s *state) {
	if w.silent {
		return
	}
	text := fmt.Sprintf("%s is not Put or handed on%s; call lease.Put() on this path", w.source, c.getAt(w.source.pos))
	f := finding{rule: "lost", text: text, pos: pos, origin: w.source.pos}
	safe := true
	for _, x := range in.Results {
		safe = safe && s.role(x) != inner
	}
	if safe {
		f.lost = in
	}
	c.add(f)
}

// getAt names the line of the Get.
func (c *checker) getAt(pos token.Pos) string {
	if !pos.IsValid() {
		return ""
	}
	return fmt.Sprintf(" (it came on line %d)", c.pass.Fset.Position(pos).Line)
}

// atLine names a line that happened before.
func (c *checker) atLine(pos token.Pos) string {
	if !pos.IsValid() {
		return ""
	}
	return fmt.Sprintf(" on line %d", c.pass.Fset.Position(pos).Line)
}

// notePut remembers in which states a Put was reached: one that is always the second can go.
func (c *checker) notePut(at site, st status) { c.puts[at.pos] |= st }

// inTest reports whether pos is in a test file.
func (c *checker) inTest(pos token.Pos) bool {
	return strings.HasSuffix(filepath.Base(c.pass.Fset.Position(pos).Filename), "_test.go")
}

// flushFindings reports in the order of the source.
func (c *checker) flushFindings() {
	sorted := make([]finding, 0, len(c.findings))
	for _, f := range c.findings {
		sorted = append(sorted, f)
	}
	slices.SortFunc(sorted, func(a, b finding) int { return cmp.Or(cmp.Compare(a.pos, b.pos), cmp.Compare(a.rule, b.rule)) })
	for _, f := range sorted {
		d := analysis.Diagnostic{Pos: f.pos, Category: f.rule, Message: "poolcheck/" + f.rule + ": " + f.text}
		path := c.enclosing(f.pos)
		if len(path) > 0 {
			d.Pos, d.End = extent(path, f.pos)
		}
		if f.origin.IsValid() && c.pass.Fset.Position(f.origin).Line != c.pass.Fset.Position(f.pos).Line {
			d.Related = []analysis.RelatedInformation{{Pos: f.origin, Message: "the lease comes from here"}}
		}
		d.SuggestedFixes = c.fixes(f, path)
		c.pass.Report(d)
	}
}

// extent is the call or the statement that a finding is about.
func extent(path []ast.Node, pos token.Pos) (from, to token.Pos) {
	for _, n := range path {
		switch n := n.(type) {
		case *ast.CallExpr:
			if n.Lparen == pos {
				return n.Pos(), n.End()
			}
		case *ast.ReturnStmt, *ast.SendStmt, *ast.GoStmt, *ast.DeferStmt:
			if n.Pos() == pos {
				return n.Pos(), n.End()
			}
		case ast.Stmt, ast.Decl:
			return pos, token.NoPos
		}
	}
	return pos, token.NoPos
}
