package poolcheck

import (
	"go/token"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// status is where the lease stands at one point of one path.
type status uint8

const (
	held     status = 1 << iota // this function must Put it or hand it on
	put                         // it was Put
	moved                       // somebody else owns it
	stored                      // a field owns it; the function still knows the way to it
	absent                      // Get failed: there is no lease
	gone                        // lost out of sight; nothing is reported from here on
	borrowed                    // there is no lease, only an object that belongs to the caller
)

// role is what a value has to do with the lease.
type role uint8

const (
	unrelated  role = iota
	alias           // it is the lease
	carrier         // a struct, or a pointer to a local one, that holds the lease
	inner           // it refers to memory of the object
	closure         // a function that captured one of these
	errUnknown      // not nil means that there is no lease
	errNil          // an errUnknown that is nil on this path
	errSet          // an errUnknown that is not nil on this path
	errMapped       // made of such an error: not nil means that there is no lease, nil means nothing
	okUnknown       // false means that there is no lease
	okMaybe         // false means that there may be none
	noneIfTrue      // true means that there is no lease
	isTrue          // a bool that is true on this path
	isFalse
)

// owns reports whether to give the value away is to give the lease away.
func (r role) owns() bool { return r == alias || r == carrier }

// place is a variable: where its memory begins, and the way from there. A "*" in the way is a
// pointer that was followed, "[]" an element.
type place struct {
	root ssa.Value
	path string
}

// placeOf returns the variable at an address.
func placeOf(addr ssa.Value) place {
	switch x := addr.(type) {
	case *ssa.FieldAddr:
		p := placeOf(x.X)
		return place{p.root, p.path + "." + strconv.Itoa(x.Field)}
	case *ssa.IndexAddr:
		p := placeOf(x.X)
		return place{p.root, p.path + "[]"}
	case *ssa.UnOp:
		if _, ok := addressOfLoad(x); ok {
			p := placeOf(x.X)
			return place{p.root, p.path + "*"}
		}
	case *ssa.ChangeType:
		return placeOf(x.X)
	}
	return place{addr, ""}
}

// within reports whether p is q or a part of it.
func (p place) within(q place) bool {
	rest, ok := strings.CutPrefix(p.path, q.path)
	return ok && p.root == q.root && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// isElement reports whether p is an element of a slice or an array.
func (p place) isElement() bool { return strings.HasSuffix(p.path, "[]") }

// site is where something happened to the lease.
type site struct {
	in   any // tells sites apart
	pos  token.Pos
	what string // for people
}

// keeping is memory of the object that was stored where it may outlive the lease.
type keeping struct {
	at       site
	src, dst place // loaded from, stored to; zero where that is no variable
}

// deferral is a deferred call and what its operands were when it was deferred.
type deferral struct {
	in    *ssa.Defer
	value role
	args  []role
}

// state is what is known at one point of one path.
type state struct {
	status status
	old    bool  // another lease came from the same place since
	at     site  // the Put or the hand-over
	dst    place // of stored
	values map[ssa.Value]role
	cells  map[place]role // variables that hold one of the roles
	kept   []keeping
	defers []deferral // those that matter
}

func newState(st status) *state {
	return &state{status: st, values: map[ssa.Value]role{}, cells: map[place]role{}}
}

func (s *state) copy() *state {
	c := *s
	c.values = make(map[ssa.Value]role, len(s.values))
	for v, r := range s.values {
		c.values[v] = r
	}
	c.cells = make(map[place]role, len(s.cells))
	for p, r := range s.cells {
		c.cells[p] = r
	}
	c.kept, c.defers = slices.Clone(s.kept), slices.Clone(s.defers)
	return &c
}

// set gives v a role, or takes the one that it had.
func (s *state) set(v ssa.Value, r role) {
	if r == unrelated {
		delete(s.values, v)
	} else {
		s.values[v] = r
	}
}

// role returns the role of v. The address of a local variable has the role of its content.
func (s *state) role(v ssa.Value) role {
	if r, ok := s.values[v]; ok {
		return r
	}
	switch v := v.(type) {
	case *ssa.Alloc, *ssa.FieldAddr, *ssa.FreeVar:
		return s.content(placeOf(v))
	case *ssa.MakeClosure: // which may have been made before its variables got what they have
		for _, b := range v.Bindings {
			if r := s.role(b); r.owns() || r == inner || r == closure {
				return closure
			}
		}
	}
	return unrelated
}

// content returns the role of a variable as a whole.
func (s *state) content(p place) role {
	found := unrelated
	for q, r := range s.cells {
		switch {
		case !q.within(p):
		case r.owns():
			return carrier
		case r == inner || r == closure && found == unrelated:
			found = r
		}
	}
	return found
}

// assign makes r the content of a variable. Elements of an array are one variable here, so
// that another element's content stays.
func (s *state) assign(p place, r role) {
	if !p.isElement() {
		for q := range s.cells {
			if q.within(p) {
				delete(s.cells, q)
			}
		}
	}
	if r != unrelated {
		s.cells[p] = r
	}
}

// overwritten takes note that a variable outside got another content: what was kept there is
// no more, and a lease that was stored there is this function's again.
func (s *state) overwritten(p place) {
	s.kept = slices.DeleteFunc(s.kept, func(k keeping) bool { return k.dst.root != nil && k.dst.within(p) })
	if s.status == stored && s.dst.within(p) {
		s.status, s.at = held, site{}
	}
	s.assign(p, unrelated)
}

// movedOut takes note that a part of the object got another memory: what was loaded from there
// before is no longer the object's. This is how two pooled objects swap their buffers.
func (s *state) movedOut(p place) {
	for v, r := range s.values {
		if r == inner && source(v).within(p) {
			delete(s.values, v)
		}
	}
	s.kept = slices.DeleteFunc(s.kept, func(k keeping) bool { return k.src.root != nil && k.src.within(p) })
}

// source returns the variable that v was loaded from by value. A pointer or an interface is
// none: to overwrite it does not free what it points to.
func source(v ssa.Value) place {
	load, ok := v.(*ssa.UnOp)
	if !ok {
		return place{}
	}
	addr, ok := addressOfLoad(load)
	if !ok || isReference(v.Type()) {
		return place{}
	}
	return placeOf(addr)
}

// prune forgets what can not be seen from b any more.
func (s *state) prune(b *ssa.BasicBlock) {
	for v := range s.values {
		if in, ok := v.(ssa.Instruction); ok && !in.Block().Dominates(b) {
			delete(s.values, v)
		}
	}
}

// key tells states apart.
func (s *state) key(ids *numbering) string {
	var parts []string
	for v, r := range s.values {
		parts = append(parts, ids.of(v)+"="+strconv.Itoa(int(r)))
	}
	for p, r := range s.cells {
		parts = append(parts, ids.of(p.root)+p.path+"="+strconv.Itoa(int(r)))
	}
	for _, k := range s.kept {
		parts = append(parts, "k"+ids.of(k.at.in))
	}
	slices.Sort(parts)
	for _, d := range s.defers {
		parts = append(parts, "d"+ids.of(d.in))
	}
	parts = append(parts, strconv.Itoa(int(s.status)), strconv.FormatBool(s.old), ids.of(s.at.in))
	return strings.Join(parts, " ")
}

// numbering gives each value and instruction a short name.
type numbering struct{ numbers map[any]string }

func (n *numbering) of(x any) string {
	name, ok := n.numbers[x]
	if !ok {
		name = strconv.Itoa(len(n.numbers))
		n.numbers[x] = name
	}
	return name
}
