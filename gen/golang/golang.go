// Package golang writes the Go package of one schema version: pooled struct types with Reset,
// Clone, Equal, JSON and pools, and the tests that hold them to it.
//
// plan.go decides every Go name and type. Each other file emits one concern; its functions
// return code and never write files. The functions of this package are pure and safe for
// concurrent use.
package golang

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"

	"github.com/meltica/meltica/gen/schema"
)

// File is one generated file.
type File struct {
	Path    string // under the folder of generated code, with slashes: eventv1/ws_frame.gen.go
	Source  string // schema file or folder that it was made from: schemas/v1/ws_frame.yaml
	Content []byte // formatted Go without the header that names it generated
}

//go:embed *.go
var sources embed.FS

// jennifer is the version of the library that formats the output; a test holds it to go.mod.
const jennifer = "v1.7.1"

// Fingerprint identifies this version of the generator: equal fingerprints and equal schemas
// give equal files.
func Fingerprint() string {
	sum := sha256.New()
	fmt.Fprintln(sum, "jennifer", jennifer)
	names, err := fs.Glob(sources, "*.go")
	if err != nil {
		panic("golang: " + err.Error()) // the pattern is constant
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := sources.ReadFile(name)
		if err != nil {
			panic("golang: embedded source: " + err.Error())
		}
		fmt.Fprintln(sum, name, len(text))
		sum.Write(text)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// unit is a file before it is formatted.
type unit struct {
	name   string // without folder
	source string
	head   string // above the package clause
	body   code
}

// Files returns the files of the Go package for p, in a fixed order and the same for the same
// p to the byte. It fails on a schema that Go can't express.
func Files(p *schema.Package) ([]File, error) {
	pl, err := newPlan(p)
	if err != nil {
		return nil, err
	}
	units, err := pl.units()
	if err != nil {
		return nil, err
	}
	files := make([]File, 0, len(units))
	for _, u := range units {
		content, err := file(pl.pkg, u.head, u.body)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", u.name, err)
		}
		files = append(files, File{Path: pl.pkg + "/" + u.name, Source: u.source, Content: content})
	}
	return files, nil
}

// units returns all files, unformatted.
func (pl *plan) units() ([]unit, error) {
	pkg := vars{"pkg": pl.pkg}
	types := pl.source + "/types.yaml"
	units := []unit{
		{"doc.gen.go", pl.source, packageDoc(pl), ""},
		{"enums.gen.go", types, "", join(expand(string(enumErrors()), pkg), eachOf(pl.enums, enumType), deliveryType())},
		{"guard.gen.go", pl.source, "", guards(pl)},
		{"json.gen.go", pl.source, "", join(jsonSupport(pl), idSupport())},
		{"pools.gen.go", pl.source, "", pools(pl)},
		{"scalars.gen.go", types, "", join(expand(string(scalarErrors()), pkg), eachOf(pl.scalars, scalarType))},
		{"types.gen.go", types, "", join(eachOf(pl.structs, structCode), eachOf(pl.lists(), listCode))},
	}
	for _, st := range pl.events {
		body, err := eventCode(st)
		if err != nil {
			return nil, err
		}
		units = append(units, unit{fileName(st.Name) + ".gen.go", pl.source + "/" + fileName(st.Name) + ".yaml", "", body})
	}
	return append(units, pl.testUnits()...), nil
}

// testUnits returns the files of the tests, unformatted.
func (pl *plan) testUnits() []unit {
	pkg := vars{"pkg": pl.pkg}
	types := pl.source + "/types.yaml"
	const allocs = "// allocsCount says whether counts of allocations mean something: the race detector and\n" +
		"// package pool's debug mode add their own.\n"
	units := []unit{
		{"enums.gen_test.go", types, "", join(eachOf(pl.enums, enumTests), deliveryTests(), supportEnums)},
		{"json.gen_test.go", pl.source, "", join(jsonSupportTests, idSupportTests, supportJSON)},
		{"pools.gen_test.go", pl.source, "", join(poolsTests(pl), supportPools)},
		{"scalars.gen_test.go", types, "", eachOf(pl.scalars, scalarTests)},
		{"support.gen_test.go", pl.source, "", join(supportFill, supportMemory, expand(supportObject, pkg), supportKeys, supportBench)},
		{"support_allocs.gen_test.go", pl.source, "//go:build !race && !pooldebug\n", allocs + "const allocsCount = true"},
		{"support_noallocs.gen_test.go", pl.source, "//go:build race || pooldebug\n", allocs + "const allocsCount = false"},
		{"types.gen_test.go", types, "", eachOf(pl.structs, func(st *structure) code { return join(typeTests(st), benchmarks(st)) })},
	}
	for _, st := range pl.events {
		units = append(units, unit{
			fileName(st.Name) + ".gen_test.go", pl.source + "/" + fileName(st.Name) + ".yaml", "",
			join(typeTests(st), unionTests(st), keyTests(st), benchmarks(st)),
		})
	}
	return units
}

// eachOf emits one declaration after another.
func eachOf[T any](list []T, emit func(T) code) code {
	parts := make([]code, 0, len(list))
	for _, x := range list {
		parts = append(parts, emit(x))
	}
	return join(parts...)
}

// structCode emits a shared struct.
func structCode(st *structure) code {
	return join(structType(st), resetMethod(st), cloneMethods(st), equalMethod(st), jsonMethods(st))
}

// listCode emits the helpers for lists of st.
func listCode(st *structure) code {
	return join(listReset(st), listClone(st), listEqual(st), listJSON(st))
}

// eventCode emits an event.
func eventCode(st *structure) (code, error) {
	id, err := eventID(st)
	if err != nil {
		return "", err
	}
	parts := []code{eventConst(st), structType(st)}
	if st.union != nil {
		parts = append(parts, unionTypes(st), unionMethods(st))
	}
	return join(append(parts, resetMethod(st), cloneMethods(st), equalMethod(st), id, keyMethods(st),
		deliveryMethod(st), jsonMethods(st))...), nil
}

// packageDoc returns the package comment.
func packageDoc(pl *plan) string {
	return string(expand(`// Package $pkg holds the event types of $source: plain structs with Reset, Clone, Equal,
// EventID and canonical JSON, and the bounded pools that they are borrowed from.
//
// # Ownership
//
// Pools.X.Get lends an object in its zero state. Its lease says who owns it: only the owner may
// touch the object, and the owner calls Put exactly once or gives the lease away. Put resets the
// object; a second, stale or foreign Put panics.
//
// A clone is an ordinary object on the heap. It has no lease, so it can't be Put; it shares no
// memory with its source and belongs to whoever received it. Keep values of it, not pointers
// into it or slices of it, beyond the call that it was handed to.
//
// Reset keeps the memory of lists and buffers within the bounds of the schema; nothing of the
// old content can be seen in it. A list or buffer that grew past its bound is dropped.
//
// Nothing here locks: an object is used by one goroutine at a time. Pools are safe for
// concurrent use.`, vars{"pkg": pl.pkg, "source": pl.source}))
}
