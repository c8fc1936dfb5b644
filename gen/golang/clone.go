package golang

import (
	"strings"

	"github.com/meltica/meltica/gen/schema"
)

// cloneMethods emits Clone, CloneInto and what they stand on.
func cloneMethods(st *structure) code {
	v := vars{"r": st.recv, "T": st.Name}
	switch {
	case st.union != nil:
		return join(unionClone(st), cloneTo(st), cloneInto(st))
	case !st.deep:
		return expand(`
// Clone returns a copy on the heap.
func ($r *$T) Clone() *$T {
	clone := *$r
	return &clone
}

// CloneInto copies $r into dst.
func ($r *$T) CloneInto(dst *$T) {
	*dst = *$r
}`, v)
	}
	v["doc"] = comment("Clone returns a deep copy on the heap"+cloneDoc(st)+". It shares no memory with "+st.recv+".", 0)
	return join(expand(`
$doc
func ($r *$T) Clone() *$T {
	clone := new($T)
	$r.cloneTo(clone)
	return clone
}`, v), cloneTo(st), cloneInto(st))
}

// cloneDoc says how many allocations a clone makes.
func cloneDoc(st *structure) string {
	n := 0
	for _, f := range st.fields {
		if _, ok := f.Type.(schema.List); ok {
			n++
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return ", its list in one allocation"
	}
	return ", its lists of one type in one allocation"
}

// elements returns the structs that the lists of st hold, each once.
func elements(st *structure) []*structure {
	var list []*structure
	seen := map[*structure]bool{}
	for _, f := range st.fields {
		if _, ok := f.Type.(schema.List); ok && !seen[f.of] {
			seen[f.of] = true
			list = append(list, f.of)
		}
	}
	return list
}

// listFields returns the list fields of st that hold elem.
func listFields(st, elem *structure) []*field {
	var list []*field
	for _, f := range st.fields {
		if _, ok := f.Type.(schema.List); ok && f.of == elem {
			list = append(list, f)
		}
	}
	return list
}

// cloneTo emits the helper that copies into new memory. Of an event with a union it leaves the
// payload to the caller.
func cloneTo(st *structure) code {
	body, but := "", ""
	if st.union != nil {
		body += string(expand("dst.$P, dst.arms, dst.used = nil, nil, 0\n", vars{"P": st.union.field.name}))
		but = " without its payload"
	}
	for _, elem := range elements(st) {
		body += cloneLists(st, elem)
	}
	for _, f := range st.fields {
		v := vars{"r": st.recv, "F": f.name}
		switch {
		case isBytes(f):
			body += string(expand("dst.$F = $r.$F.Clone()\n", v))
		case isStruct(f) && f.of.deep:
			body += string(expand("$r.$F.cloneTo(&dst.$F)\n", v))
		}
	}
	return expand(`
$doc
func ($r *$T) cloneTo(dst *$T) {
	*dst = *$r
$body}`, vars{"r": st.recv, "T": st.Name, "body": body, "doc": comment(
		"cloneTo makes dst a deep copy of "+st.recv+" in new memory"+but+"; nothing of dst is kept.", 0)})
}

// cloneLists emits the copies of all lists of elem in st out of one allocation.
func cloneLists(st, elem *structure) string {
	fields := listFields(st, elem)
	v := vars{"r": st.recv, "E": plural(elem.Name), "T": elem.Name, "room": "room" + plural(elem.Name)}
	if len(fields) == 1 {
		v["F"] = fields[0].name
		return string(expand("dst.$F, _ = take$E(make([]$T, len($r.$F)), $r.$F)\n", v))
	}
	var sizes []string
	for _, f := range fields {
		sizes = append(sizes, "len("+st.recv+"."+f.name+")")
	}
	v["size"] = strings.Join(sizes, "+")
	text := string(expand("$room := make([]$T, $size)\n", v))
	for i, f := range fields {
		v["F"], v["rest"] = f.name, v["room"]
		if i == len(fields)-1 {
			v["rest"] = "_"
		}
		text += string(expand("dst.$F, $rest = take$E($room, $r.$F)\n", v))
	}
	return text
}

// listClone emits the helpers that copy a list of st into new and into old memory.
func listClone(st *structure) code {
	v := vars{"E": plural(st.Name), "T": st.Name}
	take, into := "copy(list, src)", "return append(dst[:0], src...)"
	if st.deep {
		take = "for i := range src {\n\tsrc[i].cloneTo(&list[i])\n}"
		into = `dst = @slices.Grow(dst[:0], len(src))[:len(src)]
	for i := range src {
		src[i].CloneInto(&dst[i])
	}
	return dst`
	}
	v["take"], v["into"] = take, into
	return expand(`
// take$E copies src to the front of room and returns the copy and the rest of room. The copy
// can't grow into the rest; that of an empty list is nil.
func take$E(room, src []$T) (list, rest []$T) {
	if len(src) == 0 {
		return nil, room
	}
	n := len(src)
	list, rest = room[:n:n], room[n:]
	$take
	return list, rest
}

// copy$E copies src into the memory of dst, which grows where it is too small.
func copy$E(dst, src []$T) []$T {
	$into
}`, v)
}

// cloneInto emits CloneInto of a type that holds memory.
func cloneInto(st *structure) code {
	var kept, saves, copies []string
	before, after := "", ""
	if u := st.union; u != nil {
		before = string(expand("if dst == $r {\nreturn\n}\ndst.resetArms()\n", vars{"r": st.recv}))
		kept, saves = append(kept, "keptArms"), append(saves, "dst.arms")
		copies = append(copies, "dst."+u.field.name+", dst.arms, dst.used = nil, keptArms, 0")
		after = string(unionCopy(st))
	}
	for _, f := range st.fields {
		v := vars{"r": st.recv, "F": f.name, "f": "kept" + f.name}
		switch {
		case isList(f):
			v["E"] = plural(f.of.Name)
			copies = append(copies, string(expand("dst.$F = copy$E($f, $r.$F)", v)))
		case isBytes(f):
			copies = append(copies, string(expand("dst.$F = $f\ndst.$F.CopyFrom(&$r.$F)", v)))
		case isStruct(f) && f.of.deep:
			copies = append(copies, string(expand("dst.$F = $f\n$r.$F.CloneInto(&dst.$F)", v)))
		default:
			continue
		}
		kept = append(kept, v["f"])
		saves = append(saves, "dst."+f.name)
	}
	return expand(`
// CloneInto makes dst a deep copy of $r in dst's own memory, which grows where it is too
// small. The two must not share memory; copying $r into itself does nothing.
func ($r *$T) CloneInto(dst *$T) {
	$before$kept := $saves
	*dst = *$r
	$copies
$after}`, vars{
		"r": st.recv, "T": st.Name, "kept": strings.Join(kept, ", "), "saves": strings.Join(saves, ", "),
		"copies": strings.Join(copies, "\n"), "before": before, "after": after,
	})
}

func isList(f *field) bool {
	_, ok := f.Type.(schema.List)
	return ok
}

func isBytes(f *field) bool {
	_, ok := f.Type.(schema.Bytes)
	return ok
}

func isStruct(f *field) bool {
	_, ok := f.Type.(schema.StructRef)
	return ok
}
