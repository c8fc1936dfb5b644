package layers

import (
	_ "embed"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/meltica/meltica/gen/vet/rule"
)

//go:embed doc.go
var doc string

// Analyzer reports imports within this module that the table does not allow. It says nothing
// about other modules.
var Analyzer = &analysis.Analyzer{
	Name: "layers",
	Doc:  rule.Doc(doc, "layers"),
	URL:  "https://github.com/meltica/meltica/tree/main/gen/vet/layers",
	Run:  run,
}

func run(pass *analysis.Pass) (any, error) {
	from, ok := rule.Place(pass.Pkg)
	if !ok {
		return nil, nil
	}
	rows := table()
	r, ok := rowOf(rows, from)
	if !ok {
		pass.Reportf(pass.Files[0].Name.Pos(), "package %s is not in the table of layers: %s", from, whyUnknown)
		return nil, nil
	}
	files, err := rule.Files(pass)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		for _, spec := range f.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return nil, err
			}
			to, ok := rule.PlaceOf(path)
			if ok && !r.allows(to, rule.IsTest(pass, spec.Pos())) {
				pass.ReportRangef(spec.Path, "%s must not import %s: %s", from, to, reason(r, from, to))
			}
		}
	}
	return nil, nil
}

// rowOf returns the most specific row for a place.
func rowOf(rows []row, place string) (best row, ok bool) {
	for _, r := range rows {
		exact := r.from == place
		if matches(r.from, place) && (!ok || exact || (best.from != place && len(r.from) > len(best.from))) {
			best, ok = r, true
		}
	}
	return best, ok
}

// matches reports whether a place fits a pattern.
func matches(pattern, place string) bool {
	if top, ok := strings.CutSuffix(pattern, "/..."); ok {
		return rule.Within(place, top)
	}
	return pattern == place
}

// allows reports whether the row lets a file import a place.
func (r row) allows(to string, test bool) bool {
	for _, pattern := range r.may {
		if matches(pattern, to) {
			return true
		}
	}
	if !test {
		return false
	}
	if matches(r.from, to) { // an external test imports what it tests
		return true
	}
	for _, pattern := range r.test {
		if matches(pattern, to) {
			return true
		}
	}
	return false
}

// reason returns which rule an import breaks.
func reason(r row, from, to string) string {
	inGen := func(place string) bool { return rule.Within(place, "gen") || place == "cmd/meltica-gen" }
	inRuntime := func(place string) bool {
		return rule.Within(place, "runtime") || rule.Within(place, "generated") || place == "cmd/meltica-run"
	}
	switch {
	case rule.Within(to, rule.Bench):
		return whyBench
	case inGen(from) && inRuntime(to), inRuntime(from) && inGen(to):
		return whyApart
	case rule.Within(to, "cmd"):
		return whyCommand
	case to == "runtime/pipeline":
		return whyUpstream
	default:
		return r.why
	}
}
