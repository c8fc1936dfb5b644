package poolcheck_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/meltica/meltica/gen/vet/poolcheck"
)

// TestFindings has a package for each rule: functions that break it in wrong.go, and functions
// that look like them and do not in right.go. Four more have what is common to all (paths), what
// callers in other packages get to know (facts), what tests may do, and what is exempt.
func TestFindings(t *testing.T) {
	dirs := append(rules(t), "paths", "facts", "intest", "github.com/meltica/meltica/runtime/lib/leaktest")
	analysistest.Run(t, analysistest.TestData(), poolcheck.Analyzer, dirs...)
}

// TestExemptions proves that what is let off is said, and about rules that there are.
func TestExemptions(t *testing.T) {
	known := append(rules(t), "poolcheck")
	for _, e := range poolcheck.Exemptions() {
		if !slices.Contains(known, strings.TrimPrefix(e.Rule, "poolcheck/")) || e.Where == "" || e.Why == "" {
			t.Errorf("got %+v, want a rule of %v, a place and a reason", e, known)
		}
	}
}

func TestFixes(t *testing.T) {
	analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), poolcheck.Analyzer, "fix")
}

// TestCorpus counts the functions of wrong.go and right.go of all rules: each wrong one has a
// finding, no right one has.
func TestCorpus(t *testing.T) {
	const atLeast = 60
	wants := regexp.MustCompile("// want `poolcheck/")
	count := func(file string, wrong bool) (n int) {
		names, err := filepath.Glob(filepath.Join("testdata", "src", "*", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			fset := token.NewFileSet()
			f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			for _, decl := range f.Decls {
				fn, ok := decl.(*ast.FuncDecl)
				if !ok {
					continue
				}
				has := false
				for _, c := range f.Comments {
					from, to := fset.Position(fn.Pos()).Line, fset.Position(fn.End()).Line
					line := fset.Position(c.Pos()).Line
					has = has || from <= line && line <= to && wants.MatchString(c.List[0].Text)
				}
				if has == wrong {
					n++
				} else if !wrong {
					t.Errorf("%s: %s has a finding", name, fn.Name.Name)
				}
			}
		}
		return n
	}
	wrong, right := count("wrong.go", true), count("right.go", false)
	t.Logf("%d wrong functions, %d right ones", wrong, right)
	if wrong < atLeast || right < atLeast {
		t.Errorf("%d wrong functions and %d right ones, want at least %d of each", wrong, right, atLeast)
	}
}
