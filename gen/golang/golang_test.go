package golang_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/meltica/meltica/gen/golang"
	"github.com/meltica/meltica/gen/schema"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// load returns the real schemas.
func load(t testing.TB) *schema.Package {
	t.Helper()
	p, findings := schema.Load(os.DirFS("../../schemas"), "v1")
	if p == nil {
		t.Fatal(findings)
	}
	return p
}

func TestFilesDeterministic(t *testing.T) {
	want, err := golang.Files(load(t))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got, err := golang.Files(load(t))
		if err != nil || len(got) != len(want) {
			t.Fatalf("got %d files and %v, want %d", len(got), err, len(want))
		}
		for i := range want {
			if got[i].Path != want[i].Path || got[i].Source != want[i].Source || !bytes.Equal(got[i].Content, want[i].Content) {
				t.Errorf("%s: differs from the first run", want[i].Path)
			}
		}
	}
}

// Every file is Go, has a source that exists, and is there once.
func TestFilesShape(t *testing.T) {
	files, err := golang.Files(load(t))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range files {
		if seen[f.Path] {
			t.Errorf("%s: written twice", f.Path)
		}
		seen[f.Path] = true
		if _, err := os.Stat("../../" + f.Source); err != nil {
			t.Errorf("%s: source: %v", f.Path, err)
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.Path, f.Content, parser.ParseComments)
		if err != nil {
			t.Errorf("%s: %v", f.Path, err)
			continue
		}
		for _, spec := range tree.Imports {
			if path := spec.Path.Value; strings.Contains(path, `"encoding/json"`) || strings.Contains(path, "/gen/") {
				t.Errorf("%s: imports %s", f.Path, path)
			}
		}
		checkDocs(t, f.Path, tree)
	}
	for _, path := range []string{"eventv1/ws_frame.gen.go", "eventv1/canonical_event.gen_test.go", "eventv1/doc.gen.go"} {
		if !seen[path] {
			t.Errorf("%s: missing", path)
		}
	}
}

// checkDocs fails where an exported declaration outside of tests has no doc that begins with
// its name.
func checkDocs(t *testing.T, path string, tree *ast.File) {
	t.Helper()
	if strings.HasSuffix(path, "_test.go") {
		return
	}
	for _, d := range tree.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || !fn.Name.IsExported() {
			continue
		}
		if !strings.HasPrefix(fn.Doc.Text(), fn.Name.Name+" ") {
			t.Errorf("%s: %s has the doc %q", path, fn.Name.Name, fn.Doc.Text())
		}
	}
}

func TestFingerprint(t *testing.T) {
	if got := golang.Fingerprint(); got != golang.Fingerprint() || len(got) != 16 {
		t.Errorf("got %q, want 16 digits, always the same", got)
	}
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if want := "github.com/dave/jennifer " + golang.Jennifer; !bytes.Contains(mod, []byte(want)) {
		t.Errorf("go.mod lacks %q", want)
	}
}

// What a schema says in words can't leave its comment.
func TestHostileDocs(t *testing.T) {
	docs := []string{
		"ends */ the comment", "has `quotes` and \"more\"", `has \ and \n and \u0000`, "has @fmt.Sprint and $T and ${T}",
		"a\nfunc init() {}\n", "a\r\n\tb", "bell \x07 null \x00 mark \ufeff separator \u2028 end", "go:build ignore",
		"", " ", ".", "line foo.go:1", strings.Repeat("long ", 500), "//", "#include", "invalid \xff\xfe text",
	}
	for turn := range 4 {
		p := everything()
		spoilDocs(p, docs, turn*len(docs)/4)
		files, err := golang.Files(p)
		if err != nil {
			t.Errorf("turn %d: %.2000v", turn, err)
			continue
		}
		for _, f := range files {
			tree, err := parser.ParseFile(token.NewFileSet(), f.Path, f.Content, parser.ParseComments)
			if err != nil {
				t.Errorf("turn %d: %v", turn, err)
				continue
			}
			for _, d := range tree.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == "init" {
					t.Errorf("turn %d: %s: a doc became code", turn, f.Path)
				}
			}
			if bytes.ContainsRune(f.Content, '\x01') {
				t.Errorf("turn %d: %s holds an internal mark", turn, f.Path)
			}
		}
	}
	p := everything()
	p.Structs[0].Doc = "is at@fmt.Sprint and $T"
	files, err := golang.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f.Path, "/types.gen.go") && !bytes.Contains(f.Content, []byte("is at@fmt.Sprint and $T.")) {
			t.Errorf("%s: the doc is not as written", f.Path)
		}
	}
}

// spoilDocs gives the docs to everything in p that has one, beginning with the doc at next.
func spoilDocs(p *schema.Package, docs []string, next int) {
	doc := func() string {
		next++
		return docs[(next-1)%len(docs)]
	}
	for _, e := range p.Enums {
		for _, x := range e.Values {
			x.Doc = doc()
		}
		e.Doc = doc()
	}
	for _, s := range p.Scalars {
		s.Doc = doc()
	}
	structs := slices.Clone(p.Structs)
	for _, e := range p.Events {
		structs = append(structs, &e.Struct)
	}
	for _, s := range structs {
		s.Doc = doc()
		for _, f := range s.Fields {
			f.Doc = doc()
		}
	}
}

func TestFilesRefuses(t *testing.T) {
	f := func(want string, spoil func(*schema.Package)) {
		t.Helper()
		p := everything()
		spoil(p)
		if files, err := golang.Files(p); err == nil || files != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %d files and %v, want an error with %q", len(files), err, want)
		}
	}
	union := func(p *schema.Package) *schema.Union {
		fields := p.Events[0].Fields
		return fields[len(fields)-1].Type.(*schema.Union)
	}
	f("no event", func(p *schema.Package) { p.Events = nil })
	f("tag must be a field", func(p *schema.Package) { union(p).Tag = p.Events[1].Fields[0] })
	f("can't be told apart", func(p *schema.Package) { union(p).Arms[1].Of = union(p).Arms[0].Of })
	f("at most 64", func(p *schema.Package) {
		arm := *union(p).Arms[0]
		for range 64 {
			other := arm
			other.Of = &schema.Struct{Name: "Other"}
			union(p).Arms = append(union(p).Arms, &other)
		}
	})
	f("can't be part of an event id", func(p *schema.Package) {
		fields := p.Events[0].Fields
		p.Events[0].ID = fields[len(fields)-1:]
	})
	f("no Go type", func(p *schema.Package) { p.Structs[0].Fields[0].Type = nil })
	f("tag of two unions", func(p *schema.Package) {
		tag := *union(p).Tag
		body := *p.Events[0].Fields[len(p.Events[0].Fields)-1]
		body.Type = &schema.Union{Tag: &tag, Arms: union(p).Arms}
		p.Events[1].Fields = append(p.Events[1].Fields, &tag, &body)
	})
}

func BenchmarkFiles(b *testing.B) {
	p := load(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := golang.Files(p); err != nil {
			b.Fatal(err)
		}
	}
}
