package poolcheck

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/astutil"
)

// enclosing returns the nodes around pos, innermost first.
func (c *checker) enclosing(pos token.Pos) []ast.Node {
	for _, f := range c.pass.Files {
		if f.FileStart <= pos && pos < f.FileEnd {
			path, _ := astutil.PathEnclosingInterval(f, pos, pos)
			return path
		}
	}
	return nil
}

// fixes returns the fix of a finding where one is safe on every path.
func (c *checker) fixes(f finding, path []ast.Node) []analysis.SuggestedFix {
	switch f.rule {
	case "lost":
		return c.fixLost(f, path)
	case "doubleput":
		return c.fixDoublePut(f, path)
	case "keptclone", "keptvalue":
		return c.fixKept(f, path)
	}
	return nil
}

// fixLost puts a Put before the return, if the variable of the lease is in scope there and
// assigned only once.
func (c *checker) fixLost(f finding, path []ast.Node) []analysis.SuggestedFix {
	if f.lost == nil || len(path) == 0 {
		return nil
	}
	ret, ok := path[0].(*ast.ReturnStmt)
	if !ok {
		return nil
	}
	name := c.variable(f.origin)
	if name == nil {
		return nil
	}
	scope := c.pass.Pkg.Scope().Innermost(ret.Pos())
	if scope == nil {
		return nil
	}
	if _, obj := scope.LookupParent(name.Name(), ret.Pos()); obj != name || c.assignments(name) != 1 {
		return nil
	}
	for _, x := range ret.Results {
		if !isPlain(x) {
			return nil
		}
	}
	indent := strings.Repeat("\t", max(c.pass.Fset.Position(ret.Pos()).Column-1, 0))
	return []analysis.SuggestedFix{{
		Message:   "Put the lease before the return",
		TextEdits: []analysis.TextEdit{{Pos: ret.Pos(), End: ret.Pos(), NewText: []byte(name.Name() + ".Put()\n" + indent)}},
	}}
}

// isPlain reports whether x can be evaluated after a Put as well as before.
func isPlain(x ast.Expr) bool {
	switch x.(type) {
	case *ast.Ident, *ast.BasicLit:
		return true
	}
	return false
}

// variable returns the variable that the lease from pos was assigned to.
func (c *checker) variable(pos token.Pos) *types.Var {
	for _, n := range c.enclosing(pos) {
		switch n := n.(type) {
		case *ast.Field: // a parameter
			for _, id := range n.Names {
				if id.Pos() == pos {
					v, _ := c.pass.TypesInfo.Defs[id].(*types.Var)
					return v
				}
			}
		case *ast.AssignStmt:
			for _, x := range n.Lhs {
				id, ok := x.(*ast.Ident)
				if !ok {
					continue
				}
				if v, ok := c.pass.TypesInfo.ObjectOf(id).(*types.Var); ok && isLease(v.Type()) {
					return v
				}
			}
			return nil
		case ast.Stmt:
			return nil
		}
	}
	return nil
}

// assignments counts the definitions and the assignments of a variable.
func (c *checker) assignments(v *types.Var) int {
	n := 0
	for _, file := range c.pass.Files {
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.AssignStmt:
				for _, x := range node.Lhs {
					if id, ok := x.(*ast.Ident); ok && c.pass.TypesInfo.ObjectOf(id) == v {
						n++
					}
				}
			case *ast.Field:
				for _, id := range node.Names {
					if c.pass.TypesInfo.Defs[id] == v {
						n++
					}
				}
			case *ast.UnaryExpr: // its address is taken
				if id, ok := node.X.(*ast.Ident); ok && node.Op == token.AND && c.pass.TypesInfo.ObjectOf(id) == v {
					n++
				}
			}
			return true
		})
	}
	return n
}

// fixDoublePut removes a Put that is the second one on every path to it.
func (c *checker) fixDoublePut(f finding, path []ast.Node) []analysis.SuggestedFix {
	if c.puts[f.pos] != put {
		return nil
	}
	for _, n := range path {
		if stmt, ok := n.(*ast.ExprStmt); ok {
			return []analysis.SuggestedFix{{
				Message:   "Remove the second Put",
				TextEdits: []analysis.TextEdit{{Pos: stmt.Pos(), End: stmt.End()}},
			}}
		}
	}
	return nil
}

// fixKept stores a clone of the event in its place, where the event itself is stored by its
// name.
func (c *checker) fixKept(f finding, path []ast.Node) []analysis.SuggestedFix {
	var exprs []ast.Expr
	for _, n := range path {
		switch n := n.(type) {
		case *ast.AssignStmt:
			exprs = n.Rhs
		case *ast.SendStmt:
			exprs = []ast.Expr{n.Value}
		case ast.Stmt:
			return nil
		}
		if exprs != nil {
			break
		}
	}
	var at token.Pos
	for _, x := range exprs {
		if call, ok := x.(*ast.CallExpr); ok && len(call.Args) > 0 {
			if fn, ok := call.Fun.(*ast.Ident); ok && fn.Name == "append" {
				x = call.Args[len(call.Args)-1]
			}
		}
		if id, ok := x.(*ast.Ident); ok && isEvent(c.pass.TypesInfo.TypeOf(id)) {
			at = id.End()
		}
	}
	if !at.IsValid() {
		return nil
	}
	return []analysis.SuggestedFix{{
		Message:   "Keep a clone",
		TextEdits: []analysis.TextEdit{{Pos: at, End: at, NewText: []byte(".Clone()")}},
	}}
}
