package poolcheck

import (
	"strings"

	"golang.org/x/tools/go/ssa"
)

// enter follows a closure with the state of the function that made it.
func (w *walker) enter(mc *ssa.MakeClosure, args []ssa.Value, s *state, silent, strict bool) *walker {
	fn := mc.Fn.(*ssa.Function)
	sub := &walker{
		c: w.c, fn: fn, source: w.source, silent: silent || w.silent, strict: strict,
		handler: w.handler, closureOf: w, depth: w.depth + 1,
	}
	start := newState(s.status)
	start.at, start.dst, start.kept = s.at, s.dst, s.kept
	for i, b := range mc.Bindings {
		outer, fv := placeOf(b), fn.FreeVars[i]
		start.set(fv, s.values[b])
		for p, r := range s.cells {
			if p.within(outer) {
				start.cells[place{fv, strings.TrimPrefix(p.path, outer.path)}] = r
			}
		}
	}
	for i, a := range args {
		if r := s.role(a); r == inner && i < len(fn.Params) {
			start.set(fn.Params[i], r)
		}
	}
	if sub.depth <= depthMax {
		sub.run(nil, start)
	}
	return sub
}

// inline is a call of a closure by the function that made it.
func (w *walker) inline(in *ssa.Call, s *state) []*state {
	mc := closureOf(in.Call.Value)
	if mc == nil {
		s.status = gone
		return nil
	}
	if name := leaseMethod(mc.Fn.(*ssa.Function)); name != "" {
		switch at := (site{in, in.Pos(), "Put"}); name {
		case "Put":
			w.putAt(at, s)
		case "Value":
			s.set(in, w.valueOf(at, s))
		}
		return nil
	}
	sub := w.enter(mc, in.Call.Args, s, false, false)
	if len(sub.ends) == 0 {
		s.status = gone // it does not return, or is too deep
		return nil
	}
	w.c.inlined[in] = sub.returns
	w.keeps = w.keeps || sub.keeps
	before, seen := s.copy(), map[string]bool{}
	var others []*state
	for i, end := range sub.ends {
		next := s
		if i > 0 {
			next = before.copy()
		}
		w.resume(in, mc, sub, end, next)
		if key := next.key(w.c.ids); !seen[key] {
			seen[key] = true
			if i > 0 {
				others = append(others, next)
			}
		}
	}
	return others
}

// resume makes s what it is after the closure has ended.
func (w *walker) resume(in *ssa.Call, mc *ssa.MakeClosure, sub *walker, end, s *state) {
	s.status, s.at, s.dst, s.kept = end.status, end.at, end.dst, end.kept
	for i, b := range mc.Bindings {
		outer, fv := placeOf(b), mc.Fn.(*ssa.Function).FreeVars[i]
		s.assign(outer, unrelated)
		for p, r := range end.cells {
			if p.root == fv {
				s.cells[place{outer.root, outer.path + p.path}] = r
			}
		}
	}
	for _, inside := range sub.returns {
		if inside {
			s.set(in, inner)
		}
	}
}

// consumption tells whether a closure Puts the lease or hands it on: on some path, on all.
func (w *walker) consumption(v ssa.Value, s *state) (some, all bool) {
	mc := closureOf(v)
	if mc == nil {
		return false, false
	}
	if name := leaseMethod(mc.Fn.(*ssa.Function)); name != "" {
		return name == "Put", name == "Put"
	}
	trial := s.copy()
	trial.status, trial.at, trial.kept = held, site{}, nil
	sub := w.enter(mc, nil, trial, true, false)
	all = len(sub.ends) > 0
	for _, end := range sub.ends {
		if end.status == held {
			all = false
		} else {
			some = true
		}
	}
	return some, all
}

func (w *walker) consumes(v ssa.Value, s *state) bool {
	if s.status == borrowed {
		return false
	}
	some, _ := w.consumption(v, s)
	return some
}

// capture gives a closure away. With it goes the lease, if the closure Puts it or hands it on.
func (w *walker) capture(at site, v ssa.Value, s *state) {
	if s.status == put && w.c.inTest(at.pos) {
		s.status = gone // a test proves that the misuse panics
		return
	}
	if !w.consumes(v, s) {
		w.kept(at, s)
		return
	}
	mc := closureOf(v)
	_, isGo := at.in.(*ssa.Go)
	if s.status == held && leaseMethod(mc.Fn.(*ssa.Function)) == "" {
		w.enter(mc, nil, s.copy(), false, isGo)
	}
	w.handOver(at, place{}, s)
}

// lend gives a closure to a function that calls it before it returns.
func (w *walker) lend(v ssa.Value, s *state) {
	mc := closureOf(v)
	if mc == nil || w.c.inTest(v.Pos()) && s.status == put {
		return
	}
	if leaseMethod(mc.Fn.(*ssa.Function)) != "" {
		if s.status == put || s.status == moved {
			w.stale(v.Pos(), s)
		}
		return
	}
	sub := w.enter(mc, nil, s, false, false)
	w.keeps = w.keeps || sub.keeps
	for _, end := range sub.ends {
		s.kept = end.kept
	}
}

// isRangeBody reports whether a closure is the body of a range over a function.
func isRangeBody(v ssa.Value) bool {
	mc := closureOf(v)
	return mc != nil && isRange(mc.Fn.(*ssa.Function))
}

func isRange(fn *ssa.Function) bool { return strings.HasPrefix(fn.Synthetic, "range-over-func") }

// closureOf finds where a function value was made, if that is plain to see.
func closureOf(v ssa.Value) *ssa.MakeClosure {
	switch v := v.(type) {
	case *ssa.MakeClosure:
		return v
	case *ssa.ChangeType:
		return closureOf(v.X)
	case *ssa.MakeInterface:
		return closureOf(v.X)
	case *ssa.UnOp:
		alloc, ok := v.X.(*ssa.Alloc)
		if !ok {
			return nil
		}
		var found *ssa.MakeClosure
		for _, ref := range *alloc.Referrers() {
			if st, ok := ref.(*ssa.Store); ok && st.Addr == alloc {
				if found != nil {
					return nil
				}
				found = closureOf(st.Val)
			}
		}
		return found
	}
	return nil
}
