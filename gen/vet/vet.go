// Package vet is the list of what meltica-vet runs: the analyzers of this module, one package
// each, and those of go vet.
package vet

import (
	"strings"

	"golang.org/x/tools/go/analysis"
	stdvet "golang.org/x/tools/go/analysis/suite/vet"

	"github.com/meltica/meltica/gen/vet/importban"
	"github.com/meltica/meltica/gen/vet/layers"
	"github.com/meltica/meltica/gen/vet/noctxpoll"
	"github.com/meltica/meltica/gen/vet/nofloat"
	"github.com/meltica/meltica/gen/vet/notime"
	"github.com/meltica/meltica/gen/vet/poolcheck"
	"github.com/meltica/meltica/gen/vet/rule"
)

// Rules returns the analyzers of this module.
func Rules() []*analysis.Analyzer {
	return []*analysis.Analyzer{
		importban.Analyzer,
		layers.Analyzer,
		noctxpoll.Analyzer,
		nofloat.Analyzer,
		notime.Analyzer,
		poolcheck.Analyzer,
	}
}

// Suite returns the rules and the analyzers of go vet. Each names itself at the end of its
// findings, as Untag takes off, because go vet itself prints no names.
func Suite() []*analysis.Analyzer {
	var list []*analysis.Analyzer
	for _, a := range append(Rules(), stdvet.Suite...) {
		list = append(list, tagged(a))
	}
	return list
}

// Exemptions returns all places where a rule does not hold.
func Exemptions() []rule.Exemption {
	var list []rule.Exemption
	for _, of := range []func() []rule.Exemption{
		importban.Exemptions, noctxpoll.Exemptions, nofloat.Exemptions, notime.Exemptions,
		poolcheck.Exemptions,
	} {
		list = append(list, of()...)
	}
	return list
}

// tagged returns an analyzer that does the same and adds its name to what it reports.
func tagged(a *analysis.Analyzer) *analysis.Analyzer {
	named := *a
	named.Run = func(pass *analysis.Pass) (any, error) {
		inner := *pass
		inner.Report = func(d analysis.Diagnostic) {
			d.Message += tag(a.Name)
			pass.Report(d)
		}
		return a.Run(&inner)
	}
	return &named
}

func tag(name string) string { return " [" + name + "]" }

// Untag returns a message without the name of its analyzer.
func Untag(message, name string) string { return strings.TrimSuffix(message, tag(name)) }
