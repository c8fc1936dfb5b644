package schema_test

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/meltica/meltica/gen/schema"
	"github.com/meltica/meltica/schemas"
)

// definition is what the test needs of a part of schema.json.
type definition map[string]any

func (d definition) at(key string) definition {
	m, _ := d[key].(map[string]any)
	return m
}

func readSchema(t *testing.T) (definition, *jsonschema.Schema) {
	t.Helper()
	text, err := os.ReadFile("../../schemas/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return doc.(map[string]any), compiled
}

// instance turns YAML into what the validator takes.
func instance(t *testing.T, text []byte) any {
	t.Helper()
	asJSON, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSchemaJSONAcceptsRepository(t *testing.T) {
	_, compiled := readSchema(t)
	files, err := schema.Files(schemas.FS, "v1")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %v, %v", files, err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(schemas.FS, file)
		if err != nil {
			t.Fatal(err)
		}
		if err := compiled.Validate(instance(t, text)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// TestSchemaJSONRefuses proves that the editor's schema sees what it can see. It can't see what
// depends on another place of the file.
func TestSchemaJSONRefuses(t *testing.T) {
	_, compiled := readSchema(t)
	for _, good := range []string{typesYAML, eventYAML} {
		if err := compiled.Validate(instance(t, []byte(good))); err != nil {
			t.Fatal(err)
		}
	}
	f := func(text, old, new string) {
		t.Helper()
		if !strings.Contains(text, old) {
			t.Fatalf("the schema does not hold %q", old)
		}
		if compiled.Validate(instance(t, []byte(strings.Replace(text, old, new, 1)))) == nil {
			t.Errorf("%q for %q is accepted", new, old)
		}
	}
	f(eventYAML, "revision: 3", "revison: 3")
	f(eventYAML, "revision: 3", "revision: three")
	f(eventYAML, "doc: is an event.\n", "")
	f(eventYAML, "capacity: 10", "capacity: 0")
	f(eventYAML, "100ms", "soon")
	f(eventYAML, ", intern: true", "")
	f(eventYAML, "intern: true", "intern: false")
	f(eventYAML, "type: uint64,", "type: uint64, max: 3,")
	f(eventYAML, ", max: 1000", "")
	f(eventYAML, "name: at,", "name: At,")
	f(eventYAML, "    tag: kind\n", "")
	f(eventYAML, "delivery: queue", "delivery: quick")
	f(eventYAML, "id: 5", "id: 65536")
	f(typesYAML, "size: 16, ", "")
	f(typesYAML, "max: 95", "size: 95")
	f(typesYAML, "size: 16", "size: 256")
	f(typesYAML, "of: Level, ", "")
	f(typesYAML, "id: 2, name: BOOK", "id: 256, name: BOOK")
	f(typesYAML, "scalars:", "scalers:")
}

// TestSchemaJSONKeys holds the keys of schema.json to those of the loader.
func TestSchemaJSONKeys(t *testing.T) {
	doc, _ := readSchema(t)
	defs := doc.at("$defs")
	shapes := schema.Shapes()
	if diff := cmp.Diff(slices.Sorted(maps.Keys(shapes)), slices.Sorted(maps.Keys(defs))); diff != "" {
		t.Fatalf("definitions (-loader +schema.json): %s", diff)
	}
	for name, shape := range shapes {
		def := defs.at(name)
		if diff := cmp.Diff(slices.Sorted(slices.Values(shape.Keys)), slices.Sorted(maps.Keys(def.at("properties")))); diff != "" {
			t.Errorf("keys of %s (-loader +schema.json): %s", name, diff)
		}
		if diff := cmp.Diff(sorted(shape.Required), texts(def["required"])); diff != "" {
			t.Errorf("required keys of %s (-loader +schema.json): %s", name, diff)
		}
		if def["additionalProperties"] != false {
			t.Errorf("%s takes any key", name)
		}
		for key := range def.at("properties") {
			if text, _ := def.at("properties").at(key)["description"].(string); text == "" {
				t.Errorf("%s.%s has no description", name, key)
			}
		}
	}
}

// TestSchemaJSONTypeKeys holds the keys that depend on a field's type to those of the loader.
func TestSchemaJSONTypeKeys(t *testing.T) {
	doc, _ := readSchema(t)
	field := doc.at("$defs").at("field")
	rules := map[string]definition{}
	for _, rule := range field["allOf"].([]any) {
		rule := definition(rule.(map[string]any))
		if typ, ok := rule.at("if").at("properties").at("type")["const"].(string); ok {
			rules[typ] = rule.at("then")
		}
	}
	for _, typ := range schema.BuiltinTypes() {
		required, optional := schema.TypeKeys(typ)
		rule, special := rules[typ]
		if special != (len(required)+len(optional) > 0) {
			t.Errorf("type %s: schema.json has a rule: %v, the loader: %v %v", typ, special, required, optional)
		}
		if !special {
			continue
		}
		if diff := cmp.Diff(sorted(required), texts(rule["required"])); diff != "" {
			t.Errorf("required keys of type %s (-loader +schema.json): %s", typ, diff)
		}
		for _, key := range append(slices.Clone(required), optional...) {
			if rule.at("properties")[key] != nil || rule["properties"].(map[string]any)[key] == false {
				t.Errorf("schema.json refuses %s for type %s", key, typ)
			}
		}
	}
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }

// texts returns a JSON list of texts, sorted, or nil.
func texts(list any) []string {
	var all []string
	items, _ := list.([]any)
	for _, item := range items {
		all = append(all, item.(string))
	}
	return sorted(all)
}
