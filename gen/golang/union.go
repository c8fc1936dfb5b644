package golang

import "strings"

// unionTypes emits the sealed interface of an event's payload, the storage of its arms and the
// types that a clone is one allocation of.
func unionTypes(st *structure) code {
	u := st.union
	var pointers []string
	for _, a := range u.arms {
		pointers = append(pointers, "*"+a.of.Name)
	}
	v := vars{
		"T": st.Name, "U": u.typ, "stem": st.stem, "F": u.field.name, "bits": u.bits,
		"doc": comment(u.typ+" is the sealed set of bodies of "+article(st.Name)+": "+strings.Join(pointers, ", ")+
			". A nil pointer of one of them counts as no body.", 0),
		"marks": lines(u.arms, func(a *arm) code { return code("func (*" + a.of.Name + ") is" + u.typ + "() {}") }),
		"arms":  lines(u.arms, func(a *arm) code { return code(a.local + " " + a.of.Name) }),
		"consts": lines(u.arms, func(a *arm) code {
			if a == u.arms[0] {
				return code(a.bit + " " + u.bits + " = 1 << iota")
			}
			return code(a.bit)
		}),
		"boxes": lines(u.arms, func(a *arm) code {
			return expand("$box struct {\n\tevent $T\n\t$local $A\n}", vars{
				"box": a.box, "T": st.Name, "local": a.local, "A": a.of.Name,
			})
		}),
	}
	return expand(`
$doc
type $U interface{ is$U() }

$marks
// ${stem}Arms stores one body of each kind for a pooled event.
type ${stem}Arms struct {
$arms}

// The bits of $T.used.
const (
$consts)

// What a clone allocates: the event and its one body.
type (
$boxes)`, v)
}

// article returns name with its indefinite article.
func article(name string) string {
	if strings.ContainsAny(name[:1], "AEIOU") {
		return "an " + name
	}
	return "a " + name
}

// unionMethods emits what hands out, finds and clears the arms of an event.
func unionMethods(st *structure) code {
	u := st.union
	parts := make([]code, 0, 3*len(u.arms)+2)
	stamp := ""
	for _, f := range st.fields {
		if f.AutoRevision {
			stamp = st.recv + "." + f.name + " = " + st.Name + "Revision\n"
		}
	}
	for _, a := range u.arms {
		v := vars{
			"r": st.recv, "T": st.Name, "N": a.name, "A": a.of.Name, "local": a.local, "bit": a.bit,
			"tag": a.tag, "stem": st.stem, "F": u.field.name, "Tag": u.tag.name, "stamp": stamp,
			"words": strings.ReplaceAll(a.Name, "_", " "),
			"doc":   comment("Set"+a.name+" makes "+st.recv+" "+article(a.Tag.Name)+" and returns its zeroed body, which belongs to "+st.recv+". It allocates only on an event that never had a body.", 0),
			"get":   comment(a.name+" returns the body of "+article(a.Tag.Name)+", or nil where "+st.recv+" has another body or none.", 0),
		}
		parts = append(parts, expand(`
$doc
func ($r *$T) Set$N() *$A {
	$r.$Tag = $tag
	${stamp}return $r.use$N()
}

// use$N makes the stored $words the body of $r and returns
// it zeroed.
func ($r *$T) use$N() *$A {
	if $r.arms == nil {
		$r.arms = new(${stem}Arms)
	}
	if $r.used&$bit != 0 {
		$r.arms.$local.Reset()
	}
	$r.used |= $bit
	$r.$F = &$r.arms.$local
	return &$r.arms.$local
}

$get
func ($r *$T) $N() *$A {
	body, _ := $r.$F.(*$A)
	return body
}`, v))
	}
	return join(append(parts, armReset(st), payloadKind(st))...)
}

// armReset emits the clearing of the arms that were in use.
func armReset(st *structure) code {
	return expand(`
// resetArms clears the bodies that were handed out since the last Reset, whatever
// $F points to by now. The caller forgets them by a new value of used.
func ($r *$T) resetArms() {
	${resets}}`, vars{"r": st.recv, "T": st.Name, "F": st.union.field.name, "resets": lines(st.union.arms, func(a *arm) code {
		return expand("if $r.used&$bit != 0 {\n$r.arms.$local.Reset()\n}", vars{
			"r": st.recv, "bit": a.bit, "local": a.local,
		})
	})})
}

// payloadKind emits the method that says which kind the body belongs to.
func payloadKind(st *structure) code {
	u := st.union
	return expand(`
// payloadKind returns the kind that the body of $r belongs to, ${E}Unset where it
// has none.
func ($r *$T) payloadKind() $E {
	switch body := $r.$F.(type) {
	$cases}
	return ${E}Unset
}`, vars{"r": st.recv, "T": st.Name, "F": u.field.name, "E": u.tag.typ, "cases": lines(u.arms, func(a *arm) code {
		return expand("case *$A:\nif body != nil {\nreturn $tag\n}", vars{"A": a.of.Name, "tag": a.tag})
	})})
}

// unionClone emits Clone of an event with a union.
func unionClone(st *structure) code {
	u := st.union
	return expand(`
// Clone returns a deep copy on the heap (FR-010): one allocation holds the event and its body,
// another one its lists where it has any. It shares no memory with $r. A body that is not one
// of this package is left out.
func ($r *$T) Clone() *$T {
	switch body := $r.$F.(type) {
	$cases}
	clone := new($T)
	$r.cloneTo(clone)
	return clone
}`, vars{"r": st.recv, "T": st.Name, "F": u.field.name, "cases": lines(u.arms, func(a *arm) code {
		v := vars{"r": st.recv, "A": a.of.Name, "box": a.box, "local": a.local, "F": u.field.name}
		v["copy"] = string(expand("clone.$local = *body", v))
		if a.of.deep {
			v["copy"] = string(expand("body.cloneTo(&clone.$local)", v))
		}
		return expand(`case *$A:
		if body != nil {
			clone := new($box)
			$r.cloneTo(&clone.event)
			$copy
			clone.event.$F = &clone.$local
			return &clone.event
		}`, v)
	})})
}

// unionCopy emits the end of CloneInto of an event with a union.
func unionCopy(st *structure) code {
	u := st.union
	return expand(`switch body := $r.$F.(type) {
	$cases}
`, vars{"r": st.recv, "F": u.field.name, "cases": lines(u.arms, func(a *arm) code {
		return expand("case *$A:\nif body != nil {\nbody.CloneInto(dst.use$N())\n}", vars{"A": a.of.Name, "N": a.name})
	})})
}
