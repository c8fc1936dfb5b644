package importban_test

import (
	"os"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/txtar"

	"github.com/meltica/meltica/gen/vet/importban"
)

func TestAnalyzer(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/analyzer.txtar")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := txtar.FS(archive)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, tree); err != nil {
		t.Fatal(err)
	}
	analysistest.RunWithSuggestedFixes(t, dir, importban.Analyzer, "a", "b", "github.com/meltica/meltica/runtime/bench/baseline")
}
