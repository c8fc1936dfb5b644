package vet_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/meltica/meltica/gen/vet"
	"github.com/meltica/meltica/gen/vet/rule"
)

// plant is a defect put into this module's own code, in memory.
type plant struct {
	file     string // from the root; a new one where old is empty
	old, new string
	rule     string
	want     string // start of the finding; empty for what must not be found
}

// TestPlanted proves that the rules see defects in the real code, not in their fixtures only.
func TestPlanted(t *testing.T) {
	const wsconn, read = "runtime/lib/wsconn/wsconn.go", "kind, r, err := c.ws.Reader(context.Background())"
	find(t, []plant{
		{wsconn, "ws.SetReadLimit(int64(cfg.ReadBytesMax))", "", "noctxpoll", "the connection leaves Dial without SetReadLimit"},
		{"runtime/dispatcher/planted.go", "", "package dispatcher\n\nimport \"time\"\n\nfunc planted() int64 { return time.Now().UnixNano() }\n",
			"notime", "runtime/dispatcher reads the clock with time.Now"},
		{"runtime/provider/book/planted.go", "", "package book\n\nimport \"time\"\n\nfunc planted(at time.Time) bool { return time.Since(at) > time.Minute }\n",
			"notime", "runtime/provider/book reads the clock with time.Since"},
		{"runtime/databus/planted.go", "", "package databus\n\nimport _ \"" + rule.Module + "/runtime/provider\"\n",
			"layers", "runtime/databus must not import runtime/provider: stages never import each other"},
		{"runtime/consumer/planted.go", "", "package consumer\n\nimport _ \"" + rule.Module + "/runtime/lib/pool\"\n",
			"layers", "runtime/consumer must not import runtime/lib/pool: a consumer gets clones"},
		{"gen/diag/planted.go", "", "package diag\n\nimport _ \"" + rule.Module + "/runtime/lib/decimal\"\n",
			"layers", "gen/diag must not import runtime/lib/decimal: gen and runtime never meet"},
		{"runtime/consumer/float.go", "", "package consumer\n\nimport \"" + rule.Module + "/runtime/lib/decimal\"\n\n" +
			"func planted(d decimal.Decimal) float64 {\n\tf, _ := d.Float64()\n\treturn f\n}\n",
			"nofloat", "decimal's Float64 is forbidden outside runtime/telemetry"},
		{"runtime/provider/planted.go", "", "package provider\n\nimport (\n\t\"strconv\"\n\n\t\"" + rule.Module + "/runtime/lib/decimal\"\n)\n\n" +
			"func planted(d decimal.Decimal) (float64, error) { return strconv.ParseFloat(d.String(), 64) }\n",
			"nofloat", "a decimal's text is parsed to a float"},
		{"runtime/config/planted.go", "", "package config\n\nimport _ \"encoding/json\"\n",
			"importban", "encoding/json is forbidden, use goccy/go-json"},
	})
	find(t, []plant{
		{wsconn, read, "ctx, cancel := context.WithTimeout(context.Background(), c.writeTimeout)\n\tdefer cancel()\n\t" +
			strings.Replace(read, "context.Background()", "ctx", 1), "noctxpoll", "a read with a timeout"},
		{"runtime/dispatcher/planted.go", "", "package dispatcher\n\nimport \"time\"\n\nfunc planted(ns int64) time.Time { return time.Unix(0, ns) }\n",
			"notime", ""},
	})
}

// find analyzes the packages of the planted files and compares the findings in these files.
func find(t *testing.T, plants []plant) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	overlay := map[string][]byte{}
	patterns := map[string]bool{}
	for _, p := range plants {
		file := filepath.Join(root, filepath.FromSlash(p.file))
		overlay[file] = []byte(p.new)
		if p.old != "" {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Count(string(text), p.old) != 1 {
				t.Fatalf("%s has changed: there is not one %q to plant at", p.file, p.old)
			}
			overlay[file] = []byte(strings.Replace(string(text), p.old, p.new, 1))
		}
		patterns["./"+filepath.ToSlash(filepath.Dir(p.file))] = true
	}
	got := analyze(t, root, overlay, patterns)
	for _, p := range plants {
		found := got[p.file]
		delete(got, p.file)
		if p.want == "" {
			if len(found) > 0 {
				t.Errorf("%s: got %q, want nothing", p.file, found)
			}
		} else if len(found) != 1 || !strings.HasPrefix(found[0], p.rule+": "+p.want) {
			t.Errorf("%s: got %q, want one finding of %s: %s", p.file, found, p.rule, p.want)
		}
	}
	if len(got) > 0 {
		t.Errorf("got %q in code as it is", got)
	}
}

// analyze returns the findings of the rules that work without facts, by file from the root.
func analyze(t *testing.T, root string, overlay map[string][]byte, patterns map[string]bool) map[string][]string {
	t.Helper()
	var list []string
	for p := range patterns {
		list = append(list, p)
	}
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax | packages.NeedModule, Dir: root, Overlay: overlay}, list...)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pkgs {
		for _, e := range p.Errors {
			t.Fatal(e)
		}
	}
	var rules []*analysis.Analyzer
	for _, a := range vet.Rules() {
		if len(a.FactTypes) == 0 {
			rules = append(rules, a)
		}
	}
	graph, err := checker.Analyze(rules, pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	findings := map[string][]string{}
	for _, action := range graph.Roots {
		if action.Err != nil {
			t.Fatal(action.Err)
		}
		for _, d := range action.Diagnostics {
			file, err := filepath.Rel(root, action.Package.Fset.Position(d.Pos).Filename)
			if err != nil {
				t.Fatal(err)
			}
			file = filepath.ToSlash(file)
			findings[file] = append(findings[file], action.Analyzer.Name+": "+d.Message)
		}
	}
	return findings
}
