package layers_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/meltica/meltica/gen/vet/layers"
)

func TestAnalyzer(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), layers.Analyzer, "github.com/meltica/meltica/...", "example.com/other")
}

// TestBench stands apart because the scan of package importban refuses its import even in a
// folder testdata.
func TestBench(t *testing.T) {
	dir, remove, err := analysistest.WriteFiles(map[string]string{
		"github.com/meltica/meltica/runtime/bench/baseline/b.go": "package baseline\n",
		"github.com/meltica/meltica/runtime/databus/bus.go": "package databus\n\n" +
			"import _ \"github.com/meltica/meltica/runtime/bench/baseline\" // want `^runtime/databus must not import " +
			"runtime/bench/baseline: runtime/bench may import what is banned, so nothing may import it`\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	defer remove()
	analysistest.Run(t, dir, layers.Analyzer, "github.com/meltica/meltica/runtime/databus")
}
