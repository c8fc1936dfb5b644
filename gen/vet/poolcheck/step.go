package poolcheck

import (
	"go/token"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// step is the effect of one instruction that is no call and does not leave its block.
func (w *walker) step(in ssa.Instruction, s *state) {
	if v, ok := in.(ssa.Value); ok {
		s.set(v, w.value(v, s))
		return
	}
	switch in := in.(type) {
	case *ssa.Store:
		w.store(in, s)
	case *ssa.MapUpdate:
		for _, x := range []ssa.Value{in.Key, in.Value} {
			switch r := s.role(x); {
			case r.owns() || r == closure && w.consumes(x, s):
				w.collected(in.Pos(), "a map", s)
			case (r == inner || r == closure) && madeHere(in.Map):
				s.set(in.Map, inner)
			case r == inner || r == closure:
				w.keep(keeping{at: site{in, in.Pos(), "stored in a map"}, src: source(x)}, s)
			}
		}
	case *ssa.Send:
		w.send(site{in, in.Pos(), "sent on a channel"}, in.X, s)
	case *ssa.Go:
		w.goes(in, s)
	case *ssa.Defer:
		w.deferred(in, s)
	}
}

// value returns the role of what an instruction computes.
func (w *walker) value(v ssa.Value, s *state) role {
	switch v := v.(type) {
	case *ssa.Alloc:
		s.assign(place{v, ""}, unrelated) // a new variable in each round of a loop
	case *ssa.UnOp:
		switch {
		case v.Op == token.MUL:
			return w.load(v, s)
		case v.Op == token.NOT && s.role(v.X) == isTrue:
			return isFalse
		case v.Op == token.NOT && s.role(v.X) == isFalse:
			return isTrue
		}
	case *ssa.FieldAddr:
		return w.within(v, v.X, s)
	case *ssa.IndexAddr:
		return w.within(v, v.X, s)
	case *ssa.Field:
		return w.part(v, v.X, s)
	case *ssa.Index:
		return w.part(v, v.X, s)
	case *ssa.Lookup:
		return w.part(v, v.X, s)
	case *ssa.Range:
		return w.part(v, v.X, s)
	case *ssa.Next:
		return s.values[v.Iter]
	case *ssa.Slice:
		w.used(v, v.X, s)
		return s.role(v.X)
	case *ssa.SliceToArrayPointer:
		return s.role(v.X)
	case *ssa.ChangeType:
		return s.role(v.X)
	case *ssa.ChangeInterface:
		return s.role(v.X)
	case *ssa.MakeInterface:
		return s.role(v.X)
	case *ssa.TypeAssert:
		return s.role(v.X)
	case *ssa.Convert:
		if refers(v.Type()) {
			return s.role(v.X)
		}
	case *ssa.Extract:
		return w.extract(v, s)
	}
	return unrelated
}

// load reads a variable.
func (w *walker) load(v *ssa.UnOp, s *state) role {
	if s.values[v.X] == inner {
		w.used(v, v.X, s)
		if refers(v.Type()) {
			return inner
		}
		return unrelated
	}
	p := placeOf(v.X)
	if r, ok := s.cells[p]; ok {
		return r
	}
	// An element of an array may be any of them; a struct has what its parts have.
	switch r := s.content(p); {
	case r.owns():
		return carrier
	case r == inner && refers(v.Type()):
		return inner
	}
	// A part of a struct that was assigned whole.
	for q, r := range s.cells {
		if p.within(q) && r.owns() && carriesLease(v.Type()) {
			return partOf(v)
		} else if p.within(q) && r == inner && refers(v.Type()) {
			return inner
		}
	}
	return unrelated
}

// within is the address of a part of x.
func (w *walker) within(v, x ssa.Value, s *state) role {
	if s.values[x] != inner {
		return unrelated
	}
	w.used(v, x, s)
	return inner
}

// part is a copy of a part of x.
func (w *walker) part(v, x ssa.Value, s *state) role {
	switch r := s.role(x); {
	case r == inner:
		w.used(v, x, s)
		if _, isRange := v.(*ssa.Range); isRange || refers(v.Type()) {
			return inner
		}
	case r == carrier && carriesLease(v.Type()):
		return partOf(v)
	}
	return unrelated
}

// partOf is the role of a part that holds the lease.
func partOf(v ssa.Value) role {
	if isLease(v.Type()) {
		return alias
	}
	return carrier
}

// extract takes one result of several.
func (w *walker) extract(v *ssa.Extract, s *state) role {
	if in, ok := v.Tuple.(ssa.Instruction); ok && in == w.def {
		if s.old {
			return unrelated
		}
		return w.source.result(v)
	}
	if w.sel != nil && v.Tuple == w.sel && v.Index == 1 && !s.old {
		return okUnknown
	}
	switch s.values[v.Tuple] {
	case inner:
		if call, ok := v.Tuple.(*ssa.Call); ok && !w.c.flowsTo(call, s, v.Index) || !refers(v.Type()) {
			return unrelated
		}
		return inner
	case alias:
		if v.Index == 0 {
			return alias
		}
	case noneIfTrue:
		if isBool(v.Type()) {
			return noneIfTrue
		}
	}
	return unrelated
}

// store writes a variable.
func (w *walker) store(in *ssa.Store, s *state) {
	r, p := s.role(in.Val), placeOf(in.Addr)
	if s.values[in.Addr] == inner { // into the object itself
		w.used(in, in.Addr, s)
		switch {
		case r.owns() || r == closure:
			s.status = gone
		case r == unrelated:
			s.movedOut(p)
		}
		return
	}
	if p.isElement() && (r.owns() || r == closure && w.consumes(in.Val, s)) {
		w.element(in, r, s)
		return
	}
	if w.local(p) {
		s.assign(p, r)
		return
	}
	if p.isElement() && madeHere(p.root) && !strings.Contains(p.path, "*") {
		if r == inner || r == closure {
			s.set(p.root, inner)
		}
		return
	}
	at := site{in, in.Pos(), "stored in " + w.nameOf(p)}
	switch {
	case r.owns() || r == closure && w.consumes(in.Val, s):
		w.handOver(at, p, s)
	case r == inner || r == closure:
		s.overwritten(p)
		w.keep(keeping{at: at, src: source(in.Val), dst: p}, s)
	default:
		s.overwritten(p)
	}
}

// element stores the lease in an element. What is boxed for a variadic parameter is a loan, as
// for fmt.
func (w *walker) element(in *ssa.Store, r role, s *state) {
	array, ok := in.Addr.(*ssa.IndexAddr).X.(*ssa.Alloc)
	if !ok || array.Comment != "varargs" {
		w.collected(in.Pos(), "a slice", s)
		return
	}
	for _, ref := range *array.Referrers() {
		slice, ok := ref.(*ssa.Slice)
		if !ok {
			continue
		}
		for _, use := range *slice.Referrers() {
			call, ok := use.(ssa.CallInstruction)
			if !ok {
				continue
			}
			if b, ok := call.Common().Value.(*ssa.Builtin); ok && b.Name() == "append" {
				w.collected(call.Pos(), "a slice", s)
				return
			}
			if isLease(in.Val.Type()) || r == closure {
				w.handOver(site{in, call.Pos(), "passed to " + calleeName(call.Common())}, place{}, s)
				return
			}
		}
	}
}

// madeHere reports whether a slice or a map is the function's own: what it holds is kept only
// if itself is.
func madeHere(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.MakeMap, *ssa.MakeSlice, *ssa.Slice, *ssa.Phi:
		return true
	case *ssa.Call:
		_, ok := v.Call.Value.(*ssa.Builtin)
		return ok
	}
	return false
}

