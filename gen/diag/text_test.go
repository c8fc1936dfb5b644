package diag_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/gen/diag"
)

func at(file string, line, column int) diag.Position {
	return diag.Position{File: file, Line: line, Column: column}
}

func TestText(t *testing.T) {
	f := func(name, want string, findings ...diag.Finding) {
		t.Helper()
		var b strings.Builder
		if err := (diag.Text{}).Print(&b, findings); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, b.String()); diff != "" {
			t.Errorf("%s (-want +got): %s", name, diff)
		}
	}
	f("nothing", "")
	f("all parts", `a.yaml:2:4: an event has no key "x" [unknown-key]
    a: x
       ^
    hint: did you mean "y"?
`, diag.Finding{Position: at("a.yaml", 2, 4), Rule: "unknown-key", Message: `an event has no key "x"`, Hint: `did you mean "y"?`, Source: "a: x"})
	f("a file as a whole", "a.go: is missing [missing]\n", diag.Finding{Position: at("a.go", 0, 0), Rule: "missing", Message: "is missing"})
	f("no file", "broke [internal]\n", diag.Finding{Rule: "internal", Message: "broke"})
	f("a warning", "a:1:1: warning: odd [odd]\n", diag.Finding{Position: at("a", 1, 1), Rule: "odd", Message: "odd", Severity: diag.Warning})
	f("tabs stay tabs", "a:1:3: m [r]\n    \t\tx\n    \t\t^\n", diag.Finding{Position: at("a", 1, 3), Rule: "r", Message: "m", Source: "\t\tx"})
	f("wide runes take two cells", "a:1:4: m [r]\n    \u65e5\u672c: x\n         ^\n",
		diag.Finding{Position: at("a", 1, 4), Rule: "r", Message: "m", Source: "\u65e5\u672c: x"})
	f("marks take none", "a:1:3: m [r]\n    e\u0301x\n     ^\n", diag.Finding{Position: at("a", 1, 3), Rule: "r", Message: "m", Source: "e\u0301x"})
	f("a column behind the line", "a:1:9: m [r]\n    ab\n      ^\n", diag.Finding{Position: at("a", 1, 9), Rule: "r", Message: "m", Source: "ab"})
	f("hostile text", "a\ufffdb:1:1: m\ufffd[31m\ufffd [r]\n    \ufffd[2J\n    ^\n    hint: a\ufffdb\n",
		diag.Finding{Position: at("a\nb", 1, 1), Rule: "r", Message: "m\x1b[31m\n", Hint: "a\u202eb", Source: "\x1b[2J"})
	f("sorted", "a:1:2: m [r]\na:2:1: m [r]\na:10:1: m [r]\nb:1:1: m [r]\n",
		diag.Finding{Position: at("b", 1, 1), Rule: "r", Message: "m"}, diag.Finding{Position: at("a", 10, 1), Rule: "r", Message: "m"},
		diag.Finding{Position: at("a", 2, 1), Rule: "r", Message: "m"}, diag.Finding{Position: at("a", 1, 2), Rule: "r", Message: "m"})
}

// TestTextLongLine proves that the arrow points at the right rune of a line that is cut.
func TestTextLongLine(t *testing.T) {
	line := strings.Repeat("a", 1000) + "X" + strings.Repeat("b", 1000)
	var b strings.Builder
	if err := (diag.Text{}).Print(&b, []diag.Finding{{Position: at("a", 1, 1001), Rule: "r", Message: "m", Source: line}}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	if len(lines[1]) > 200 || lines[1][len(lines[2])-1] != 'X' {
		t.Errorf("got\n%s", b.String())
	}
}

func TestTextColor(t *testing.T) {
	finding := []diag.Finding{{Position: at("a", 1, 1), Rule: "r", Message: "m", Source: "x", Hint: "h"}}
	text := func(color bool) string {
		var b strings.Builder
		if err := (diag.Text{Color: color}).Print(&b, finding); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	plain, colored := text(false), text(true)
	if strings.Contains(plain, "\x1b") || !strings.Contains(colored, "\x1b[1ma:1:1:\x1b[0m") {
		t.Errorf("got %q and %q", plain, colored)
	}
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestTextReturnsWriteError(t *testing.T) {
	if err := (diag.Text{}).Print(brokenWriter{}, []diag.Finding{{Rule: "r"}}); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}

func TestHasErrors(t *testing.T) {
	warning := diag.Finding{Severity: diag.Warning}
	if diag.HasErrors(nil) || diag.HasErrors([]diag.Finding{warning}) || !diag.HasErrors([]diag.Finding{warning, {}}) {
		t.Error("warnings count as errors, or errors do not")
	}
}
