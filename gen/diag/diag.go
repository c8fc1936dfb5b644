// Package diag holds what every check of the generator reports: a Finding with an exact place,
// and the printers that show findings to people and to machines.
package diag

import (
	"cmp"
	"slices"
	"strings"
)

// Position is a place in a file. Lines and columns count from 1; columns count runes. Line 0
// means the file as a whole.
type Position struct {
	File         string // slash path
	Line, Column int
}

// Compare orders positions by file, line and column.
func (p Position) Compare(q Position) int {
	return cmp.Or(strings.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
}

// Severity says whether a finding stops the generator.
type Severity uint8

// The severities.
const (
	Error   Severity = iota // nothing is written
	Warning                 // is shown and stops nothing
)

// String returns "error" or "warning".
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Finding is one thing that is wrong at one place.
type Finding struct {
	Position
	Rule     string // name of the rule in kebab case, such as "unknown-key"
	Severity Severity
	Message  string // one line, without the position
	Hint     string // what to write or run instead; empty where there is no advice
	Source   string // the line of the file that Position points into, without its end; may be empty
}

// Compare orders findings by position, then rule and message, so that a sorted list is the same
// on every run.
func (f Finding) Compare(g Finding) int {
	return cmp.Or(f.Position.Compare(g.Position), strings.Compare(f.Rule, g.Rule), strings.Compare(f.Message, g.Message))
}

// Sort orders the findings in place by file, line and column.
func Sort(findings []Finding) {
	slices.SortStableFunc(findings, Finding.Compare)
}

// HasErrors reports whether one of the findings is an error.
func HasErrors(findings []Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Severity == Error })
}
