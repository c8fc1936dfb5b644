package golang_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/goccy/go-json"
	"github.com/meltica/meltica/gen/golang"
	"github.com/meltica/meltica/gen/schema"
)

// everything returns a package with every construct of the schema language, also those that
// the real schemas have no use for yet: version 9.
func everything() *schema.Package {
	short := &schema.Scalar{Name: "ShortText", Doc: "is too short for a number.", Text: true, Size: 7}
	long := &schema.Scalar{Name: "LongText", Doc: "is longer than a byte can count.", Text: true, Size: 300}
	number := &schema.Scalar{Name: "Number", Doc: "is one byte.", Size: 1}
	kind := &schema.Enum{Name: "DeedKind", Doc: "says which body follows.", Values: []*schema.EnumValue{
		{ID: 1, Name: "PLAIN", Doc: "flat"}, {ID: 3, Name: "TYPE", Doc: "a keyword"}, {ID: 255, Name: "DEEP_URL", Doc: "the last"},
	}}
	one := &schema.Enum{Name: "One", Doc: "has one value.", Values: []*schema.EnumValue{{ID: 7, Name: "ONLY", Doc: "it"}}}

	flat := fields("Plain", schema.Bool{}, schema.Decimal{}, schema.String{}, schema.Time{},
		schema.Int{Bits: 8}, schema.Int{Bits: 16}, schema.Int{Bits: 32}, schema.Int{Bits: 64},
		schema.Int{Bits: 8, Signed: true}, schema.Int{Bits: 16, Signed: true}, schema.Int{Bits: 32, Signed: true},
		schema.Int{Bits: 64, Signed: true}, schema.ScalarRef{Scalar: short}, schema.ScalarRef{Scalar: long},
		schema.ScalarRef{Scalar: number}, schema.EnumRef{Enum: one})
	small := fields("Dot", schema.Bool{}, schema.String{})
	inner := fields("Inner", schema.List{Of: small, Max: 100, Retain: 9}, schema.Bytes{Max: 64, Retain: 4096})
	deep := fields("Deep", schema.StructRef{Struct: inner}, schema.StructRef{Struct: flat},
		schema.List{Of: inner, Max: 50, Retain: 10}, schema.List{Of: small, Max: 40, Retain: 8},
		schema.List{Of: inner, Max: 3, Retain: 10}, schema.List{Of: small, Max: 20, Retain: 12},
		schema.Bytes{Max: 10, Retain: 100}, schema.Bytes{Max: 10, Retain: 200})

	tag := &schema.Field{ID: 50, Name: "kind", Doc: "which", Type: schema.EnumRef{Enum: kind}}
	revision := &schema.Field{ID: 51, Name: "schema_revision", Doc: "revision", Type: schema.Int{Bits: 16}, AutoRevision: true}
	body := &schema.Field{ID: 52, Name: "body", Doc: "what follows", Type: &schema.Union{Tag: tag, Arms: []*schema.Arm{
		{ID: 1, Name: "plain", Of: flat, Tag: kind.Values[0], Delivery: schema.DeliveryLatest},
		{ID: 2, Name: "type", Of: inner, Tag: kind.Values[1], Delivery: schema.DeliveryMerge},
		{ID: 3, Name: "deep_url", Of: deep, Tag: kind.Values[2], Delivery: schema.DeliveryLossless},
	}}}
	deed := &schema.Event{Struct: *fields("Deed", schema.List{Of: flat, Max: 90, Retain: 10}, schema.Bytes{Max: 90, Retain: 90},
		schema.StructRef{Struct: deep}, schema.Decimal{}, schema.ScalarRef{Scalar: long}, schema.Bool{}, schema.Int{Bits: 32, Signed: true}),
		File: "deed.yaml", Revision: 7, Pool: schema.Pool{Capacity: 3, Timeout: 50 * time.Millisecond}}
	deed.Fields = append(deed.Fields, tag, revision, body)
	deed.ID = append(deed.ID, deed.Fields[3:8]...)
	deed.Stream, deed.Merge = deed.Fields[4:5], deed.Fields[5:8]
	note := &schema.Event{Struct: *fields("Note", schema.StructRef{Struct: deep}, schema.ScalarRef{Scalar: short}),
		File: "note.yaml", Revision: 1, Pool: schema.Pool{Capacity: 1, Timeout: time.Second}, Delivery: schema.DeliveryQueue}
	note.ID = note.Fields[1:]
	return &schema.Package{
		Version: 9, Files: []string{"v9/deed.yaml", "v9/note.yaml", "v9/types.yaml"},
		Scalars: []*schema.Scalar{short, long, number}, Enums: []*schema.Enum{kind, one},
		Structs: []*schema.Struct{deep, flat, inner, small}, // a holder before what it holds
		Events:  []*schema.Event{deed, note},
	}
}

// fields returns a struct with one field of each type.
func fields(name string, types ...schema.Type) *schema.Struct {
	s := &schema.Struct{Name: name, Doc: "is one of many."}
	for i, typ := range types {
		s.Fields = append(s.Fields, &schema.Field{ID: i + 1, Name: "field_" + strconv.Itoa(i+1), Doc: "a field", Type: typ})
	}
	return s
}

// The code for every construct compiles and passes the tests that come with it.
func TestEverything(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs a package")
	}
	files, err := golang.Files(everything())
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	// The package exists in an overlay only, so that it is part of the module and no file of it.
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	dir := t.TempDir()
	for _, f := range files {
		path := filepath.Join(dir, filepath.Base(f.Path))
		if err := os.WriteFile(path, f.Content, 0o600); err != nil {
			t.Fatal(err)
		}
		overlay.Replace[filepath.Join(root, "generated", filepath.FromSlash(f.Path))] = path
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, text, 0o600); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(dir, "eventv9.test")
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-vet=off", "-o", binary, "-overlay", list, "./generated/eventv9")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%.5000s", err, out)
	}
	run := exec.CommandContext(t.Context(), binary)
	run.Dir = dir
	if out, err := run.CombinedOutput(); err != nil {
		t.Errorf("%v\n%.5000s", err, out)
	}
}