// local reports whether a variable ends with the function.
func (w *walker) local(p place) bool {
	if strings.Contains(p.path, "*") {
		return false
	}
	switch p.root.(type) {
	case *ssa.Alloc:
		return true
	case *ssa.FreeVar:
		return w.closureOf != nil
	}
	return false
}

// nameOf says to people what kind of variable p is.
func (w *walker) nameOf(p place) string {
	switch p.root.(type) {
	case *ssa.Global:
		return "a package variable"
	case *ssa.FreeVar:
		return "a captured variable"
	}
	if p.isElement() {
		return "a slice"
	}
	return "a field"
}

// send gives x to whoever receives it.
func (w *walker) send(at site, x ssa.Value, s *state) {
	switch r := s.role(x); {
	case r.owns():
		w.handOver(at, place{}, s)
	case r == closure:
		w.capture(at, x, s)
	case r == inner:
		w.used(at, x, s)
		w.kept(at, s)
	}
}

// goes starts a goroutine. It owns the leases that it gets, and must not get anything that this
// function still owns.
func (w *walker) goes(in *ssa.Go, s *state) {
	at := site{in, in.Pos(), "passed to a goroutine"}
	if s.role(in.Call.Value) == closure {
		at.what = "captured by a goroutine"
		w.capture(at, in.Call.Value, s)
	}
	for _, a := range in.Call.Args {
		w.send(at, a, s)
	}
	if in.Call.IsInvoke() {
		w.send(at, in.Call.Value, s)
	}
}

// deferred takes note of a deferred call.
func (w *walker) deferred(in *ssa.Defer, s *state) {
	d := deferral{in: in, value: s.role(in.Call.Value)}
	matters := d.value != unrelated
	for _, a := range in.Call.Args {
		r := s.role(a)
		d.args = append(d.args, r)
		matters = matters || r.owns() || r == inner || r == closure
	}
	const most = 8 // deferred in a loop
	if matters && len(s.defers) < most {
		s.defers = append(s.defers, d)
	}
}
