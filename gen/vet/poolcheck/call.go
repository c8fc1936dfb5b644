package poolcheck

import (
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// call is the effect of a call. A closure that is called here may end in several ways: s becomes
// the first of them, the others are returned.
func (w *walker) call(in *ssa.Call, s *state) []*state {
	s.set(in, unrelated)
	cc := &in.Call
	if w.leaseCall(in, s) {
		return nil
	}
	if b, ok := cc.Value.(*ssa.Builtin); ok {
		w.builtin(in, b.Name(), s)
		return nil
	}
	w.forgetOutside(s)
	s.joined(cc)
	if s.role(cc.Value) == closure && !cc.IsInvoke() {
		return w.inline(in, s)
	}
	facts := w.c.summary(cc)
	for i, a := range cc.Args {
		w.argument(in, i, a, facts, s)
	}
	if cc.IsInvoke() {
		w.used(in, cc.Value, s)
	}
	w.mapsError(in, s)
	return nil
}

// mapsError takes note of a call that tests the error of Get, or makes another error of it.
func (w *walker) mapsError(in *ssa.Call, s *state) {
	for i, a := range in.Call.Args {
		switch {
		case s.role(a) != errUnknown:
		case i == 0 && isErrorTest(&in.Call):
			s.set(in, noneIfTrue)
		case in.Type().String() == "error":
			s.set(in, errMapped)
		}
	}
}

// leaseCall handles the methods of a lease, also behind an interface.
func (w *walker) leaseCall(in *ssa.Call, s *state) bool {
	cc, name, recv := &in.Call, "", ssa.Value(nil)
	switch {
	case cc.IsInvoke() && s.role(cc.Value) == alias:
		name, recv = cc.Method.Name(), cc.Value
	case !cc.IsInvoke() && len(cc.Args) > 0:
		name, recv = leaseMethod(cc.StaticCallee()), cc.Args[0]
	}
	if name == "" {
		return false
	}
	if s.role(recv) == alias {
		switch at := (site{in, in.Pos(), "Put"}); name {
		case "Put":
			w.putAt(at, s)
		case "Value":
			s.set(in, w.valueOf(at, s))
		}
	}
	return true
}

// builtin is a call of a builtin function: append and the like carry references along.
func (w *walker) builtin(in *ssa.Call, name string, s *state) {
	if name == "len" || name == "cap" {
		return // in the header, which was copied
	}
	for _, a := range in.Call.Args {
		w.used(in, a, s)
	}
	if name != "append" {
		return
	}
	elem := in.Type().Underlying().(*types.Slice).Elem()
	if s.role(in.Call.Args[0]) == inner || s.role(in.Call.Args[1]) == inner && refers(elem) {
		s.set(in, inner)
	}
}

// argument is argument i of a call, the receiver of a method among them.
func (w *walker) argument(in *ssa.Call, i int, a ssa.Value, facts *summary, s *state) {
	at := site{in, in.Pos(), "passed to " + calleeName(&in.Call)}
	switch s.role(a) {
	case alias:
		if isLease(a.Type()) {
			w.handOver(at, place{}, s)
		} else {
			s.status = gone // boxed
		}
	case carrier:
		switch {
		case i == 0 && in.Call.Signature().Recv() != nil && !in.Call.IsInvoke() && !isReference(a.Type()):
			// A method of a struct uses it.
		case isReference(a.Type()) || !carriesLease(a.Type()):
			s.status = gone
		default:
			w.handOver(at, place{}, s)
		}
	case closure:
		switch {
		case isRangeBody(a) && w.consumes(a, s):
			s.status = gone // how the loop is left is out of sight
		case w.consumes(a, s):
			w.capture(at, a, s)
		case facts.keep(i) || runsLater(&in.Call):
			at.what = "kept by " + calleeName(&in.Call)
			w.capture(at, a, s)
		case startsGoroutine(&in.Call):
			at.what = "captured by a goroutine"
			w.keep(keeping{at: at}, s)
		default:
			w.lend(a, s)
		}
	case inner:
		w.used(at, a, s)
		switch {
		case facts.keep(i):
			at.what = "kept by " + calleeName(&in.Call)
			w.kept(at, s)
		case isCloneParam(&in.Call, i):
			at.what = "passed to " + calleeName(&in.Call) + " as a clone"
			w.kept(at, s)
		}
		if facts.flows(i) != 0 || aliasesFirst(&in.Call) && i == 0 {
			s.set(in, inner)
		}
	}
}

// forgetOutside takes note that a call may have changed variables that are not this function's.
func (w *walker) forgetOutside(s *state) {
	for p := range s.cells {
		if !w.local(p) {
			delete(s.cells, p)
		}
	}
}

// joined takes note of a Wait: goroutines of the group are at their end.
func (s *state) joined(cc *ssa.CallCommon) {
	fn := cc.StaticCallee()
	if fn == nil || fn.Name() != "Wait" {
		return
	}
	s.kept = slices.DeleteFunc(s.kept, func(k keeping) bool {
		start, ok := k.at.in.(*ssa.Call)
		return ok && startsGoroutine(&start.Call)
	})
}

// flowsTo reports whether result index of a call refers to memory that an argument refers to.
func (c *checker) flowsTo(call *ssa.Call, s *state, index int) bool {
	if f, ok := c.inlined[call]; ok {
		return f[index]
	}
	facts := c.summary(&call.Call)
	for i, a := range call.Call.Args {
		if s.role(a) == inner && facts.flows(i)&(1<<index) != 0 {
			return true
		}
	}
	return aliasesFirst(&call.Call)
}

// isCloneParam reports whether the parameter of argument i is named clone: by that name a
// function says that it keeps what it gets, and wants a heap clone that is nobody else's.
func isCloneParam(cc *ssa.CallCommon, i int) bool {
	sig := cc.Signature()
	if sig.Recv() != nil && !cc.IsInvoke() {
		i--
	}
	return i >= 0 && i < sig.Params().Len() && sig.Params().At(i).Name() == "clone"
}

// isErrorTest reports whether a call compares an error with a certain one.
func isErrorTest(cc *ssa.CallCommon) bool {
	pkg, name := standard(cc)
	return pkg == "errors" && (name == "Is" || name == "As" || name == "AsType")
}

// startsGoroutine reports whether a call runs a function that it is given in a goroutine of a
// group that can be waited for.
func startsGoroutine(cc *ssa.CallCommon) bool {
	switch pkg, name := standard(cc); pkg {
	case "sync", "golang.org/x/sync/errgroup":
		return name == "Go" || name == "TryGo"
	}
	return false
}

// runsLater reports whether a function of the standard library keeps a function that it is
// given.
func runsLater(cc *ssa.CallCommon) bool {
	switch pkg, name := standard(cc); pkg {
	case "time", "context":
		return name == "AfterFunc"
	case "runtime":
		return name == "AddCleanup" || name == "SetFinalizer"
	}
	return false
}

// aliasesFirst reports whether a function of the standard library, which has no facts here,
// returns a part of its first argument.
func aliasesFirst(cc *ssa.CallCommon) bool {
	pkg, name := standard(cc)
	switch pkg {
	case "bytes":
		return strings.HasPrefix(name, "Trim") || strings.HasPrefix(name, "Cut") ||
			strings.HasPrefix(name, "Split") || strings.HasPrefix(name, "Fields")
	case "slices":
		switch name {
		case "Clip", "Grow", "Insert", "Delete", "DeleteFunc", "Replace", "Compact", "CompactFunc", "Chunk", "Values", "All":
			return true
		}
	}
	return false
}

// standard names a function by its package and itself.
func standard(cc *ssa.CallCommon) (pkg, name string) {
	fn := cc.StaticCallee()
	if fn == nil {
		return "", ""
	}
	if o := fn.Origin(); o != nil {
		fn = o
	}
	obj := fn.Object()
	if obj == nil || obj.Pkg() == nil {
		return "", ""
	}
	return pathOf(obj.Pkg()), obj.Name()
}

// calleeName names the callee for people.
func calleeName(cc *ssa.CallCommon) string {
	if cc.IsInvoke() {
		return cc.Method.Name()
	}
	if fn := cc.StaticCallee(); fn != nil && fn.Object() != nil {
		return fn.Object().Name()
	}
	return "a function value"
}
