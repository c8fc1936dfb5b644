package poolcheck

import (
	"fmt"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// lease is where a lease comes from.
type lease struct {
	text  string // for people
	pos   token.Pos
	index int  // of the lease among the results of its origin
	call  bool // it is the result of a call
}

// String implements fmt.Stringer.
func (l lease) String() string { return l.text }

// result is the role of one of several results of the origin.
func (l lease) result(v *ssa.Extract) role {
	switch {
	case v.Index == l.index:
		return partOf(v)
	case v.Type().String() == "error":
		return errUnknown
	case isBool(v.Type()) && l.call:
		return okMaybe
	case isBool(v.Type()):
		return okUnknown
	}
	return unrelated
}

// origins follows every lease that fn gets.
func (c *checker) origins(fn *ssa.Function) {
	for _, p := range fn.Params {
		c.parameter(fn, p)
	}
	for _, b := range fn.Blocks {
		for _, in := range b.Instrs {
			switch in := in.(type) {
			case *ssa.Call:
				c.results(fn, in, in.Type(), "the lease of "+calleeName(&in.Call))
			case *ssa.UnOp:
				if in.Op == token.ARROW {
					c.results(fn, in, in.Type(), "the received lease")
				} else if in.Op == token.MUL && isLease(in.Type()) {
					c.loaded(fn, in, placeOf(in.X))
				}
			case *ssa.Select:
				c.selected(fn, in)
			case *ssa.Lookup, *ssa.Index, *ssa.Field:
				if v := in.(ssa.Value); isLease(v.Type()) {
					c.loaded(fn, v, place{})
				}
			}
		}
	}
}

// parameter is a lease that fn was given. It owns it from the first instruction on.
func (c *checker) parameter(fn *ssa.Function, p *ssa.Parameter) {
	if !carriesLease(p.Type()) {
		return
	}
	w := &walker{c: c, fn: fn, strict: isLease(p.Type())}
	name, pos := p.Name(), p.Pos()
	if v, ok := p.Object().(*types.Var); ok && v != nil { // nil for what the compiler added
		name = v.Name()
	}
	if isRange(fn) { // the parameter is the function's that is ranged over
		name, pos = "lease", fn.Pos()
		if len(*p.Referrers()) == 0 {
			name = "_"
		}
	}
	w.source = lease{text: strings.TrimSuffix("the lease "+name, " lease"), pos: pos, index: -1}
	if w.strict && (name == "_" || name == "") {
		c.report("discarded", pos, "this function owns the lease that it is given and drops it; name the parameter and Put it", w.source)
		return
	}
	s := newState(held)
	s.set(p, partOf(p))
	w.run(nil, s)
}

// results follows the leases among what an instruction yields.
func (c *checker) results(fn *ssa.Function, in ssa.Instruction, t types.Type, text string) {
	_, call := in.(*ssa.Call)
	source := lease{text: text, pos: in.Pos(), call: call}
	v := in.(ssa.Value)
	tuple, ok := t.(*types.Tuple)
	if !ok {
		c.result(&walker{c: c, fn: fn, def: in, source: source}, t, len(*v.Referrers()) > 0, func(s *state) { s.set(v, partOf(v)) })
		return
	}
	for i := range tuple.Len() {
		source.index = i
		used := extracted(v, i)
		if !used && c.inTest(in.Pos()) && extracted(v, tuple.Len()-1) {
			continue // a test that wants the error
		}
		c.result(&walker{c: c, fn: fn, def: in, source: source}, tuple.At(i).Type(), used, func(*state) {})
	}
}

// result follows a result that is a lease, or a struct with a lease in it, which may as well
// belong to somebody else.
func (c *checker) result(w *walker, t types.Type, used bool, begin func(*state)) {
	switch {
	case !carriesLease(t):
		return
	case isLease(t) && !used:
		c.discarded(w.source)
		return
	}
	w.strict = isLease(t)
	s := newState(held)
	begin(s)
	w.run(w.def, s)
}

func (c *checker) discarded(l lease) {
	c.report("discarded", l.pos, fmt.Sprintf("%s is never used, so nobody Puts it; give it a name and Put it or hand it on", l), l)
}

// extracted reports whether result i of a tuple is used.
func extracted(tuple ssa.Value, i int) bool {
	for _, ref := range *tuple.Referrers() {
		if e, ok := ref.(*ssa.Extract); ok && e.Index == i && len(*e.Referrers()) > 0 {
			return true
		}
	}
	return false
}

// selected follows the leases that the cases of a select receive.
func (c *checker) selected(fn *ssa.Function, in *ssa.Select) {
	index := 1
	for _, st := range in.States {
		if st.Dir != types.RecvOnly {
			continue
		}
		index++ // after the case's number and recvOk
		if !isLease(st.Chan.Type().Underlying().(*types.Chan).Elem()) {
			continue
		}
		l := lease{text: "the received lease", pos: st.Pos, index: index}
		used := false
		for _, ref := range *in.Referrers() {
			if e, ok := ref.(*ssa.Extract); ok && e.Index == index && len(*e.Referrers()) > 0 {
				used = true
				w := &walker{c: c, fn: fn, def: e, sel: in, strict: true, source: l}
				s := newState(held)
				s.set(e, alias)
				for _, other := range *in.Referrers() {
					if ok, isExtract := other.(*ssa.Extract); isExtract && ok.Index == 1 {
						s.set(ok, okUnknown)
					}
				}
				w.run(e, s)
			}
		}
		if !used {
			c.discarded(l)
		}
	}
}

// loaded follows a lease that is read from a variable, which may be somebody else's: it need
// not be Put here, but if it is, then once.
func (c *checker) loaded(fn *ssa.Function, v ssa.Value, from place) {
	if _, ok := from.root.(*ssa.Alloc); ok && !strings.Contains(from.path, "*") {
		return // a local variable: what it holds is followed from where it came
	}
	w := &walker{c: c, fn: fn, def: v.(ssa.Instruction), source: lease{text: "the lease", pos: v.Pos(), index: -1}}
	s := newState(held)
	s.set(v, alias)
	if from.root != nil && !from.isElement() {
		s.cells[from] = alias
	}
	w.run(w.def, s)
}
