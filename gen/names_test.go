package gen_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/meltica/meltica/gen"
	"github.com/meltica/meltica/gen/diag"
	"github.com/meltica/meltica/gen/schema"
	"github.com/meltica/meltica/schemas"
)

// TestGeneratedNamesAreRefused holds the names that schemas may not use to what the back end
// really declares: every exported name of the generated package as the name of a type, and every
// method of an event as the name of a field of it.
func TestGeneratedNamesAreRefused(t *testing.T) {
	set, findings := gen.Generate(schemas.FS, gen.Options{})
	if set == nil {
		t.Fatal(findings)
	}
	types, methods := map[string]bool{}, map[string]bool{}
	repository, findings := schema.Load(schemas.FS, "v1")
	if repository == nil {
		t.Fatal(findings)
	}
	events := map[string]bool{}
	for _, e := range repository.Events {
		events[strings.ToLower(e.Name)] = true
	}
	for _, path := range set.Paths() {
		if !strings.HasPrefix(path, "eventv1/") || strings.HasSuffix(path, "_test.go") {
			continue
		}
		stem := strings.TrimSuffix(strings.TrimPrefix(path, "eventv1/"), ".gen.go")
		if name := strings.ReplaceAll(stem, "_", ""); !events[name] {
			extra := "event: " + strings.ToUpper(name[:1]) + name[1:] + "\n" + restOfEvent
			if p, _ := schema.Load(with(t, "v1/zz.yaml", extra), "v1"); p != nil {
				t.Errorf("an event may take the file %s", path)
			}
		}
		text, err := set.Content(path)
		if err != nil {
			t.Fatal(err)
		}
		collect(t, path, text, types, methods)
	}
	if len(types) < 50 || len(methods) < 5 {
		t.Fatalf("got %d package-level names and %d methods", len(types), len(methods))
	}
	names := slices.Sorted(maps.Keys(types))
	free := refused(t, "v1/zz.yaml", "scalars:\n", append(names, "Fine"), "  - {name: %s, doc: is a clash., type: bytes, size: 1, since: 1}\n")
	if !slices.Equal(free, []string{"Fine"}) {
		t.Errorf("types may be named %v, want the last one only", free)
	}
	frame, err := fs.ReadFile(schemas.FS, "v1/canonical_event.yaml")
	if err != nil {
		t.Fatal(err)
	}
	names = nil
	for name := range methods {
		names = append(names, strings.ToLower(name))
	}
	slices.Sort(names)
	free = refused(t, "v1/canonical_event.yaml", string(frame), append(names, "fine"), "  - {id: 999, name: %s, type: bool, since: 1, doc: a clash}\n")
	if !slices.Equal(free, []string{"fine"}) {
		t.Errorf("fields of CanonicalEvent may be named %v, want the last one only", free)
	}
}

// refused loads the repository's schemas with a file of the head and one line for each name, and
// returns the names whose lines have no finding about the name.
func refused(t *testing.T, file, head string, names []string, line string) (free []string) {
	t.Helper()
	text := head
	for _, name := range names {
		text += fmt.Sprintf(line, name)
	}
	_, findings := schema.Load(with(t, file, text), "v1")
	for i, name := range names {
		number := strings.Count(head, "\n") + i + 1
		if !slices.ContainsFunc(findings, func(f diag.Finding) bool {
			return f.File == file && f.Line == number && (f.Rule == "name-clash" || f.Rule == "duplicate-name")
		}) {
			free = append(free, name)
		}
	}
	return free
}

const restOfEvent = `doc: is a clash.
revision: 1
since: 1
pool: {capacity: 1, timeout: 1s}
id: [a]
fields: [{id: 1, name: a, type: bool, since: 1, doc: a}]
`

// collect enters the exported package-level names of a Go file into types and the exported
// methods of CanonicalEvent into methods.
func collect(t *testing.T, path string, text []byte, types, methods map[string]bool) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	add := func(name *ast.Ident) {
		if name.IsExported() {
			types[name.Name] = true
		}
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				add(d.Name)
				continue
			}
			star, ok := d.Recv.List[0].Type.(*ast.StarExpr)
			if !ok || !d.Name.IsExported() {
				continue
			}
			if id, ok := star.X.(*ast.Ident); ok && id.Name == "CanonicalEvent" {
				methods[d.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					add(spec.Name)
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						add(name)
					}
				}
			}
		}
	}
}

// with returns the repository's schemas with one file replaced or added.
func with(t *testing.T, file, text string) fs.FS {
	t.Helper()
	fsys := fstest.MapFS{}
	files, err := schema.Files(schemas.FS, "v1")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		content, err := fs.ReadFile(schemas.FS, f)
		if err != nil {
			t.Fatal(err)
		}
		fsys[f] = &fstest.MapFile{Data: content}
	}
	fsys[file] = &fstest.MapFile{Data: []byte(text)}
	return fsys
}
