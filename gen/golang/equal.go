package golang

import (
	"slices"
	"strings"

	"github.com/meltica/meltica/gen/schema"
)

// equalMethod emits Equal.
func equalMethod(st *structure) code {
	v := vars{"r": st.recv, "T": st.Name, "same": "*" + st.recv + " == *other", "decimals": "", "lists": ""}
	if st.deep {
		v["same"] = equalFields(st)
	}
	if st.hasDecimal() {
		v["decimals"] = " Decimals compare as written: 1.0 is not 1.00."
	}
	if len(elements(st)) > 0 {
		v["lists"] = " An empty list equals nil."
	}
	v["doc"] = comment("Equal reports whether "+st.recv+" and other hold the same values."+v["decimals"]+v["lists"]+
		" Nil equals nil only.", 0)
	return join(expand(`
$doc
func ($r *$T) Equal(other *$T) bool {
	if $r == nil || other == nil {
		return $r == other
	}
	return $same
}`, v), equalPayload(st))
}

// hasDecimal reports whether st holds a decimal, however deep.
func (st *structure) hasDecimal() bool {
	for _, f := range st.fields {
		if _, ok := f.Type.(schema.Decimal); ok || f.of != nil && f.of.hasDecimal() {
			return true
		}
	}
	return st.union != nil && slices.ContainsFunc(st.union.arms, func(a *arm) bool { return a.of.hasDecimal() })
}

// equalFields emits the comparison of every field of a deep type.
func equalFields(st *structure) string {
	terms := make([]string, 0, len(st.fields))
	for _, f := range st.fields {
		v := vars{"r": st.recv, "F": f.name}
		template := "$r.$F == other.$F"
		switch f.Type.(type) {
		case schema.List:
			template = "@slices.Equal($r.$F, other.$F)"
			if f.of.deep {
				v["E"] = plural(f.of.Name)
				template = "equal$E($r.$F, other.$F)"
			}
		case schema.Bytes:
			template = "$r.$F.Equal(&other.$F)"
		case schema.StructRef:
			if f.of.deep {
				template = "$r.$F.Equal(&other.$F)"
			}
		case *schema.Union:
			template = "$r.equal$F(other)"
		}
		terms = append(terms, string(expand(template, v)))
	}
	return strings.Join(terms, " &&\n")
}

// equalPayload emits the comparison of the bodies of two events.
func equalPayload(st *structure) code {
	u := st.union
	if u == nil {
		return ""
	}
	return expand(`
// equal$F reports whether $r and other have equal bodies of one kind.
func ($r *$T) equal$F(other *$T) bool {
	if $r.payloadKind() != other.payloadKind() {
		return false
	}
	switch body := $r.$F.(type) {
	$cases}
	return true
}`, vars{"r": st.recv, "T": st.Name, "F": u.field.name, "cases": lines(u.arms, func(a *arm) code {
		return expand("case *$A:\nreturn body.Equal(other.$N())", vars{"A": a.of.Name, "N": a.name})
	})})
}

// listEqual emits the comparison of lists whose elements hold memory.
func listEqual(st *structure) code {
	if !st.deep {
		return ""
	}
	return expand(`
// equal$E reports whether a and b hold equal elements in the same order.
func equal$E(a, b []$T) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].Equal(&b[i]) {
			return false
		}
	}
	return true
}`, vars{"E": plural(st.Name), "T": st.Name})
}
