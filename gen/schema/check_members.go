package schema

import "fmt"

// checkEnum checks the names, ids and docs of the values of an enum.
func (l *loader) checkEnum(d *enumDecl) {
	names := l.newNameSet("a value")
	names.keep("unset", "it is the name of the value 0")
	ids := l.newIDSet("value", d.Reserved)
	for _, v := range d.values {
		l.checkName(v.Name, v.Pos, "an enum value", valueGrammar())
		names.add(v.Name, v.Pos)
		ids.add(v.ID, v.m.pos("id"), v.Name, v.Pos)
	}
	l.checkReserved(d.reserved, d.Reserved, valueGrammar())
}

// checkMembers checks the names and ids of the fields of a struct, or of an event. A field may
// have the name of a Go word, such as type: its Go name begins with a capital.
func (l *loader) checkMembers(d *structDecl, event *eventDecl) {
	names := l.newNameSet("a field")
	for _, m := range memberNames() {
		names.keep(m, "the generated code has a method "+m)
	}
	for _, f := range d.fields {
		for _, arm := range f.arms {
			why := fmt.Sprintf("it is an accessor of the arm %q of %q", arm.Name, f.Name)
			names.keep(arm.Name, why)
			names.keep("set"+arm.Name, why)
		}
		if f.typ == "union" {
			names.keep("clear"+f.Name, fmt.Sprintf("it is an accessor of the union %q", f.Name))
		}
	}
	ids := l.newIDSet("field", d.Reserved)
	for _, f := range d.fields {
		l.checkName(f.Name, f.Pos, "a field", fieldGrammar())
		names.add(f.Name, f.Pos)
		ids.add(f.ID, f.m.pos("id"), f.Name, f.Pos)
		if event == nil && f.AutoRevision {
			l.report(f.m.pos("auto"), "auto-outside-event", "only a field of an event is stamped with a revision", "remove auto")
		}
	}
	l.checkReserved(d.reserved, d.Reserved, fieldGrammar())
}
