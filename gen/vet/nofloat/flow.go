package nofloat

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/ssa"

	"github.com/meltica/meltica/gen/vet/rule"
)

// decimalLibrary is where the type comes from; runtime/lib/decimal parses and prints it.
const decimalLibrary = "github.com/govalues/decimal"

func isDecimalPackage(p *types.Package) bool {
	return p != nil && (p.Path() == decimalLibrary || p.Path() == rule.Module+"/runtime/lib/decimal")
}

func isDecimal(t types.Type) bool {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Name() == "Decimal" && isDecimalPackage(n.Obj().Pkg())
}

// flows reports floats that are made of a decimal's digits within one function, by conversion
// or by way of text.
func flows(pass *analysis.Pass) {
	for _, fn := range pass.ResultOf[buildssa.Analyzer].(*buildssa.SSA).SrcFuncs {
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				switch in := in.(type) {
				case *ssa.Convert:
					if isFloat(in.Type()) && !isFloat(in.X.Type()) && fromDecimal(in.X) {
						pass.Reportf(at(in), "a decimal's digits become a float: %s", advice)
					}
				case *ssa.Call:
					if callee := callee(in); callee != nil && isParseFloat(callee) && fromDecimal(in.Call.Args[0]) {
						pass.Reportf(at(in), "a decimal's text is parsed to a float: %s", advice)
					}
				}
			}
		}
	}
}

func at(v interface {
	Pos() token.Pos
	Parent() *ssa.Function
}) token.Pos {
	if v.Pos().IsValid() {
		return v.Pos()
	}
	return v.Parent().Pos()
}

// fromDecimal reports whether a value holds digits of a decimal.
func fromDecimal(v ssa.Value) bool { return flow{}.fromDecimal(v) }

// flow follows values back to where they come from. It holds those it has been at.
type flow map[ssa.Value]bool

func (f flow) fromDecimal(v ssa.Value) bool {
	if f[v] {
		return false
	}
	f[v] = true
	return f.origin(v)
}

func (f flow) origin(v ssa.Value) bool {
	if isDecimal(v.Type()) {
		return true
	}
	switch v := v.(type) {
	case *ssa.Phi:
		return f.any(v.Edges)
	case *ssa.Extract:
		return f.fromDecimal(v.Tuple)
	case *ssa.Convert:
		return f.fromDecimal(v.X)
	case *ssa.ChangeType:
		return f.fromDecimal(v.X)
	case *ssa.MakeInterface:
		return f.fromDecimal(v.X)
	case *ssa.Slice:
		return f.fromDecimal(v.X)
	case *ssa.BinOp:
		if isComparison(v.Op) {
			return false
		}
		return f.fromDecimal(v.X) || f.fromDecimal(v.Y)
	case *ssa.UnOp:
		return f.fromDecimal(v.X)
	case *ssa.Alloc: // the arguments of a variadic call, and variables that are shared
		return f.stored(v)
	case *ssa.IndexAddr:
		return f.fromDecimal(v.X)
	case *ssa.Call:
		return keepsDigits(callee(v)) && f.any(v.Call.Args)
	default:
		return false
	}
}

func (f flow) any(values []ssa.Value) bool {
	for _, v := range values {
		if f.fromDecimal(v) {
			return true
		}
	}
	return false
}

// stored reports whether digits are stored in a variable or an element of it.
func (f flow) stored(v ssa.Value) bool {
	for _, r := range *v.Referrers() {
		switch r := r.(type) {
		case *ssa.Store:
			if r.Addr == v && f.fromDecimal(r.Val) {
				return true
			}
		case *ssa.IndexAddr:
			if f.stored(r) {
				return true
			}
		}
	}
	return false
}

func isComparison(op token.Token) bool {
	switch op {
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
		return true
	default:
		return false
	}
}

func callee(c *ssa.Call) *types.Func {
	if fn := c.Call.StaticCallee(); fn != nil {
		f, _ := fn.Object().(*types.Func)
		return f
	}
	return nil
}

// keepsDigits reports whether the result of a function has the digits of its arguments in it.
func keepsDigits(f *types.Func) bool {
	if f == nil || f.Pkg() == nil {
		return false
	}
	switch f.Pkg().Path() {
	case "strconv", "fmt", "bytes":
		return true
	case "strings":
		return !strings.HasPrefix(f.Name(), "Index") && f.Name() != "Count"
	}
	if !isDecimalPackage(f.Pkg()) {
		return false
	}
	switch f.Name() {
	case "Scale", "MinScale", "Prec", "Sign", "IsZero", "IsNeg", "IsPos", "IsInt", "IsOne", "WithinOne", "SameScale":
		return false
	}
	return !strings.HasPrefix(f.Name(), "Cmp") && !strings.HasPrefix(f.Name(), "Equal") && !strings.HasPrefix(f.Name(), "Less")
}
