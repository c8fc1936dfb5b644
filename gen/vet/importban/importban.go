package importban

import (
	_ "embed"
	"go/ast"
	"strconv"

	"golang.org/x/tools/go/analysis"

	"github.com/meltica/meltica/gen/vet/rule"
)

//go:embed doc.go
var doc string

// Analyzer reports banned imports of one package, files that the build leaves out included.
// Scan sees more: packages that do not build, other modules, go.mod.
var Analyzer = &analysis.Analyzer{
	Name: "importban",
	Doc:  rule.Doc(doc, "importban"),
	URL:  "https://github.com/meltica/meltica/tree/main/gen/vet/importban",
	Run:  run,
}

func run(pass *analysis.Pass) (any, error) {
	if place, ok := rule.Place(pass.Pkg); ok && rule.Within(place, rule.Bench) {
		return nil, nil
	}
	var own string
	if pass.Module != nil {
		own = pass.Module.Path
	}
	j := newJudge(own)
	files, err := rule.Files(pass)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		for _, spec := range f.Imports {
			if text, _, ok := j.verdict(importPath(spec)); !ok {
				pass.Report(analysis.Diagnostic{
					Pos: spec.Path.Pos(), End: spec.Path.End(), Message: text, SuggestedFixes: fixes(spec),
				})
			}
		}
	}
	return nil, nil
}

// fixes offers goccy/go-json for encoding/json, the one library with the same names.
func fixes(spec *ast.ImportSpec) []analysis.SuggestedFix {
	if importPath(spec) != "encoding/json" {
		return nil
	}
	return []analysis.SuggestedFix{{
		Message: "Import github.com/goccy/go-json",
		TextEdits: []analysis.TextEdit{{
			Pos: spec.Path.Pos(), End: spec.Path.End(), NewText: []byte(strconv.Quote("github.com/goccy/go-json")),
		}},
	}}
}
