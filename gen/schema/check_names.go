package schema

import (
	"fmt"
	"slices"
	"strings"
)

// checkName checks how a name is written.
func (l *loader) checkName(name string, at Position, what string, g grammar) {
	switch {
	case name == "":
	case len(name) > nameMax:
		l.report(at, "name-length", fmt.Sprintf("the name of %s has at most %d letters", what, nameMax), "shorten it")
	case !g.match(name):
		hint := ""
		if legal := g.write(name); g.match(legal) {
			hint = fmt.Sprintf("write %q", legal)
		}
		l.report(at, "name-form", fmt.Sprintf("the name of %s is %s of ASCII letters and digits, not %q", what, g.what, clip(name)), hint)
	}
}

// allDecls returns all declared types in a fixed order.
func (l *loader) allDecls() []decl {
	var all []decl
	for _, d := range l.scalars {
		all = append(all, d)
	}
	for _, d := range l.enums {
		all = append(all, d)
	}
	for _, d := range l.structs {
		all = append(all, d)
	}
	for _, d := range l.events {
		all = append(all, d)
	}
	return all
}

// checkTypeNames checks the names of declared types by themselves, against each other and against
// every name that generated code declares.
func (l *loader) checkTypeNames() {
	taken := map[string]generatedName{}
	doubles := map[Position]bool{}
	decls := l.allDecls()
	slices.SortStableFunc(decls, func(a, b decl) int {
		_, _, p := a.declared()
		_, _, q := b.declared()
		return p.Compare(q)
	})
	for _, d := range decls {
		name, kind, at := d.declared()
		if name == "" {
			continue
		}
		l.checkTypeName(name, kind, at)
		if first, double := taken[fold(name)]; double {
			l.report(at, "duplicate-name", fmt.Sprintf("the name %q is taken by %s in %s, line %d", clip(name), first.why, first.at.File, first.at.Line), "type names differ in more than case")
			doubles[at] = true
			continue
		}
		taken[fold(name)] = generatedName{name, kind + " " + name, at, at}
	}
	for _, g := range l.generatedNames() {
		if doubles[g.of] {
			continue // its generated names can only repeat the finding
		}
		first, double := taken[fold(g.name)]
		if !double {
			taken[fold(g.name)] = g
			continue
		}
		at, name, why := first.at, first.name, g
		if g.at.File != "" && !l.isDeclared(first) {
			at, name, why = g.at, g.name, first
		}
		l.report(at, "name-clash", fmt.Sprintf("%q clashes with the generated name %s of %s", clip(name), clip(why.name), clip(why.why)), "choose another name")
	}
}

// checkTypeName checks how the name of a type is written and what Go would take it for.
func (l *loader) checkTypeName(name, kind string, at Position) {
	l.checkName(name, at, article(kind), typeGrammar())
	clash := func(what string) {
		l.report(at, "name-clash", fmt.Sprintf("%q %s", clip(name), what), "choose another name")
	}
	lower, parts := strings.ToLower(name), words(name)
	switch {
	case slices.Contains(builtinTypes(), lower):
		clash("reads like the built-in type " + lower)
	case isGoWord(lower):
		clash("reads like a word of Go")
	case len(parts) > 1 && slices.Contains([]string{"test", "benchmark", "fuzz", "example"}, parts[0]):
		clash("reads like a function of a Go test")
	case kind == "event" && slices.Contains(packageFiles(), snake(name)):
		clash("would have the file of the package's " + snake(name))
	case kind == "event" && len(parts) > 1 && isPlatform(parts[len(parts)-1]):
		l.report(at, "name-platform", fmt.Sprintf("Go compiles the file of %s only for %q, as its name ends in it", clip(name), parts[len(parts)-1]), "choose another last word")
	}
}

// isDeclared reports whether the name is that of a declared type.
func (l *loader) isDeclared(g generatedName) bool {
	return l.types[g.name] != nil
}

// nameSet finds names that are the same or too close.
type nameSet struct {
	l     *loader
	what  string
	taken map[string]Position
	why   map[string]string
}

func (l *loader) newNameSet(what string) nameSet {
	return nameSet{l: l, what: what, taken: map[string]Position{}, why: map[string]string{}}
}

// keep reserves a name that the declaration may not use, with the reason.
func (s nameSet) keep(name, why string) {
	s.why[fold(name)] = why
}

func (s nameSet) add(name string, at Position) {
	if name == "" {
		return
	}
	if why := s.why[fold(name)]; why != "" {
		s.l.report(at, "name-clash", fmt.Sprintf("%s may not be named %q: %s", s.what, name, why), "choose another name")
		return
	}
	if first, double := s.taken[fold(name)]; double {
		s.l.report(at, "duplicate-name", fmt.Sprintf("%s named %q is on line %d already", s.what, name, first.Line), "names differ in more than case and underscores")
		return
	}
	s.taken[fold(name)] = at
}

// idSet finds ids that are there twice or reserved.
type idSet struct {
	l        *loader
	what     string
	taken    map[int]Position
	reserved Reserved
}

func (l *loader) newIDSet(what string, reserved Reserved) idSet {
	return idSet{l: l, what: what, taken: map[int]Position{}, reserved: reserved}
}

func (s idSet) add(id int, idAt Position, name string, nameAt Position) {
	if slices.Contains(s.reserved.Names, name) && name != "" {
		s.l.report(nameAt, "reserved-name", fmt.Sprintf("the name %q is reserved, a retired %s had it", name, s.what), "choose another name")
	}
	if id == 0 {
		return
	}
	if slices.Contains(s.reserved.IDs, id) {
		s.l.report(idAt, "reserved-id", fmt.Sprintf("id %d is reserved, a retired %s had it", id, s.what), "take the next free id")
	}
	if first, double := s.taken[id]; double {
		s.l.report(idAt, "duplicate-id", fmt.Sprintf("id %d is taken on line %d already", id, first.Line), "take the next free id")
		return
	}
	s.taken[id] = idAt
}

// checkReserved finds doubles within a reserved list, and names that could never have been there.
func (l *loader) checkReserved(m mapping, r Reserved, g grammar) {
	if m.values == nil {
		return
	}
	ids := map[string]bool{}
	for _, key := range []string{"ids", "names"} {
		n := m.values[key]
		if n == nil {
			continue
		}
		for _, item := range n.items {
			if ids[item.text] {
				l.report(item.at, "duplicate-reserved", fmt.Sprintf("%q is reserved twice", clip(item.text)), "remove one of them")
			}
			ids[item.text] = true
			if key == "names" && item.kind == kindText {
				l.checkName(item.text, item.at, "what is reserved", g)
			}
		}
	}
}
