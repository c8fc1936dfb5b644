package importban_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/modfile"
	"golang.org/x/tools/txtar"

	"github.com/meltica/meltica/gen/diag"
	"github.com/meltica/meltica/gen/vet/importban"
	"github.com/meltica/meltica/gen/vet/rule"
)

// TestRepository is the ban itself: it fails on a banned import anywhere in this module.
func TestRepository(t *testing.T) {
	findings, err := importban.Scan(os.DirFS(root(t)))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := (diag.Text{}).Print(&text, findings); err != nil {
		t.Fatal(err)
	}
	if len(findings) > 0 {
		t.Errorf("%d findings\n%s", len(findings), text.String())
	}
}

// root returns the root of this module.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		source, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && modfile.ModulePath(source) == rule.Module {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatalf("no go.mod of %s above the test", rule.Module)
		}
		dir = parent
	}
}

// TestScan scans the archives of testdata.
func TestScan(t *testing.T) {
	f := func(name string) {
		t.Helper()
		tree, want := archive(t, name)
		if got := scan(t, tree); got != want {
			t.Errorf("%s: (-want +got)\n%s", name, cmp.Diff(want, got))
		}
	}
	f("forms")
	f("libraries")
	f("modules")
	f("bench")
	f("benchname")
}

// archive reads an archive of testdata: the tree, and what a scan must say of it.
func archive(t *testing.T, name string) (tree fs.FS, want string) {
	t.Helper()
	a, err := txtar.ParseFile("testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, file := range a.Files {
		if file.Name == "want" {
			want = string(file.Data)
			continue
		}
		files[file.Name] = &fstest.MapFile{Data: file.Data}
	}
	if want == "" {
		t.Fatalf("%s: no section want", name)
	}
	return files, want
}

// scan returns the findings, one a line.
func scan(t *testing.T, tree fs.FS) string {
	t.Helper()
	findings, err := importban.Scan(tree)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range findings {
		if f.Rule != "importban" || f.Hint == "" || f.Source == "" {
			t.Errorf("got rule %q, hint %q, source %q, want all of them", f.Rule, f.Hint, f.Source)
		}
		fmt.Fprintf(&b, "%s:%d:%d: %s\n", f.File, f.Line, f.Column, f.Message)
	}
	return b.String()
}

// TestScanLinks proves that a link to a file counts as the file it is compiled like.
func TestScanLinks(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "m.txt"), []byte("package m\n\nimport \"encoding/json\"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	link := func(target, name string) {
		t.Helper()
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	link("m.txt", "m.go")
	link("nowhere", ".#dead.go")
	link(".", "folder.go")
	const want = "m.go:3:8: encoding/json is forbidden, use goccy/go-json\n"
	if got := scan(t, os.DirFS(dir)); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestScanOfBench proves that the exempt module is free when it is scanned by itself.
func TestScanOfBench(t *testing.T) {
	f := func(module, want string) {
		t.Helper()
		got := scan(t, fstest.MapFS{
			"go.mod": {Data: []byte("module " + module + "\n")},
			"m.go":   {Data: []byte("package m\n\nimport \"encoding/json\"\n")},
		})
		if got != want {
			t.Errorf("%s: got %q, want %q", module, got, want)
		}
	}
	const finding = "m.go:3:8: encoding/json is forbidden, use goccy/go-json\n"
	f(rule.Module+"/"+rule.Bench, "")
	f(rule.Module+"/"+rule.Bench+"2", finding)
	f(rule.Module, finding)
}

// TestScanFails proves that a tree that can't be read is not a clean one.
func TestScanFails(t *testing.T) {
	if findings, err := importban.Scan(os.DirFS(filepath.Join(t.TempDir(), "none"))); err == nil {
		t.Errorf("got %v and no error, want an error", findings)
	}
}
