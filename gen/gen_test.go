package gen_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/gen"
	"github.com/meltica/meltica/gen/diag"
	"github.com/meltica/meltica/gen/output"
	"github.com/meltica/meltica/schemas"
)

const event = `event: Tick
doc: is an event.
revision: 1
since: 1
pool: {capacity: 10, timeout: 100ms}
delivery: queue
id: [seq]
fields:
  - {id: 1, name: seq, type: uint64, since: 1, doc: the sequence}
`

const types = `enums:
  - {name: Side, doc: is a side., since: 1, values: [{id: 1, name: BUY, since: 1, doc: buys}]}
scalars:
  - {name: TraceID, doc: is an id., type: bytes, size: 16, since: 1}
structs:
  - name: Level
    doc: is a level.
    since: 1
    fields:
      - {id: 1, name: price, type: decimal, since: 1, doc: the price}
`

// versions returns schemas of v1 and v2.
func versions() fstest.MapFS {
	return fstest.MapFS{
		"v1/tick.yaml": {Data: []byte(event)}, "v1/types.yaml": {Data: []byte(types)},
		"v2/tick.yaml": {Data: []byte(event)}, "v2/types.yaml": {Data: []byte(types)},
	}
}

// contents returns all files of a set.
func contents(t testing.TB, set *output.Set) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, path := range set.Paths() {
		content, err := set.Content(path)
		if err != nil {
			t.Fatal(err)
		}
		all[path] = string(content)
	}
	return all
}

func generate(t testing.TB, fsys fstest.MapFS) map[string]string {
	t.Helper()
	set, findings := gen.Generate(fsys, gen.Options{})
	if set == nil {
		t.Fatal(findings)
	}
	return contents(t, set)
}

func TestGenerateVersionsSideBySide(t *testing.T) {
	files := generate(t, versions())
	for _, path := range []string{"eventv1/tick.gen.go", "eventv2/tick.gen.go"} {
		folder, _, _ := strings.Cut(path, "/")
		if !strings.Contains(files[path], "\npackage "+folder+"\n") {
			t.Errorf("%s is not a file of package %s:\n%s", path, folder, files[path])
		}
	}
}

func TestGenerateIsDeterministic(t *testing.T) {
	first, findings := gen.Generate(schemas.FS, gen.Options{})
	if first == nil {
		t.Fatal(findings)
	}
	for range 3 {
		again, _ := gen.Generate(schemas.FS, gen.Options{})
		if diff := cmp.Diff(contents(t, first), contents(t, again)); diff != "" {
			t.Fatalf("two runs differ: %s", diff)
		}
	}
}

// TestGenerateChangesLittle proves that a change in one schema leaves the files of the others as
// they are to the byte.
func TestGenerateChangesLittle(t *testing.T) {
	before := generate(t, versions())
	changed := versions()
	changed["v2/tick.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(event, "the sequence", "the number", 1))}
	after := generate(t, changed)
	var differ []string
	for _, path := range slices.Sorted(maps.Keys(after)) {
		if before[path] != after[path] {
			differ = append(differ, path)
		}
	}
	if !slices.Contains(differ, "eventv2/tick.gen.go") || !slices.Contains(differ, output.Manifest) {
		t.Errorf("the change is not in %v", differ)
	}
	for _, path := range differ {
		if strings.HasPrefix(path, "eventv1/") {
			t.Errorf("%s changed with a schema of v2", path)
		}
	}
}

func TestGenerateReportsAllVersions(t *testing.T) {
	broken := versions()
	for _, file := range []string{"v1/tick.yaml", "v2/types.yaml"} {
		broken[file] = &fstest.MapFile{Data: append([]byte("lots: 1\n"), broken[file].Data...)}
	}
	set, findings := gen.Generate(broken, gen.Options{Schemas: "schemas"})
	var got []string
	for _, f := range findings {
		got = append(got, f.File+" "+f.Rule)
	}
	if set != nil || !slices.Equal(got, []string{"schemas/v1/tick.yaml unknown-key", "schemas/v2/types.yaml unknown-key"}) {
		t.Errorf("got a set: %v, findings %v", set != nil, got)
	}
	set, findings = gen.Generate(fstest.MapFS{"README.md": {}}, gen.Options{Schemas: "schemas"})
	if set != nil || len(findings) != 1 || findings[0].Rule != "no-schemas" {
		t.Errorf("no versions: got %v, %v", set, findings)
	}
}

// TestGenerateFresh proves that a tree is taken as it is only while everything that it depends on
// is the same.
func TestGenerateFresh(t *testing.T) {
	tree := t.TempDir()
	set, findings := gen.Generate(versions(), gen.Options{Tree: tree})
	if set == nil {
		t.Fatal(findings)
	}
	if _, findings, err := set.Write(tree); err != nil || diag.HasErrors(findings) {
		t.Fatal(findings, err)
	}
	fresh := func(fsys fstest.MapFS) bool {
		t.Helper()
		set, findings := gen.Generate(fsys, gen.Options{Tree: tree})
		if set == nil {
			t.Fatal(findings)
		}
		_, err := set.Content("eventv1/tick.gen.go")
		return err != nil
	}
	if !fresh(versions()) {
		t.Error("the tree that was just written is generated again")
	}
	changed := versions()
	changed["v1/tick.yaml"] = &fstest.MapFile{Data: []byte(event + "# a comment\n")}
	if fresh(changed) {
		t.Error("a changed schema is not seen")
	}
	renamed := versions()
	renamed["v1/tock.yaml"] = renamed["v1/tick.yaml"]
	delete(renamed, "v1/tick.yaml")
	if fresh(renamed) {
		t.Error("a renamed schema file is not seen")
	}
	fewer := versions()
	delete(fewer, "v2/tick.yaml")
	delete(fewer, "v2/types.yaml")
	if fresh(fewer) {
		t.Error("a version that is gone is not seen")
	}
}

// BenchmarkGenerateCold loads, checks and writes all text of the repository's schemas.
func BenchmarkGenerateCold(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if set, findings := gen.Generate(schemas.FS, gen.Options{}); set == nil {
			b.Fatal(findings)
		}
	}
}

// BenchmarkGenerateNoop finds that there is nothing to do: what most runs of go generate are.
func BenchmarkGenerateNoop(b *testing.B) {
	tree := b.TempDir()
	set, findings := gen.Generate(schemas.FS, gen.Options{})
	if set == nil {
		b.Fatal(findings)
	}
	if _, _, err := set.Write(tree); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		set, findings := gen.Generate(schemas.FS, gen.Options{Tree: tree})
		if set == nil {
			b.Fatal(findings)
		}
		if report, _, err := set.Write(tree); err != nil || len(report.Written) > 0 {
			b.Fatal(report, err)
		}
	}
}
