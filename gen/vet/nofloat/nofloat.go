package nofloat

import (
	_ "embed"
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"

	"github.com/meltica/meltica/gen/vet/rule"
)

//go:embed doc.go
var doc string

// Analyzer reports floats that hold a price or quantity.
var Analyzer = &analysis.Analyzer{
	Name:     "nofloat",
	Doc:      rule.Doc(doc, "nofloat"),
	URL:      "https://github.com/meltica/meltica/tree/main/gen/vet/nofloat",
	Requires: []*analysis.Analyzer{inspect.Analyzer, buildssa.Analyzer},
	Run:      run,
}

const telemetry = "runtime/telemetry"

// Exemptions returns the places where the rule does not hold.
func Exemptions() []rule.Exemption {
	return []rule.Exemption{
		{
			Rule:  Analyzer.Name,
			Where: telemetry + ", Float64 and NewFromFloat64 only",
			Why:   "operators' metrics are floats, and nobody trades on them (LM-08)",
		},
		{
			Rule:  Analyzer.Name,
			Where: rule.Bench,
			Why:   "rivals parse to floats, and it measures what that costs; nothing may import it",
		},
	}
}

const advice = "use decimal.Decimal"

func run(pass *analysis.Pass) (any, error) {
	place, ok := rule.Place(pass.Pkg)
	if ok && rule.Within(place, rule.Bench) {
		return nil, nil
	}
	in := pass.ResultOf[inspect.Analyzer].(*inspector.Inspector)
	for n := range in.PreorderSeq((*ast.CallExpr)(nil), (*ast.Ident)(nil)) {
		switch n := n.(type) {
		case *ast.CallExpr:
			converted(pass, n)
		case *ast.Ident:
			declared(pass, n)
			f, ok := pass.TypesInfo.Uses[n].(*types.Func)
			if ok && isDoor(f) && place != telemetry {
				pass.ReportRangef(n, "decimal's %s is forbidden outside %s: %s to calculate, compare and print", f.Name(), telemetry, advice)
			}
		}
	}
	flows(pass)
	return nil, nil
}

// declared reports what is declared under the name of money and holds floats.
func declared(pass *analysis.Pass, id *ast.Ident) {
	if !isMoney(id.Name) {
		return
	}
	switch obj := pass.TypesInfo.Defs[id].(type) {
	case *types.Var:
		if !obj.Embedded() && holdsFloat(obj.Type()) {
			pass.ReportRangef(id, "%s is a float: %s for a price or quantity", id.Name, advice)
		}
	case *types.Const:
		if holdsFloat(obj.Type()) {
			pass.ReportRangef(id, "%s is a float: %s for a price or quantity", id.Name, advice)
		}
	case *types.TypeName:
		if holdsFloat(obj.Type()) {
			pass.ReportRangef(id, "type %s holds floats: %s for a price or quantity", id.Name, advice)
		}
	case *types.Func:
		for v := range obj.Signature().Results().Variables() {
			if holdsFloat(v.Type()) && v.Name() == "" { // a named result is a variable
				pass.ReportRangef(id, "%s returns a float: %s for a price or quantity", id.Name, advice)
				return
			}
		}
	}
}

// holdsFloat reports whether a value of the type is a float or a list, table or pointer of
// floats. It does not look into structs, whose fields have names of their own.
func holdsFloat(t types.Type) bool { return holds(t, depthMax) }

// depthMax is how many types within types are looked into: a type may hold itself.
const depthMax = 8

func holds(t types.Type, depth int) bool {
	if depth == 0 {
		return false
	}
	depth--
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		return holds(u.Elem(), depth)
	case *types.Slice:
		return holds(u.Elem(), depth)
	case *types.Array:
		return holds(u.Elem(), depth)
	case *types.Chan:
		return holds(u.Elem(), depth)
	case *types.Map:
		return holds(u.Key(), depth) || holds(u.Elem(), depth)
	case *types.Signature:
		for v := range u.Results().Variables() {
			if holds(v.Type(), depth) {
				return true
			}
		}
		return false
	default:
		return isFloat(t)
	}
}

func isFloat(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsFloat != 0
}

// converted reports a conversion or ParseFloat of what is called money.
func converted(pass *analysis.Pass, c *ast.CallExpr) {
	name, ok := moneyIn(pass, c)
	if !ok {
		return
	}
	if tv := pass.TypesInfo.Types[c.Fun]; tv.IsType() && isFloat(tv.Type) {
		pass.ReportRangef(c, "%s becomes a float: %s for a price or quantity", name, advice)
	} else if f, ok := pass.TypesInfo.Uses[called(c)].(*types.Func); ok && isParseFloat(f) {
		pass.ReportRangef(c, "%s is parsed to a float: use decimal.Parse for a price or quantity", name)
	}
}

// called returns the name of what a call calls, or nil.
func called(c *ast.CallExpr) *ast.Ident {
	switch f := ast.Unparen(c.Fun).(type) {
	case *ast.Ident:
		return f
	case *ast.SelectorExpr:
		return f.Sel
	default:
		return nil
	}
}

// moneyIn returns the first name of money that the argument of a call is made of. It does not
// look into what is merely measured, as len(prices).
func moneyIn(pass *analysis.Pass, c *ast.CallExpr) (name string, ok bool) {
	if len(c.Args) == 0 {
		return "", false
	}
	ast.Inspect(c.Args[0], func(n ast.Node) bool {
		if ok {
			return false
		}
		switch n := n.(type) {
		case *ast.CallExpr:
			if b, builtin := pass.TypesInfo.Uses[called(n)].(*types.Builtin); builtin && (b.Name() == "len" || b.Name() == "cap") {
				return false
			}
		case *ast.IndexExpr: // ages[price]: the index is no part of the value
			if id, isIdent := ast.Unparen(n.X).(*ast.Ident); isIdent && isMoney(id.Name) {
				name, ok = id.Name, true
			}
			return false
		case *ast.SelectorExpr: // order.id: the value is the last part
			name, ok = n.Sel.Name, isMoney(n.Sel.Name)
			return false
		case *ast.Ident:
			if _, isType := pass.TypesInfo.Uses[n].(*types.TypeName); !isType {
				name, ok = n.Name, isMoney(n.Name)
			}
		}
		return !ok
	})
	return name, ok
}

func isParseFloat(f *types.Func) bool {
	return f.Pkg() != nil && f.Pkg().Path() == "strconv" && f.Name() == "ParseFloat"
}

// isDoor reports whether a function turns decimals to floats or back.
func isDoor(f *types.Func) bool {
	return isDecimalPackage(f.Pkg()) && (f.Name() == "Float64" || f.Name() == "NewFromFloat64")
}
