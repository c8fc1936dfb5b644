package schema

// check applies the rules to the declarations. Each rule reports by itself; none depends on
// another.
func (l *loader) check() {
	l.checkTypeNames()
	for _, d := range l.enums {
		l.checkEnum(d)
	}
	for _, d := range l.structs {
		l.checkMembers(d, nil)
	}
	for _, d := range l.events {
		l.checkMembers(&d.structDecl, d)
		l.checkEvent(d)
	}
	l.checkSince()
	l.checkRecursion()
	l.checkListElements()
}
