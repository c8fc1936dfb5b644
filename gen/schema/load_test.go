package schema_test

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/gen/diag"
	"github.com/meltica/meltica/gen/schema"
	"github.com/meltica/meltica/schemas"
)

// typesYAML and eventYAML are a package without a fault that has one of everything. Most tests
// break it in one place.
const typesYAML = `scalars:
  - {name: TraceID, doc: identifies a frame., type: bytes, size: 16, since: 1}
  - {name: Reason, doc: is a text., type: string, max: 95, since: 1}
enums:
  - name: Kind
    doc: says what an event is.
    since: 1
    reserved: {ids: [9], names: [GONE]}
    values:
      - {id: 2, name: BOOK, since: 1, doc: a book}
      - {id: 1, name: TRADE, since: 1, doc: a trade}
structs:
  - name: Level
    doc: is a level.
    since: 1
    fields:
      - {id: 1, name: price, type: decimal, since: 1, doc: the price}
      - {id: 2, name: quantity, type: decimal, since: 1, doc: the quantity}
  - name: Trade
    doc: is a trade.
    since: 1
    fields:
      - {id: 1, name: best, type: Level, since: 1, doc: the level}
      - {id: 2, name: seen, type: bool, since: 1, doc: seen}
  - name: Book
    doc: is a book.
    since: 1
    fields:
      - {id: 1, name: bids, type: list, of: Level, max: 100, retain: 10, since: 1, doc: bids}
`

const eventYAML = `event: Tick
doc: is an event.
revision: 3
since: 1
pool: {capacity: 10, timeout: 100ms}
id: [provider, seq]
stream: [provider]
merge: [kind]
reserved: {ids: [70], names: [retired]}
fields:
  - {id: 1, name: provider, type: string, intern: true, since: 1, doc: the provider}
  - {id: 2, name: kind, type: Kind, since: 1, doc: the kind}
  - {id: 3, name: revision_no, type: uint16, auto: revision, since: 2, doc: the revision}
  - {id: 4, name: seq, type: uint64, since: 1, doc: the sequence}
  - {id: 5, name: at, type: time, since: 3, doc: the time}
  - {id: 6, name: trace, type: TraceID, since: 1, doc: the trace}
  - {id: 7, name: data, type: bytes, max: 1000, retain: 100, since: 1, doc: bytes}
  - id: 8
    name: payload
    type: union
    tag: kind
    since: 1
    doc: the body
    arms:
      - {id: 1, name: trade, of: Trade, tag: TRADE, delivery: queue, since: 1, doc: a trade}
      - {id: 2, name: book, of: Book, tag: BOOK, delivery: merge, since: 1, doc: a book}
`

// load loads the two files and further ones.
func load(types, event string, more map[string]string) (*schema.Package, []diag.Finding) {
	fsys := fstest.MapFS{
		"v1/types.yaml":     {Data: []byte(types)},
		"v1/tick.yaml":      {Data: []byte(event)},
		"v1/README.md":      {Data: []byte("not a schema")},
		"v1/lock/tick.yaml": {Data: []byte("not: read")},
	}
	for name, text := range more {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return schema.Load(fsys, "v1")
}

func TestLoadModel(t *testing.T) {
	p, findings := load(typesYAML, eventYAML, nil)
	if len(findings) > 0 {
		t.Fatalf("findings in a good package: %v", findings)
	}
	if p.Version != 1 || !slices.Equal(p.Files, []string{"v1/tick.yaml", "v1/types.yaml"}) {
		t.Errorf("got version %d of files %v", p.Version, p.Files)
	}
	e := p.Events[0]
	if e.Revision != 3 || e.Pool != (schema.Pool{Capacity: 10, Timeout: 100 * time.Millisecond}) || e.Delivery != schema.DeliveryNone {
		t.Errorf("got event %+v", e)
	}
	if e.ID[1] != e.Fields[3] || e.Stream[0] != e.Fields[0] || e.Merge[0] != e.Fields[1] {
		t.Error("keys are not the fields of the event")
	}
	if diff := cmp.Diff(schema.Reserved{IDs: []int{70}, Names: []string{"retired"}}, e.Reserved); diff != "" {
		t.Errorf("reserved: %s", diff)
	}
	if !e.Fields[2].AutoRevision || e.Fields[1].AutoRevision {
		t.Error("the wrong field is stamped with the revision")
	}
	var types []schema.Type
	for _, f := range e.Fields[:7] {
		types = append(types, f.Type)
	}
	want := []schema.Type{schema.String{}, schema.EnumRef{Enum: p.Enums[0]}, schema.Int{Bits: 16}, schema.Int{Bits: 64},
		schema.Time{}, schema.ScalarRef{Scalar: p.Scalars[0]}, schema.Bytes{Max: 1000, Retain: 100}}
	if !slices.Equal(types, want) {
		t.Errorf("got types %v, want %v", types, want)
	}
	u := e.Fields[7].Type.(*schema.Union)
	if u.Tag != e.Fields[1] || len(u.Arms) != 2 || u.Arms[1].Of != p.Structs[2] || u.Arms[1].Delivery != schema.DeliveryMerge {
		t.Errorf("got union %+v", u)
	}
	// Values are ordered by id, whatever the order of the file.
	if v := p.Enums[0].Values; v[0].Name != "TRADE" || u.Arms[0].Tag != v[0] {
		t.Errorf("got values %v", v)
	}
	if at := e.Fields[3].Pos; at != (schema.Position{File: "v1/tick.yaml", Line: 14, Column: 19}) {
		t.Errorf("got position %v of seq", at)
	}
	if s := p.Scalars; s[0].Text || s[0].Size != 16 || !s[1].Text || s[1].Size != 95 {
		t.Errorf("got scalars %+v %+v", s[0], s[1])
	}
}

func TestLoadRepository(t *testing.T) {
	p, findings := schema.Load(schemas.FS, "v1")
	if len(findings) > 0 {
		t.Fatalf("findings: %v", findings)
	}
	if len(p.Events) != 6 {
		t.Errorf("got %d events, want 6", len(p.Events))
	}
}

// TestLoadPositions proves that every position of the repository's model points at the name of
// what it belongs to.
func TestLoadPositions(t *testing.T) {
	p, findings := schema.Load(schemas.FS, "v1")
	if p == nil {
		t.Fatal(findings)
	}
	files := map[string][]string{}
	for _, file := range p.Files {
		text, err := fs.ReadFile(schemas.FS, file)
		if err != nil {
			t.Fatal(err)
		}
		files[file] = strings.Split(string(text), "\n")
	}
	places := 0
	f := func(name string, at schema.Position) {
		t.Helper()
		places++
		line := files[at.File][at.Line-1]
		if rest := line[at.Column-1:]; !strings.HasPrefix(rest, name) || len(rest) > len(name) && !strings.ContainsAny(rest[len(name):len(name)+1], ",\n") {
			t.Errorf("the position of %s points at %q", name, rest)
		}
	}
	fields := func(s *schema.Struct) {
		f(s.Name, s.Pos)
		for _, field := range s.Fields {
			f(field.Name, field.Pos)
			if u, ok := field.Type.(*schema.Union); ok {
				for _, arm := range u.Arms {
					f(arm.Name, arm.Pos)
				}
			}
		}
	}
	for _, s := range p.Scalars {
		f(s.Name, s.Pos)
	}
	for _, e := range p.Enums {
		f(e.Name, e.Pos)
		for _, v := range e.Values {
			f(v.Name, v.Pos)
		}
	}
	for _, s := range p.Structs {
		fields(s)
	}
	for _, e := range p.Events {
		fields(&e.Struct)
	}
	if places < 200 {
		t.Errorf("only %d places looked at", places)
	}
}

// TestLoadAllAtOnce proves that one run reports the faults of all files, sorted.
func TestLoadAllAtOnce(t *testing.T) {
	types := strings.ReplaceAll(typesYAML, "size: 16", "size: 300")
	event := strings.NewReplacer("revision: 3", "revison: 3", "type: time", "type: tme", "of: Book", "of: Bock").Replace(eventYAML)
	p, findings := load(types, event, map[string]string{"v1/broken.yaml": "event: [", "v1/empty.yaml": ""})
	if p != nil {
		t.Error("got a package beside errors")
	}
	var got []string
	for _, f := range findings {
		got = append(got, f.File+" "+f.Rule)
	}
	want := []string{"v1/broken.yaml yaml-syntax", "v1/empty.yaml empty-file",
		"v1/tick.yaml missing-key", "v1/tick.yaml unknown-key", "v1/tick.yaml unknown-type", "v1/tick.yaml unknown-type",
		"v1/types.yaml number-range"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got): %s", diff)
	}
}

