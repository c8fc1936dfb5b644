package golang

import (
	"slices"
	"strconv"
	"strings"

	"github.com/meltica/meltica/gen/schema"
)

// typeTests emits the tests of one struct or event.
func typeTests(st *structure) code {
	v := vars{"T": st.Name, "stem": st.stem, "allocs": cloneAllocs(st), "nested": nested(st), "hidden": ""}
	if st.union != nil {
		v["hidden"] = `, "used", "arms"`
	}
	v["fields"] = lines(st.fields, func(f *field) code {
		return expand("{$name, $typ, $json},", vars{
			"name": strconv.Quote(f.name), "typ": strconv.Quote(strings.ReplaceAll(f.typ, "@", "")), "json": strconv.Quote(f.Name),
		})
	})
	v["keys"] = lines(st.fields, func(f *field) code { return code(strconv.Quote(f.Name) + ",") })
	v["bounds"] = lines(st.fields, func(f *field) code { return boundTest(st, f) })
	v["json"] = lines(st.fields, func(f *field) code { return jsonTest(st, f) })
	return join(variantsFunc(st), expand(`
func Test${T}Fields(t *@testing.T) {
	checkFields[$T](t, []fieldWant{
$fields}$hidden)
}

func Test${T}Reset(t *@testing.T) {
	checkReset(t, ${stem}Variants())
$bounds}

func Test${T}Clone(t *@testing.T) {
	checkClone(t, ${stem}Variants(), $allocs)
}

func Test${T}CloneInto(t *@testing.T) {
	checkCloneInto(t, ${stem}Variants()$nested)
}

func Test${T}Equal(t *@testing.T) {
	checkEqual(t, ${stem}Variants())
}

func Test${T}JSON(t *@testing.T) {
	checkJSON(t, ${stem}Variants(), []string{
$keys}...)
$json}

func Fuzz${T}JSON(f *@testing.F) {
	fuzzJSON(f, ${stem}Variants())
}`, v))
}

// variantsFunc emits the ways to fill a type.
func variantsFunc(st *structure) code {
	v := vars{"T": st.Name, "stem": st.stem}
	if st.union == nil {
		return expand(`
// ${stem}Variants are the ways to fill $T: one.
func ${stem}Variants() []variant[$T] { return plain[$T]() }`, v)
	}
	return expand(`
// ${stem}Variants are the ways to fill $T: without a body and with each.
func ${stem}Variants() []variant[$T] {
	list := plain[$T]()
	for _, arm := range ${stem}ArmCases() {
		list = append(list, variant[$T]{arm.name, func(x *$T, f *filler) {
			f.fill(@reflect.ValueOf(x).Elem())
			f.fill(@reflect.ValueOf(arm.set(x)).Elem())
		}})
	}
	return list
}`, v)
}

// fillLength is how many elements the lists of a filled object have.
const fillLength = 3

// cloneAllocs returns the allocations of a clone of each variant.
func cloneAllocs(st *structure) string {
	counts := []string{strconv.Itoa(1 + partAllocs(st))}
	if st.union != nil {
		for _, a := range st.union.arms {
			counts = append(counts, strconv.Itoa(1+partAllocs(st)+partAllocs(a.of)))
		}
	}
	return strings.Join(counts, ", ")
}

// partAllocs returns the allocations for the lists and buffers of a clone of st.
func partAllocs(st *structure) int {
	n := len(elements(st))
	for _, f := range st.fields {
		switch {
		case isBytes(f):
			n++
		case isStruct(f):
			n += partAllocs(f.of)
		case isList(f):
			n += fillLength * partAllocs(f.of)
		}
	}
	return n
}

// nested returns the names of the arms whose lists hold lists, quoted, as arguments.
func nested(st *structure) string {
	text := ""
	if st.union == nil {
		return text
	}
	for _, a := range st.union.arms {
		if hasNested(a.of) {
			text += ", " + strconv.Quote(a.Name)
		}
	}
	return text
}

// hasNested reports whether a list in st holds memory of its own.
func hasNested(st *structure) bool {
	for _, f := range st.fields {
		if isList(f) && f.of.deep || isStruct(f) && hasNested(f.of) {
			return true
		}
	}
	return false
}

// boundTest emits the test of what a Reset keeps of one list or buffer.
func boundTest(st *structure, f *field) code {
	v := vars{"T": st.Name, "F": f.name}
	switch t := f.Type.(type) {
	case schema.List:
		v["retain"], v["E"] = strconv.Itoa(t.Retain), f.of.Name
		return expand(`	checkBound(t, $retain, func(x *$T, n int) { x.$F = make([]$E, 1, n) }, func(x *$T) int { return cap(x.$F) })`, v)
	case schema.Bytes:
		v["retain"] = strconv.Itoa(t.Retain)
		return expand(`	checkBound(t, $retain, func(x *$T, n int) { x.$F = bufferOf(n) }, func(x *$T) int { return bufferMemory(&x.$F).Cap() })`, v)
	}
	return ""
}

// jsonTest emits the tests of the bounds of one field in JSON.
func jsonTest(st *structure, f *field) code {
	v := vars{"T": st.Name, "F": f.name, "key": strconv.Quote(f.Name)}
	bits := func(n int, signed bool) code {
		low, high, below, above := "0", strconv.FormatUint(1<<(n-1)-1+1<<(n-1), 10), "-1", ""
		if signed {
			low, high = strconv.FormatInt(-1<<(n-1), 10), strconv.FormatUint(1<<(n-1)-1, 10)
			below, above = "-"+strconv.FormatUint(1<<(n-1)+1, 10), strconv.FormatUint(1<<(n-1), 10)
		} else if n < 64 {
			above = strconv.FormatUint(1<<n, 10)
		} else {
			above = "18446744073709551616"
		}
		v["low"], v["high"], v["below"], v["above"] = low, high, below, above
		return expand(`	checkBits[$T](t, $key, "$low", "$high", "$below", "$above")`, v)
	}
	switch t := f.Type.(type) {
	case schema.Int:
		return bits(t.Bits, t.Signed)
	case schema.Time:
		return bits(64, true)
	case schema.List:
		v["max"] = strconv.Itoa(t.Max)
		return expand(`	checkListMax[$T](t, $key, $max)`, v)
	case schema.String:
		return expand(`	checkBadText(t, $key, func(x *$T) { x.$F = "\xff" })`, v)
	case schema.EnumRef:
		v["id"] = strconv.Itoa(unknownID(t.Enum))
		return expand(`	checkBadText(t, $key, func(x *$T) { x.$F = $id })`, v)
	case schema.ScalarRef:
		if t.Scalar.Text {
			return expand(`	checkBadText(t, $key, func(x *$T) { x.$F.n, x.$F.b[0] = 1, 0xff })`, v)
		}
	}
	return ""
}

// unknownID returns a number that no value of e has.
func unknownID(e *schema.Enum) int {
	id := 255
	for slices.ContainsFunc(e.Values, func(x *schema.EnumValue) bool { return x.ID == id }) {
		id--
	}
	return id
}
