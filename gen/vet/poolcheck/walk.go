package poolcheck

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// What bounds the work: the states that one block is looked at in, for a lease and for a
// summary. Beyond it paths are left out; every block is seen in the first of its states.
const (
	statesMax        = 128
	statesSummaryMax = 8
)

// depthMax bounds closures within closures.
const depthMax = 4

// walker follows one lease, or one object that is borrowed, through all paths of a function.
type walker struct {
	c  *checker
	fn *ssa.Function
	// def is where the lease comes from, nil for a parameter. To get there again is to lose it.
	def    ssa.Instruction
	sel    *ssa.Select // that received it
	source lease
	// strict is set where the function owns the lease, so that it must Put it or hand it on.
	strict bool
	// silent walks make summaries.
	silent bool
	// handler is set while the argument of a Handle is followed.
	handler bool
	// closureOf is set while a closure is followed from where it was made: its free variables
	// are local variables of that function then.
	closureOf *walker
	depth     int

	repeated map[string]ssa.Value                // by condition: the first value of those that are tested twice
	seen     map[*ssa.BasicBlock]map[string]bool // states by block

	// The result.
	ends    []*state // at returns
	keeps   bool     // an inner value is stored where it outlives the call
	returns []bool   // by result: an inner value may be returned
}

// run follows all paths from the instruction after at, or from the entry if at is nil.
func (w *walker) run(at ssa.Instruction, s *state) {
	w.seen = map[*ssa.BasicBlock]map[string]bool{}
	w.repeated = repeatedConditions(w.fn)
	w.returns = make([]bool, w.fn.Signature.Results().Len())
	if len(w.fn.Blocks) == 0 {
		return
	}
	if at == nil {
		w.block(w.fn.Blocks[0], 0, s)
		return
	}
	for i, in := range at.Block().Instrs {
		if in == at {
			w.block(at.Block(), i+1, s)
		}
	}
}

// block follows a path from instruction i of b to its end.
func (w *walker) block(b *ssa.BasicBlock, i int, s *state) {
	for ; i < len(b.Instrs); i++ {
		in := b.Instrs[i]
		if in == w.def && !w.again(s) {
			return
		}
		switch in := in.(type) {
		case *ssa.Return:
			w.leave(in, s)
			return
		case *ssa.Panic:
			pos, exit := panicOf(in, b, i)
			w.aborts(pos, exit, s)
			return
		case *ssa.If:
			w.branch(in, b, s)
			return
		case *ssa.Jump:
			w.edge(b, 0, s)
			return
		case *ssa.Call:
			if w.neverReturns(in) {
				w.aborts(in.Pos(), true, s)
				return
			}
			others := w.call(in, s)
			for _, other := range others {
				w.block(b, i+1, other)
			}
		case *ssa.Select:
			w.step(in, s)
			for _, other := range w.untested(in, s) {
				w.block(b, i+1, other)
			}
		default:
			w.step(in, s)
		}
	}
}

// edge goes from b to its successor n.
func (w *walker) edge(b *ssa.BasicBlock, n int, s *state) {
	succ, from := b.Succs[n], 0
	for i, p := range succ.Preds {
		if p == b {
			from = i
			if n == 0 {
				break // both ways of an if may lead to one block
			}
		}
	}
	roles := map[ssa.Value]role{}
	i := 0
	for ; i < len(succ.Instrs); i++ {
		phi, ok := succ.Instrs[i].(*ssa.Phi)
		if !ok {
			break
		}
		roles[phi] = phiRole(phi.Edges[from], s)
	}
	s = s.copy()
	for phi, r := range roles {
		s.set(phi, r)
	}
	s.prune(succ)
	if !w.fresh(succ, s) {
		return
	}
	w.block(succ, i, s)
}

// fresh reports whether b was not looked at in this state yet.
func (w *walker) fresh(b *ssa.BasicBlock, s *state) bool {
	most := statesMax
	if s.status == borrowed {
		most = statesSummaryMax
	}
	states := w.seen[b]
	if states == nil {
		states = map[string]bool{}
		w.seen[b] = states
	}
	key := s.key(w.c.ids)
	if states[key] || len(states) >= most {
		return false
	}
	states[key] = true
	return true
}

// phiRole is the role that a value brings along an edge.
func phiRole(v ssa.Value, s *state) role {
	if k, ok := v.(*ssa.Const); ok && k.Value != nil && isBool(k.Type()) {
		if k.Value.String() == "true" {
			return isTrue
		}
		return isFalse
	}
	return s.role(v)
}

// branch goes both ways of an if, or the only one that the state allows.
func (w *walker) branch(in *ssa.If, b *ssa.BasicBlock, s *state) {
	yes, no := s.copy(), s
	yesOK, noOK := w.assume(in.Cond, true, yes), w.assume(in.Cond, false, no)
	if yesOK {
		w.edge(b, 0, yes)
	}
	if noOK {
		w.edge(b, 1, no)
	}
}

// assume changes s to what it is if cond has the value. It returns false if it can't have it.
func (w *walker) assume(cond ssa.Value, value bool, s *state) bool {
	if not, ok := cond.(*ssa.UnOp); ok && not.Op == token.NOT {
		return w.assume(not.X, !value, s)
	}
	switch s.role(cond) {
	case isTrue:
		return value
	case isFalse:
		return !value
	case okUnknown:
		if !value {
			s.fail()
		}
	case okMaybe:
		if !value && s.status == held {
			s.status = gone
		}
	case noneIfTrue:
		if value {
			s.fail()
			s.failed(true)
		}
	}
	if cmp, ok := cond.(*ssa.BinOp); ok && (cmp.Op == token.EQL || cmp.Op == token.NEQ) {
		if !w.assumeEqual(cmp, value == (cmp.Op == token.EQL), s) {
			return false
		}
	}
	if first, ok := w.repeated[conditionKey(cond)]; ok {
		switch s.role(first) {
		case isTrue:
			return value == sameSense(first, cond)
		case isFalse:
			return value != sameSense(first, cond)
		}
		if s.role(first) == unrelated {
			if value == sameSense(first, cond) {
				s.set(first, isTrue)
			} else {
				s.set(first, isFalse)
			}
		}
	}
	return true
}

