package poolcheck

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// leave is a return: its results go to the caller, then the deferred calls run, then nothing
// may be left.
func (w *walker) leave(in *ssa.Return, s *state) {
	at := site{in, w.returnPos(in), "returned"}
	for i, x := range in.Results {
		switch r := s.role(x); {
		case r.owns():
			if s.status != absent {
				w.handOver(at, place{}, s)
			}
		case r == closure:
			w.returnClosure(at, i, x, s)
		}
	}
	for i, x := range in.Results {
		if s.role(x) == inner {
			w.returnInner(at, i, s)
		}
	}
	w.runDefers(s)
	switch {
	case w.closureOf != nil:
		// What is kept may be overwritten yet by the function that made the closure.
	case s.status == borrowed && w.handler:
		w.flush("Put", s)
	case s.status == borrowed:
		w.keeps = w.keeps || len(s.kept) > 0
	}
	if s.status == held && w.strict {
		w.lost(at.pos, in, s)
	}
	w.ends = append(w.ends, s)
}

// returnPos is the return statement, or the brace where the function ends without one.
func (w *walker) returnPos(in *ssa.Return) token.Pos {
	if in.Pos().IsValid() {
		return in.Pos()
	}
	if syntax := w.fn.Syntax(); syntax != nil {
		return syntax.End() - 1
	}
	return w.fn.Pos()
}

func (w *walker) returnClosure(at site, i int, x ssa.Value, s *state) {
	at.what = "captured by a function that is returned"
	switch {
	case s.status == borrowed:
		w.returns[i] = true
	case w.closureOf == nil:
		w.capture(at, x, s)
	}
}

// returnInner returns memory of the object. That is a loan to the caller where the lease goes
// with it or belongs to somebody who lives on.
func (w *walker) returnInner(at site, i int, s *state) {
	w.returns[i] = true
	switch s.status {
	case put:
		w.report("keptvalue", at.pos,
			"memory of the pooled object is returned after the Put%s; return a Clone or copied values",
			w.c.atLine(s.at.pos))
		s.status = gone
	case moved:
		if s.at.in != at.in {
			w.stale(at.pos, s)
		}
	case held:
		for _, d := range s.defers {
			if some, _ := w.deferredPut(d, s); some {
				w.report("keptvalue", at.pos,
					"memory of the pooled object is returned, but the deferred Put%s comes first; return a Clone or copied values",
					w.c.atLine(d.in.Pos()))
				return
			}
		}
	}
}

// deferredPut tells whether a deferred call Puts the lease or hands it on: on some path, on all.
func (w *walker) deferredPut(d deferral, s *state) (some, all bool) {
	if d.value == closure {
		return w.consumption(d.in.Call.Value, s)
	}
	for i, r := range d.args {
		if r == alias && i == 0 && leaseMethod(d.in.Call.StaticCallee()) == "Put" {
			return true, true
		}
		if r.owns() && leaseMethod(d.in.Call.StaticCallee()) == "" {
			return true, true
		}
		if r == closure {
			return w.consumption(d.in.Call.Args[i], s)
		}
	}
	return false, false
}

// runDefers runs the deferred calls, last first.
func (w *walker) runDefers(s *state) {
	for i := len(s.defers) - 1; i >= 0; i-- {
		d := s.defers[i]
		at := site{d.in, d.in.Pos(), "passed to a deferred call"}
		some, all := w.deferredPut(d, s)
		switch {
		case !some:
			w.deferredUse(d, at, s)
		case s.status == held:
			w.flush("Put by a deferred call", s)
			s.status, s.at = put, at
			if leaseMethod(d.in.Call.StaticCallee()) == "" && d.value != closure {
				s.status = moved
			}
		case s.status == put && all:
			w.misuse("doubleput", at.pos, s,
				"the deferred call Puts %s, which is Put%s already; keep one of the two",
				w.source, w.c.atLine(s.at.pos))
		case s.status == moved || s.status == stored:
			w.misuse("deferredput", at.pos, s,
				"the deferred call Puts %s, which is %s%s; Put it only where it is not handed on",
				w.source, s.at.what, w.c.atLine(s.at.pos))
		case s.status == absent && all:
			w.misuse("absent", at.pos, s,
				"there is no lease on this path and the deferred Put panics; defer it after the check of Get's error")
		}
	}
}

// deferredUse is a deferred call that leaves the lease where it is.
func (w *walker) deferredUse(d deferral, at site, s *state) {
	if d.value == closure {
		w.lend(d.in.Call.Value, s)
		return
	}
	for _, r := range d.args {
		if r == inner && (s.status == put || s.status == moved) {
			w.stale(at.pos, s)
		}
	}
}

// lost is a lease that nobody has after this point.
func (w *walker) lost(pos token.Pos, in *ssa.Return, s *state) {
	w.c.lost(w, pos, in, s)
}

// again is a loop that comes back to the Get. It reports whether there is something to follow
// on: a variable of the loop that still refers to the lease before.
func (w *walker) again(s *state) bool {
	s.old = true
	for v, r := range s.values {
		if _, ok := v.(*ssa.Phi); ok && (r == inner || r.owns()) {
			return true
		}
	}
	if !w.strict || s.status != held || w.putDeferred(s) {
		return false
	}
	w.report("lost", w.def.Pos(),
		"%s is not Put or handed on when the loop gets here again; end each round with lease.Put()",
		w.source)
	return false
}

func (w *walker) putDeferred(s *state) bool {
	for _, d := range s.defers {
		if some, _ := w.deferredPut(d, s); some {
			return true
		}
	}
	return false
}

// aborts is a panic, or the call of a function that never returns (exit). A failed test ends
// with its pools, so tests may do it.
func (w *walker) aborts(pos token.Pos, exit bool, s *state) {
	if !pos.IsValid() || !w.strict || s.status != held || w.putDeferred(s) || w.c.inTest(pos) {
		return
	}
	what := "this panic"
	if exit {
		what = "this call, which does not return"
	}
	w.report("panicgap", pos,
		"%s is not Put on the way out of %s; Put it before, or defer lease.Put() right after Get",
		w.source, what)
}

// panicOf returns what a panic instruction stands for: go/ssa puts one behind each call of a
// function that never returns.
func panicOf(in *ssa.Panic, b *ssa.BasicBlock, i int) (pos token.Pos, exit bool) {
	if x, ok := in.X.(*ssa.MakeInterface); !ok || x.X.Name() != `"noreturn":string` {
		return in.Pos(), false // without a position: the end of a select that has no default
	}
	for i--; i >= 0; i-- {
		if call, ok := b.Instrs[i].(*ssa.Call); ok {
			return call.Pos(), true
		}
	}
	return token.NoPos, false
}

// neverReturns knows the calls that go/ssa can not know: those of testing.TB, and of what
// looks like it.
func (w *walker) neverReturns(in *ssa.Call) bool {
	var recv types.Type
	var name string
	if in.Call.IsInvoke() {
		recv, name = in.Call.Value.Type(), in.Call.Method.Name()
	} else if fn := in.Call.StaticCallee(); fn != nil && fn.Signature.Recv() != nil {
		recv, name = fn.Signature.Recv().Type(), fn.Name()
	}
	switch name {
	case "Fatal", "Fatalf", "FailNow", "Skip", "Skipf", "SkipNow":
		marks, _, _ := types.LookupFieldOrMethod(recv, true, nil, "Helper")
		return marks != nil // what has Helper is a testing.TB by nature
	}
	return false
}
