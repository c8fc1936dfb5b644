package noctxpoll_test

import (
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/meltica/meltica/gen/vet/noctxpoll"
)

func TestAnalyzer(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), noctxpoll.Analyzer, "poll", "limit", "free")
}

// TestExemptions proves that what is let off is said.
func TestExemptions(t *testing.T) {
	list := noctxpoll.Exemptions()
	if len(list) != 1 || list[0].Rule != "noctxpoll" || list[0].Where == "" || list[0].Why == "" {
		t.Errorf("got %+v, want the tests, with a reason", list)
	}
}
