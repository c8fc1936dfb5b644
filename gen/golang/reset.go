package golang

import (
	"strconv"
	"strings"

	"github.com/meltica/meltica/gen/schema"
)

// resetMethod emits Reset: one assignment that a new field can't escape, keeping the memory
// within its bounds.
func resetMethod(st *structure) code {
	before := ""
	var kept []string
	for _, f := range st.fields {
		v := vars{"r": st.recv, "F": f.name}
		switch t := f.Type.(type) {
		case schema.List:
			v["E"], v["retain"] = plural(f.of.Name), strconv.Itoa(t.Retain)
			kept = append(kept, string(expand("$F: reset$E($r.$F, $retain),", v)))
		case schema.Bytes:
			v["retain"] = strconv.Itoa(t.Retain)
			before += string(expand("$r.$F.Reset($retain)\n", v))
			kept = append(kept, string(expand("$F: $r.$F,", v)))
		case schema.StructRef:
			if f.of.deep {
				before += string(expand("$r.$F.Reset()\n", v))
				kept = append(kept, string(expand("$F: $r.$F,", v)))
			}
		case *schema.Union:
			before += string(expand("$r.resetArms()\n", v))
			kept = append(kept, string(expand("arms: $r.arms,", v)))
		}
	}
	literal := st.Name + "{}"
	if len(kept) > 0 {
		literal = st.Name + "{\n" + strings.Join(kept, "\n") + "\n}"
	}
	return expand(`
$doc
func ($r *$T) Reset() {
${before}*$r = $literal
}`, vars{"r": st.recv, "T": st.Name, "before": before, "literal": literal,
		"doc": comment("Reset makes "+st.recv+" indistinguishable from a new "+st.Name+resetDoc(st)+".", 0)})
}

// resetDoc says what memory outlives a Reset.
func resetDoc(st *structure) string {
	if !st.deep {
		return ""
	}
	return ", even by re-slicing: it keeps memory up to the bounds of the schema, and that memory is zero"
}

// listReset emits the helper that empties a list of st.
func listReset(st *structure) code {
	return expand(`
// reset$E empties list for its next holder. All of its memory is cleared, since a holder may
// have shortened it before; a list that grew past retain elements is dropped.
func reset$E(list []$T, retain int) []$T {
	if cap(list) > retain {
		return nil
	}
	list = list[:cap(list)]
	clear(list)
	return list[:0]
}`, vars{"E": plural(st.Name), "T": st.Name})
}
