package schema_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/meltica/meltica/gen/diag"
	"github.com/meltica/meltica/gen/schema"
	"github.com/meltica/meltica/schemas"
)

// checkLoad holds what Load promises for any input: a package or an error, and places that are
// in the file.
func checkLoad(t *testing.T, text string) {
	fsys := fstest.MapFS{"v1/a.yaml": {Data: []byte(text)}, "v1/types.yaml": {Data: []byte(typesYAML)}}
	p, findings := schema.Load(fsys, "v1")
	if (p == nil) != diag.HasErrors(findings) {
		t.Fatalf("package: %v, findings: %v", p != nil, findings)
	}
	if !slices.IsSortedFunc(findings, diag.Finding.Compare) {
		t.Errorf("findings are not sorted: %v", findings)
	}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for _, f := range findings {
		if f.Rule == "" || f.Message == "" || strings.ContainsAny(f.Message+f.Hint, "\n\x00") || len(f.Message) > 600 {
			t.Errorf("finding without a rule or with a message of more than one line: %+v", f)
		}
		if f.File != "v1/a.yaml" || f.Line == 0 {
			continue
		}
		if f.Line > len(lines) || f.Column < 1 || f.Column > utf8.RuneCountInString(lines[f.Line-1])+1 {
			t.Errorf("finding outside of the file: %+v", f)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(typesYAML)
	f.Add(eventYAML)
	for _, s := range hostile() {
		f.Add(s)
	}
	files, err := schema.Files(schemas.FS, "v1")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(schemas.FS, file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(checkLoad)
}

// TestLoadMutated swaps words and lines of the good package at random: what is almost right gets
// deeper into the checks than what a fuzzer finds.
func TestLoadMutated(t *testing.T) {
	text := typesYAML + eventYAML
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,:{}[]\n-", r) })
	words = append(words, "", "union", "time", "list", "bytes", "0", "-1", "x", "[]", "{}", "~", "true", "'", ": ", "\n", "  ")
	rapid.Check(t, func(rt *rapid.T) {
		types, event := typesYAML, eventYAML
		for range rapid.IntRange(1, 6).Draw(rt, "changes") {
			old, word := rapid.SampledFrom(words).Draw(rt, "old"), rapid.SampledFrom(words).Draw(rt, "new")
			n := rapid.IntRange(-1, 2).Draw(rt, "times")
			if rapid.Bool().Draw(rt, "in the event") {
				event = strings.Replace(event, old, word, n)
			} else {
				types = strings.Replace(types, old, word, n)
			}
			if len(types)+len(event) > 100_000 {
				rt.Skip("too long")
			}
		}
		p, findings := load(types, event, nil)
		if (p == nil) != diag.HasErrors(findings) {
			rt.Fatalf("package: %v, findings: %v", p != nil, findings)
		}
		for _, f := range findings {
			src := map[string]string{"v1/types.yaml": types, "v1/tick.yaml": event}[f.File]
			lines := strings.Split(src, "\n")
			if f.Line < 1 || f.Line > len(lines) || f.Column < 1 || f.Column > utf8.RuneCountInString(lines[f.Line-1])+1 {
				rt.Errorf("finding outside of the file: %+v", f)
			}
		}
	})
}

// hostile returns inputs that broke parsers.
func hostile() []string {
	return []string{
		"", "-", "?", ":", "[", "{", "|", ">", "'", "\"", "&", "*", "!", "%", "@", "`", "- -", "? ?", "{?", "[-", "a: [", "a: {", "a: |\n",
		"a:\n\t- b", "\ufeffevent: A", "event: A\r", "---\n---\n", "...\n", "--- |\n", "event: &a [*a, *a]",
		"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n", "event: !!binary x", "<<: *x", "{}: {}", "[]: []", "event: {event: {event: {}}}",
		"event:\n- - - - - - - - - - - - - - - - - - - - - a", "event: \"\\u0000\"", "event: 'a\n\n  b'", "event: a\n fields: b",
		"fields: [{id: 1}, 2, null, [], ~]", "event: .nan", "event: -.inf", "event: 0b1", "event: 1_0", "\xff", "\u00e9: \xc3",
		"reserved: {ids: [1.5, x], names: [1]}", "enums: [{values: [{}]}]", "structs: [{fields: [{type: list}]}]",
		"event: A\nfields: [{type: union, arms: [{}]}]", "event: A\nfields: [{type: union, tag: x, arms: [1]}, {name: x, type: Kind}]",
	}
}

// TestLoadHostile proves that the size of a hostile file bounds the work on it.
func TestLoadHostile(t *testing.T) {
	for _, s := range hostile() {
		checkLoad(t, s)
		checkLoad(t, "event: A\ndoc: b\n"+s)
	}
	for _, unit := range []string{"[", "{", "- ", "? ", "a: ", "{a: ", "[a, ", "a\n", "- a\n", "'", "\"", "#", "# a\n", "a: |\n", "\u00e9", "&a ", "*a ", "!a ", "---\n", "a: 1\n", " ", "\n", "\t", "a: b: ",
		"- a: 1\n", "  b: 1\n", "{a: b}, ", "- {a: b}\n", "a: [b]\n", " - a:\n   - b\n"} {
		for _, head := range []string{"", "fields: ", "fields:\n", "event: A\nfields: ["} {
			checkLoad(t, head+strings.Repeat(unit, 200))
		}
	}
	// A name of any length, repeated by every finding that is about it.
	long := strings.Repeat("x", 10_000)
	checkLoad(t, "event: "+long+"\nfields:\n"+strings.Repeat("  - {id: 1, name: "+long+", type: "+long+", lots: 1}\n", 10))
	// Declarations that refer to each other as much as they can.
	var b strings.Builder
	b.WriteString("structs:\n")
	for range 500 {
		b.WriteString("  - {name: S" + strings.Repeat("a", 30) + ", doc: x, since: 1, fields: [{id: 1, name: a, type: T" + strings.Repeat("b", 30) + ", since: 1, doc: x}]}\n")
	}
	checkLoad(t, b.String())
}