// assumeEqual is assume for a comparison.
func (w *walker) assumeEqual(cmp *ssa.BinOp, equal bool, s *state) bool {
	x, y := cmp.X, cmp.Y
	if s.role(x) == unrelated {
		x, y = y, x
	}
	switch s.role(x) {
	case errUnknown:
		if isNil(y) {
			if !equal {
				s.fail()
			}
			s.failed(!equal)
		} else if equal { // it is a certain error
			s.fail()
			s.failed(true)
		}
	case errMapped:
		if isNil(y) && !equal {
			s.fail()
			s.failed(true)
		}
	case errNil:
		return !isNil(y) || equal
	case errSet:
		return !isNil(y) || !equal
	case alias:
		if !isZero(y) {
			break
		}
		if equal {
			s.fail()
		} else if s.status == absent {
			return false
		}
	}
	if index, ok := x.(*ssa.Extract); ok && equal {
		w.chosen(index, y, cmp, s)
	} else if index, ok := y.(*ssa.Extract); ok && equal {
		w.chosen(index, x, cmp, s)
	}
	return true
}

// untested returns the states after each send of a select whose cases are all empty: go/ssa
// leaves out the test of which was chosen.
func (w *walker) untested(in *ssa.Select, s *state) []*state {
	for _, ref := range *in.Referrers() {
		if e, ok := ref.(*ssa.Extract); ok && e.Index == 0 {
			for _, test := range *e.Referrers() {
				if cmp, ok := test.(*ssa.BinOp); ok && len(*cmp.Referrers()) > 0 {
					return nil
				}
			}
		}
	}
	var sent []*state
	for _, c := range in.States {
		if c.Send != nil && s.role(c.Send) != unrelated {
			other := s.copy()
			w.send(site{c, c.Pos, "sent on a channel"}, c.Send, other)
			sent = append(sent, other)
		}
	}
	return sent
}

// chosen takes note of the case of a select: the one that sends the lease hands it over.
func (w *walker) chosen(index *ssa.Extract, number ssa.Value, at *ssa.BinOp, s *state) {
	sel, ok := index.Tuple.(*ssa.Select)
	k, isConst := number.(*ssa.Const)
	if !ok || !isConst || index.Index != 0 || k.Value == nil {
		return
	}
	if i := int(k.Int64()); i >= 0 && i < len(sel.States) && sel.States[i].Send != nil {
		w.send(site{at, sel.States[i].Pos, "sent on a channel"}, sel.States[i].Send, s)
	}
}

// fail is the path on which Get failed.
func (s *state) fail() {
	if s.status == held {
		s.status = absent
	}
}

// failed takes note of what the error of Get is on this path.
func (s *state) failed(set bool) {
	for v, r := range s.values {
		if r == errUnknown {
			if set {
				s.values[v] = errSet
			} else {
				s.values[v] = errNil
			}
		}
	}
	for p, r := range s.cells {
		if r == errUnknown {
			if set {
				s.cells[p] = errSet
			} else {
				s.cells[p] = errNil
			}
		}
	}
}

// repeatedConditions finds the conditions that a function tests more than once: both tests have
// the same outcome on one path.
func repeatedConditions(fn *ssa.Function) map[string]ssa.Value {
	first, repeated := map[string]ssa.Value{}, map[string]ssa.Value{}
	for _, b := range fn.Blocks {
		if len(b.Instrs) == 0 {
			continue
		}
		test, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		key := conditionKey(test.Cond)
		if v, ok := first[key]; ok {
			repeated[key] = v
		} else {
			first[key] = test.Cond
		}
	}
	return repeated
}

// conditionKey is the same for conditions that are equal or opposite.
func conditionKey(v ssa.Value) string {
	switch v := v.(type) {
	case *ssa.UnOp:
		if v.Op == token.NOT {
			return conditionKey(v.X)
		}
	case *ssa.BinOp:
		if v.Op == token.EQL || v.Op == token.NEQ {
			return "== " + v.X.Name() + " " + v.Y.Name()
		}
		return v.Op.String() + " " + v.X.Name() + " " + v.Y.Name()
	}
	return v.Name()
}

// sameSense reports whether two conditions of one key are equal, not opposite.
func sameSense(a, b ssa.Value) bool { return sense(a) == sense(b) }

func sense(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.UnOp:
		if v.Op == token.NOT {
			return !sense(v.X)
		}
	case *ssa.BinOp:
		return v.Op != token.NEQ
	}
	return true
}

func isNil(v ssa.Value) bool {
	k, ok := v.(*ssa.Const)
	return ok && k.IsNil()
}

// isZero reports whether v is a zero value: a constant, or a variable that nobody writes to.
func isZero(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Const:
		return v.Value == nil
	case *ssa.UnOp:
		alloc, ok := v.X.(*ssa.Alloc)
		if !ok {
			return false
		}
		for _, ref := range *alloc.Referrers() {
			if _, ok := ref.(*ssa.UnOp); !ok {
				return false
			}
		}
		return true
	}
	return false
}

func isBool(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsBoolean != 0
}

func isReference(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Interface, *types.Chan, *types.Map, *types.Signature:
		return true
	}
	return false
}

// addressOfLoad returns the address that a load reads.
func addressOfLoad(x *ssa.UnOp) (ssa.Value, bool) { return x.X, x.Op == token.MUL }
