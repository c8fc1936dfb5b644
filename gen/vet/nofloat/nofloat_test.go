package nofloat_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/meltica/meltica/gen/vet/nofloat"
)

func TestAnalyzer(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), nofloat.Analyzer, "names", "flows", "github.com/meltica/meltica/runtime/...")
}

// TestExemptions proves that what is let off is said.
func TestExemptions(t *testing.T) {
	list := nofloat.Exemptions()
	for _, e := range list {
		if e.Rule != "nofloat" || e.Where == "" || e.Why == "" {
			t.Errorf("got %+v, want all fields", e)
		}
	}
	if len(list) != 2 {
		t.Errorf("got %d exemptions, want telemetry and bench", len(list))
	}
}
