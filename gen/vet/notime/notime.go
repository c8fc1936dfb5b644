package notime

import (
	_ "embed"
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/meltica/meltica/gen/vet/rule"
)

//go:embed doc.go
var doc string

// Analyzer reports uses of the clock in the stages of this module that must do without.
var Analyzer = &analysis.Analyzer{
	Name: "notime",
	Doc:  rule.Doc(doc, "notime"),
	URL:  "https://github.com/meltica/meltica/tree/main/gen/vet/notime",
	Run:  run,
}

// stage is a package, with all below it, that must not read the clock.
type stage struct {
	place string
	free  string // the one function that may, as "Type.Method"; may be empty
	why   string // why it may
}

func stages() []stage {
	return []stage{
		{place: "runtime/orchestrator"},
		{place: "runtime/dispatcher"},
		{place: "runtime/provider/book"},
		{place: "runtime/consumer"},
		{
			place: "runtime/databus", free: "Bus.Close",
			why: "shutdown waits a moment for handlers that ignore their cancelled context; no event passes there",
		},
	}
}

// Exemptions returns the places within the stages where the rule does not hold.
func Exemptions() []rule.Exemption {
	list := []rule.Exemption{{
		Rule: Analyzer.Name, Where: "test files", Why: "a test measures, and runs in a bubble with a clock of its own",
	}}
	for _, s := range stages() {
		if s.free != "" {
			list = append(list, rule.Exemption{Rule: Analyzer.Name, Where: s.place + ", " + s.free, Why: s.why})
		}
	}
	return list
}

// clock reports whether a function reads the clock or sets a timer.
func clock(f *types.Func) bool {
	if f.Pkg() == nil || f.Signature().Recv() != nil {
		return false
	}
	switch f.Pkg().Path() {
	case "time":
		switch f.Name() {
		case "Now", "Since", "Until", "After", "AfterFunc", "Tick", "Sleep", "NewTimer", "NewTicker":
			return true
		}
	case "context":
		switch f.Name() {
		case "WithTimeout", "WithTimeoutCause", "WithDeadline", "WithDeadlineCause":
			return true
		}
	}
	return false
}

func run(pass *analysis.Pass) (any, error) {
	place, ok := rule.Place(pass.Pkg)
	if !ok {
		return nil, nil
	}
	for _, s := range stages() {
		if !rule.Within(place, s.place) {
			continue
		}
		for _, f := range pass.Files {
			if rule.IsTest(pass, f.Pos()) {
				continue
			}
			for _, d := range f.Decls {
				if fn, ok := d.(*ast.FuncDecl); !ok || s.free == "" || funcName(fn) != s.free {
					check(pass, place, d)
				}
			}
		}
	}
	return nil, nil
}

// check reports each name in a declaration that stands for a function of the clock, called or
// not, whatever the import is called.
func check(pass *analysis.Pass, place string, d ast.Decl) {
	ast.Inspect(d, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		if f, ok := pass.TypesInfo.Uses[id].(*types.Func); ok && clock(f) {
			pass.ReportRangef(id, "%s reads the clock with %s.%s: take the time from the event's ingest time or from a tick of the pipeline",
				place, f.Pkg().Name(), f.Name())
		}
		return true
	})
}

// funcName returns "Type.Method" or the name of a function.
func funcName(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return fn.Name.Name
	}
	t := ast.Unparen(fn.Recv.List[0].Type)
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	switch x := t.(type) { // a generic receiver names its parameters
	case *ast.IndexExpr:
		t = x.X
	case *ast.IndexListExpr:
		t = x.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name + "." + fn.Name.Name
	}
	return fn.Name.Name
}
