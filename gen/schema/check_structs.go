package schema

import (
	"fmt"
	"slices"
	"strings"
)

// checkRecursion finds structs that hold themselves, by value or in a list, and names the way.
func (l *loader) checkRecursion() {
	done := map[*Struct]bool{}
	depth := map[string]int{} // of the structs on the path
	var path []string
	var visit func(d *structDecl)
	visit = func(d *structDecl) {
		if done[d.Struct] {
			return
		}
		depth[d.Name] = len(path)
		path = append(path, d.Name)
		for _, f := range d.fields {
			held := heldStruct(f.Type)
			if held == nil {
				continue
			}
			if i, onPath := depth[held.Name]; onPath {
				way := strings.Join(append(slices.Clone(path[i:]), held.Name), " -> ")
				l.report(f.Pos, "recursive-struct", "a struct may not hold itself: "+way, "take one of these fields out")
				continue
			}
			if next, ok := l.types[held.Name].(*structDecl); ok {
				visit(next)
			}
		}
		path = path[:len(path)-1]
		delete(depth, d.Name)
		done[d.Struct] = true
	}
	for _, d := range l.structs {
		visit(d)
	}
}

// heldStruct returns the struct that a field of the type holds, or nil.
func heldStruct(t Type) *Struct {
	switch t := t.(type) {
	case StructRef:
		return t.Struct
	case List:
		return t.Of
	default:
		return nil
	}
}

// checkListElements checks that the structs in lists hold plain values only, so that one Reset
// of the list clears all they refer to.
func (l *loader) checkListElements() {
	holds := map[*Struct]string{}
	for _, d := range l.structs {
		unlistable(d.Struct, holds)
	}
	check := func(d *structDecl) {
		for _, f := range d.fields {
			if list, ok := f.Type.(List); ok && holds[list.Of] != "" {
				l.report(f.m.pos("of"), "list-element", fmt.Sprintf("%s can't be in a list: it holds %s", list.Of.Name, holds[list.Of]), "declare a struct of plain values for the list")
			}
		}
	}
	for _, d := range l.structs {
		check(d)
	}
	for _, d := range l.events {
		check(&d.structDecl)
	}
}

// unlistable names what a struct holds, at any depth, that may not stand in a list. It remembers
// the answer in known, from the start on, so that it ends on recursive structs, too.
func unlistable(s *Struct, known map[*Struct]string) string {
	if held, ok := known[s]; ok {
		return held
	}
	known[s] = ""
	held := ""
	for _, f := range s.Fields {
		switch t := f.Type.(type) {
		case Bytes, List, *Union:
			held = fmt.Sprintf("%s (%s.%s)", composed(t), s.Name, f.Name)
		case StructRef:
			if inner := unlistable(t.Struct, known); inner != "" {
				held = inner
			}
		}
		if held != "" {
			break
		}
	}
	known[s] = held
	return held
}
