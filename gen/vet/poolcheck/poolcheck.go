package poolcheck

import (
	_ "embed"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/analysis/passes/ctrlflow"
	"golang.org/x/tools/go/ssa"

	"github.com/meltica/meltica/gen/vet/rule"
)

//go:embed doc.go
var docFile string

// Analyzer is poolcheck.
var Analyzer = &analysis.Analyzer{
	Name:      "poolcheck",
	Doc:       help(docFile),
	Requires:  []*analysis.Analyzer{ctrlflow.Analyzer},
	Run:       run,
	FactTypes: []analysis.Fact{new(summary)},
}

// help is the package comment without its first paragraph.
func help(text string) string {
	_, text, _ = strings.Cut(text, "// # Analyzer poolcheck\n//\n")
	text, _, _ = strings.Cut(text, "\npackage poolcheck")
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimPrefix(strings.TrimPrefix(line, "//"), " "))
	}
	return strings.TrimSpace(strings.Join(lines, ""))
}

// leaktestPath is a package that loses leases on purpose.
const leaktestPath = "github.com/meltica/meltica/runtime/lib/leaktest"

// Exemptions returns the places where the rules do not hold.
func Exemptions() []rule.Exemption {
	tests := func(name, why string) rule.Exemption {
		return rule.Exemption{Rule: "poolcheck/" + name, Where: "test files", Why: why}
	}
	return []rule.Exemption{
		{Rule: "poolcheck", Where: "runtime/lib/pool", Why: "It makes the leases, and its tests misuse them."},
		{Rule: "poolcheck", Where: "runtime/lib/leaktest", Why: "Its tests lose leases to see that it tells."},
		tests("collected", "A test may take all that a pool has."),
		tests("panicgap", "A test that has failed ends with its pools."),
		tests("discarded", "A Get that is meant to fail has no lease: its error must have a name."),
		tests("doubleput", "A Put that is meant to panic may be passed to a function; called, it is a finding."),
		tests("useafterput", "A use that is meant to panic may be passed to a function."),
	}
}

// exempt reports whether a package, or the external tests of one, may break all rules.
func exempt(path string) bool {
	path = strings.TrimSuffix(path, "_test")
	return path == poolPath || path == leaktestPath
}

// checker is one run over a package.
type checker struct {
	pass      *analysis.Pass
	ids       *numbering
	summaries map[*ssa.Function]*summary
	inlined   map[*ssa.Call][]bool // by result of a closure's call: it refers to the object
	puts      map[token.Pos]status // by Put: the states that it was reached in
	findings  map[findingKey]finding
	converted map[*ssa.Function]bool // function literals that are handlers by conversion
}

func run(pass *analysis.Pass) (any, error) {
	path := pathOf(pass.Pkg)
	users := imports(pass.Pkg, poolPath, map[*types.Package]bool{})
	if !users && !strings.HasPrefix(path, modulePath) || exempt(path) {
		return nil, nil
	}
	// Not by Requires: facts make this run on every dependency, and most of them, the standard
	// library among them, have no use for their SSA.
	result, err := buildssa.Analyzer.Run(pass)
	if err != nil {
		return nil, err
	}
	c := &checker{
		pass: pass, ids: &numbering{map[any]string{}}, summaries: map[*ssa.Function]*summary{},
		inlined: map[*ssa.Call][]bool{}, puts: map[token.Pos]status{}, findings: map[findingKey]finding{},
	}
	funcs := result.(*buildssa.SSA).SrcFuncs
	for _, fn := range funcs {
		c.export(fn)
	}
	if users {
		c.converted = conversions(funcs)
		for _, fn := range funcs {
			c.origins(fn)
			c.handler(fn)
		}
	}
	c.flushFindings()
	return nil, nil
}

// handler follows the event through a handler of the data bus.
func (c *checker) handler(fn *ssa.Function) {
	sig := fn.Signature
	if !isHandler(sig) || !c.converted[fn] && (fn.Name() != "Handle" || sig.Recv() == nil) {
		return
	}
	ev := fn.Params[len(fn.Params)-1]
	w := &walker{c: c, fn: fn, handler: true, source: lease{text: "the event", pos: ev.Pos(), index: -1}}
	s := newState(borrowed)
	s.set(ev, inner)
	w.run(nil, s)
}

// conversions finds the function literals that are converted to a type with a Handle method.
func conversions(funcs []*ssa.Function) map[*ssa.Function]bool {
	found := map[*ssa.Function]bool{}
	for _, fn := range funcs {
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				conv, ok := in.(*ssa.ChangeType)
				if !ok || !isHandler(signatureOf(conv.Type())) || !hasHandle(conv.Type()) {
					continue
				}
				switch x := conv.X.(type) {
				case *ssa.Function:
					found[x] = true
				case *ssa.MakeClosure:
					found[x.Fn.(*ssa.Function)] = true
				}
			}
		}
	}
	return found
}

func signatureOf(t types.Type) *types.Signature {
	sig, ok := t.Underlying().(*types.Signature)
	if !ok {
		return new(types.Signature)
	}
	return sig
}

func hasHandle(t types.Type) bool {
	obj, _, _ := types.LookupFieldOrMethod(t, false, nil, "Handle")
	return obj != nil && ast.IsExported(obj.Name())
}
