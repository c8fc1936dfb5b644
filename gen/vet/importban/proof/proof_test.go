package proof_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/meltica/meltica/gen/vet/importban"
	"github.com/meltica/meltica/gen/vet/importban/proof"
	"github.com/meltica/meltica/gen/vet/rule"
)

// base is the part of the repository that plants touch.
func base() map[string]string {
	return map[string]string{
		"go.mod":               "module " + rule.Module + "\n\ngo 1.26\n",
		rule.Bench + "/go.mod": "module " + rule.Module + "/" + rule.Bench + "\n\ngo 1.26\n",
	}
}

// TestPlants scans each plant in memory: what meltica-vet prove-ban does with processes.
func TestPlants(t *testing.T) {
	plants := proof.Plants()
	if len(plants) < 150 {
		t.Errorf("got %d plants, want every form and every library", len(plants))
	}
	names := map[string]bool{}
	for _, p := range plants {
		if names[p.Name] {
			t.Errorf("%s: two plants of that name", p.Name)
		}
		names[p.Name] = true
		tree := fstest.MapFS{}
		for name, text := range base() {
			tree[name] = &fstest.MapFile{Data: []byte(text)}
		}
		for _, f := range p.Files {
			text := f.Text
			if f.Append {
				text = base()[f.Name] + text
			}
			if f.Link { // a map has no links
				text = p.Files[1].Text
			}
			tree[f.Name] = &fstest.MapFile{Data: []byte(text)}
		}
		findings, err := importban.Scan(tree)
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
			continue
		}
		found := false
		for _, f := range findings {
			found = found || f.File == p.Files[0].Name && f.Message == p.Want
		}
		if want := p.Want != ""; found != want || !want && len(findings) > 0 {
			t.Errorf("%s: got %v, want %q", p.Name, findings, p.Want)
		}
	}
}

// TestProveFails proves that the proof can fail: here neither the tool nor the test sees a
// thing.
func TestProveFails(t *testing.T) {
	if testing.Short() {
		t.Skip("runs git and go")
	}
	root := t.TempDir()
	files := base()
	files["gen/vet/importban/importban.go"] = "package importban\n"
	files["gen/vet/importban/importban_test.go"] = "package importban\n\nimport \"testing\"\n\nfunc TestRepository(t *testing.T) {}\n"
	for name, text := range files {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("git", "init", "-q", root).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	blind, err := exec.LookPath("true")
	if err != nil {
		t.Skip("there is no command that always succeeds")
	}
	results, err := proof.Prove(context.Background(), root, blind)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if got, want := r.Failure != "", r.Want != ""; got != want {
			t.Errorf("%s: got failure %q, want one: %v", r.Name, r.Failure, want)
		}
	}
	never, err := exec.LookPath("false")
	if err != nil {
		t.Skip("there is no command that always fails")
	}
	if _, err := proof.Prove(context.Background(), root, never); err == nil || !strings.Contains(err.Error(), "before anything is planted") {
		t.Errorf("got %v, want an error: a tool that always fails proves nothing", err)
	}
}
