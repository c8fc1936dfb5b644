package notime_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/meltica/meltica/gen/vet/notime"
)

func TestAnalyzer(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), notime.Analyzer, "github.com/meltica/meltica/...")
}

// TestExemptions proves that what is let off is said.
func TestExemptions(t *testing.T) {
	for _, e := range notime.Exemptions() {
		if e.Rule != "notime" || e.Where == "" || e.Why == "" {
			t.Errorf("got %+v, want all fields", e)
		}
	}
	if got := len(notime.Exemptions()); got != 2 {
		t.Errorf("got %d exemptions, want the tests and the bus", got)
	}
}
