// Package rule is what the analyzers of gen/vet share: the text of a rule, which is the doc.go
// of its package, its exemptions, and where a package stands in this module.
package rule

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Module is the path of the module whose tree the rules describe.
const Module = "github.com/meltica/meltica"

// Bench is the folder of the nested module that holds rivals and baselines, from the root.
const Bench = "runtime/bench"

// Exemption is a place where a rule does not hold.
type Exemption struct {
	Rule  string // name of the analyzer
	Where string // what is exempt, for people
	Why   string // one sentence
}

// Doc returns the section "# Analyzer name" of the package comment in the source of a doc.go.
// It panics when there is none: that is a mistake in the analyzer.
func Doc(source, name string) string {
	f, err := parser.ParseFile(token.NewFileSet(), "doc.go", source, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		panic("rule: doc.go of " + name + ": " + err.Error())
	}
	_, section, ok := strings.Cut(f.Doc.Text(), "# Analyzer "+name+"\n\n")
	if !ok {
		panic("rule: doc.go of " + name + " has no section for it")
	}
	section, _, _ = strings.Cut(section, "\n# ")
	return strings.TrimSpace(section)
}

// Place returns where a package stands in this module: "runtime/databus", or "." for the root.
// The external tests of a package stand where it does. Packages of other modules have no place,
// nor has the main that the go command writes for tests.
func Place(pkg *types.Package) (place string, ok bool) {
	path, _, _ := strings.Cut(pkg.Path(), " ") // go vet names test variants "p [p.test]"
	if strings.HasSuffix(pkg.Name(), "_test") {
		path = strings.TrimSuffix(path, "_test")
	}
	if pkg.Name() == "main" && strings.HasSuffix(path, ".test") {
		return "", false
	}
	return PlaceOf(path)
}

// PlaceOf is Place for an import path.
func PlaceOf(path string) (place string, ok bool) {
	if path == Module {
		return ".", true
	}
	return strings.CutPrefix(path, Module+"/")
}

// Within reports whether a place or path is the other one or lies below it.
func Within(path, top string) bool {
	return path == top || strings.HasPrefix(path, top+"/")
}

// IsTest reports whether a node stands in a test file.
func IsTest(pass *analysis.Pass, pos token.Pos) bool {
	return strings.HasSuffix(pass.Fset.PositionFor(pos, false).Filename, "_test.go")
}

// Files returns the files of a package, and of those that the build leaves out, for a tag or
// another system, the part up to their imports.
func Files(pass *analysis.Pass) ([]*ast.File, error) {
	files := pass.Files[:len(pass.Files):len(pass.Files)]
	for _, name := range pass.IgnoredFiles {
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		source, err := pass.ReadFile(name)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(pass.Fset, name, source, parser.ImportsOnly|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}