func TestLoadFolder(t *testing.T) {
	f := func(fsys fstest.MapFS, dir, rule string) {
		t.Helper()
		p, findings := schema.Load(fsys, dir)
		if p != nil || len(findings) != 1 || findings[0].Rule != rule {
			t.Errorf("Load(%s): got package %v and %v, want one finding of %s", dir, p != nil, findings, rule)
		}
	}
	f(fstest.MapFS{}, "v1", "unreadable")
	f(fstest.MapFS{"v1/a.txt": {}}, "v1", "no-schemas")
	f(fstest.MapFS{"one/a.yaml": {}}, "one", "version-folder")
	f(fstest.MapFS{"v01/a.yaml": {}}, "v01", "version-folder")
	f(fstest.MapFS{"v1/a.yml": {Data: []byte(eventYAML)}}, "v1", "file-name")
	f(fstest.MapFS{"v1/a.yaml": {Data: make([]byte, 4<<20+1)}}, "v1", "file-too-large")
	f(fstest.MapFS{"v1/a.yaml": {Data: []byte("event: " + strings.Repeat("[", 600_000))}}, "v1", "too-complex")
}

// TestLoadWindowsLines proves that line ends of Windows move no position.
func TestLoadWindowsLines(t *testing.T) {
	event := strings.Replace(eventYAML, "type: time", "type: tiem", 1)
	_, want := load(typesYAML, event, nil)
	_, got := load(strings.ReplaceAll(typesYAML, "\n", "\r\n"), strings.ReplaceAll(event, "\n", "\r\n"), nil)
	if diff := cmp.Diff(want, got); diff != "" || len(want) != 1 {
		t.Errorf("(-unix +windows): %s", diff)
	}
}

func TestVersions(t *testing.T) {
	fsys := fstest.MapFS{"v10/a": {}, "v2/a": {}, "v1/a": {}, "vx/a": {}, "v0/a": {}, "v3": {}}
	got, err := schema.Versions(fsys)
	if err != nil || !slices.Equal(got, []string{"v1", "v2", "v10"}) {
		t.Errorf("got %v, %v", got, err)
	}
}

// TestLoadBoundsFindings proves that a file of garbage ends in a bounded report.
func TestLoadBoundsFindings(t *testing.T) {
	var b strings.Builder
	b.WriteString("scalars:\n")
	for range 3000 {
		b.WriteString("  - 1\n")
	}
	_, findings := load(b.String(), eventYAML, nil)
	rules := map[string]int{}
	for _, f := range findings {
		rules[f.Rule]++
	}
	if len(findings) != 1001 || rules["too-many-findings"] != 1 {
		t.Errorf("got %d findings of rules %v, want 1001", len(findings), slices.Sorted(maps.Keys(rules)))
	}
}
