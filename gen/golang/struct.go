package golang

import (
	"strconv"

	"github.com/meltica/meltica/gen/schema"
)

// ownership is what the doc of every event says of its memory.
const ownership = "A pooled one belongs to the owner of its lease, who may change it until Put; " +
	"a clone belongs to whoever received it. Copy it with Clone or CloneInto, never by assignment."

// structType emits the declaration of a struct or an event.
func structType(st *structure) code {
	doc := sentence(st.Name, st.Doc)
	if st.event != nil {
		doc += "\n//\n" + comment(ownership, 0)
	}
	return expand(`
$doc
type $T struct {
$fields
}`, vars{"doc": doc, "T": st.Name, "fields": structFields(st, true)})
}

// structFields emits the fields of st in the order of memory: the schema's, with the
// bookkeeping where it costs least. Without docs it serves the guard.
func structFields(st *structure, docs bool) string {
	text, hole := "", -1
	if st.union != nil {
		hole = firstHole(st.fields, st.union.width)
	}
	for i, f := range st.fields {
		if docs {
			text += comment(fieldDoc(f), 8) + "\n"
		}
		text += f.name + " " + f.typ + " `json:" + strconv.Quote(f.Name) + "`\n"
		if i == hole {
			text += usedField(st, docs)
		}
	}
	if st.union == nil {
		return text
	}
	if hole < 0 {
		text += usedField(st, docs)
	}
	if docs {
		text += "// arms stores the bodies that the Set methods hand out and outlives Resets; nil until the\n" +
			"// first of them, and in a clone.\n"
	}
	return text + "arms *" + st.stem + "Arms\n"
}

// usedField emits the bit set of an event with a union.
func usedField(st *structure, docs bool) string {
	text := "used " + st.union.bits + "\n"
	if docs {
		text = "// used has a bit for each body that was handed out since the last Reset.\n" + text
	}
	return text
}

// fieldDoc returns the doc of a field as a sentence, with its unit where the type does not say it.
func fieldDoc(f *field) string {
	text := f.name + ": " + f.Doc
	switch t := f.Type.(type) {
	case schema.Time:
		text += " (unix nanoseconds)"
	case schema.Bytes:
		text += " (at most " + strconv.Itoa(t.Max) + " bytes)"
	case schema.List:
		text += " (at most " + strconv.Itoa(t.Max) + ")"
	}
	if text[len(text)-1] != '.' {
		text += "."
	}
	return text
}

// firstHole returns the index of the first field after which the layout leaves at least width
// bytes unused, or -1.
func firstHole(fields []*field, width int) int {
	offset := 0
	for i, f := range fields {
		size, _ := layout(f)
		offset += size
		if i+1 == len(fields) {
			return -1
		}
		_, align := layout(fields[i+1])
		if free := (align - offset%align) % align; free >= width && offset%width == 0 {
			return i
		}
		offset += (align - offset%align) % align
	}
	return -1
}

// layout returns size and alignment of a field on a 64-bit machine; types that hold pointers
// or decimals count as whole words, which is all that firstHole needs.
func layout(f *field) (size, align int) {
	switch t := f.Type.(type) {
	case schema.Bool, schema.EnumRef:
		return 1, 1
	case schema.Int:
		return t.Bits / 8, t.Bits / 8
	case schema.ScalarRef:
		if t.Scalar.Text {
			return t.Scalar.Size + 1, 1
		}
		return t.Scalar.Size, 1
	}
	return 8, 8
}
