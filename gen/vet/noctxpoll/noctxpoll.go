package noctxpoll

import (
	_ "embed"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/ssa"

	"github.com/meltica/meltica/gen/vet/rule"
)

//go:embed doc.go
var doc string

// Analyzer reports reads with a timeout and connections without a read limit.
var Analyzer = &analysis.Analyzer{
	Name:     "noctxpoll",
	Doc:      rule.Doc(doc, "noctxpoll"),
	URL:      "https://github.com/meltica/meltica/tree/main/gen/vet/noctxpoll",
	Requires: []*analysis.Analyzer{buildssa.Analyzer},
	Run:      run,
}

// Exemptions returns the places where the rule does not hold.
func Exemptions() []rule.Exemption {
	return []rule.Exemption{{
		Rule: Analyzer.Name, Where: "test files",
		Why: "there a read that expires ends the test, and the peer is the test's own",
	}}
}

// library is the one approved WebSocket library.
const library = "github.com/coder/websocket"

func run(pass *analysis.Pass) (any, error) {
	if !imports(pass.Pkg, library) {
		return nil, nil
	}
	var funcs []*ssa.Function
	for _, fn := range pass.ResultOf[buildssa.Analyzer].(*buildssa.SSA).SrcFuncs {
		if !rule.IsTest(pass, fn.Pos()) {
			funcs = append(funcs, fn)
		}
	}
	polls(pass, funcs)
	limits(pass, funcs)
	return nil, nil
}

func imports(pkg *types.Package, path string) bool {
	for _, p := range pkg.Imports() {
		if p.Path() == path {
			return true
		}
	}
	return false
}

// method returns the name of the method of the library's Conn that a call calls, or "". The
// first argument of such a call is the connection.
func method(c *ssa.CallCommon) string {
	f := static(c)
	if f == nil || f.Pkg() == nil || f.Pkg().Path() != library {
		return ""
	}
	recv := f.Signature().Recv()
	if recv == nil {
		return ""
	}
	p, ok := recv.Type().(*types.Pointer)
	if !ok {
		return ""
	}
	if n, ok := p.Elem().(*types.Named); !ok || n.Obj().Name() != "Conn" {
		return ""
	}
	return f.Name()
}

// isRead reports whether a method of Conn waits for a message and returns it.
func isRead(method string) bool { return method == "Read" || method == "Reader" }

// isFunc reports whether a call calls a function of a package by one of the names.
func isFunc(c *ssa.CallCommon, path string, names ...string) bool {
	f := static(c)
	if f == nil || f.Pkg() == nil || f.Pkg().Path() != path || f.Signature().Recv() != nil {
		return false
	}
	for _, name := range names {
		if f.Name() == name {
			return true
		}
	}
	return false
}

// static returns the function or method that a call calls, nil when only a run would tell.
func static(c *ssa.CallCommon) *types.Func {
	if fn := c.StaticCallee(); fn != nil {
		f, _ := fn.Object().(*types.Func)
		return f
	}
	return nil
}

// bindings returns what a variable of the function around a closure is bound to, wherever the
// closure is made.
func bindings(v *ssa.FreeVar) []ssa.Value {
	fn := v.Parent()
	index := -1
	for i, free := range fn.FreeVars {
		if free == v {
			index = i
		}
	}
	var list []ssa.Value
	if fn.Referrers() == nil {
		return nil
	}
	for _, r := range *fn.Referrers() {
		if c, ok := r.(*ssa.MakeClosure); ok && index >= 0 {
			list = append(list, c.Bindings[index])
		}
	}
	return list
}
