package noctxpoll

import (
	"go/constant"
	"go/token"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"
)

const adviceLimit = "the library's default closes the connection on messages above 32,768 bytes: call SetReadLimit right after Dial"

// limits reports connections of Dial that are read, or leave the function, without a read limit.
func limits(pass *analysis.Pass, funcs []*ssa.Function) {
	for _, fn := range funcs {
		for _, b := range fn.Blocks {
			for i, in := range b.Instrs {
				c, ok := in.(*ssa.Call)
				if !ok {
					continue
				}
				switch {
				case method(&c.Call) == "SetReadLimit" && isNegative(c.Call.Args[1]):
					pass.Reportf(c.Pos(), "a negative read limit is none: give the bytes of the largest message that may come")
				case isFunc(&c.Call, library, "Dial"):
					w := newWalk(c, result(c, 0))
					w.dial = c
					if w.block(b, i+1, state{}); w.misuse != "" {
						pass.Reportf(c.Pos(), "the connection %s without SetReadLimit: %s", w.misuse, adviceLimit)
					}
				}
			}
		}
	}
}

func isNegative(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.Value != nil && constant.Sign(c.Value) < 0
}

// result returns the value that takes result i of a call, or nil when it is dropped.
func result(c *ssa.Call, i int) ssa.Value {
	for _, r := range *c.Referrers() {
		if e, ok := r.(*ssa.Extract); ok && e.Index == i {
			return e
		}
	}
	return nil
}

// state is what is known of a connection at a point of a function.
type state struct {
	limited bool // SetReadLimit was called
	kept    bool // somebody outside the function can reach it
}

// walk follows one connection along all paths of a function.
type walk struct {
	conn    map[ssa.Value]bool // values that are the connection or hold it
	dial    *ssa.Call          // nil inside a function that was given the connection
	visited map[*ssa.BasicBlock]map[state]bool
	within  map[*ssa.Function]bool // functions being walked, against recursion
	misuse  string                 // the first use without a limit; "" for none
	ends    []state                // the states at the returns
}

func newWalk(origin *ssa.Call, conn ...ssa.Value) *walk {
	w := &walk{conn: map[ssa.Value]bool{}, visited: map[*ssa.BasicBlock]map[state]bool{}, within: map[*ssa.Function]bool{}}
	if origin != nil {
		w.within[origin.Parent()] = true
	}
	for _, c := range conn {
		w.spread(c)
	}
	return w
}

// spread marks a value and all that it is copied to within its function.
func (w *walk) spread(v ssa.Value) {
	if v == nil || w.conn[v] || v.Referrers() == nil {
		return
	}
	w.conn[v] = true
	for _, r := range *v.Referrers() {
		switch r := r.(type) {
		case *ssa.Phi:
			w.spread(r)
		case *ssa.ChangeType:
			w.spread(r)
		case *ssa.MakeInterface:
			w.spread(r)
		case *ssa.UnOp: // a load from a variable that holds it
			if r.Op == token.MUL {
				w.spread(r)
			}
		case *ssa.Store:
			if r.Val == v {
				w.store(r.Addr)
			}
		}
	}
}

// store marks the variable, or the field of the same struct wherever it is read.
func (w *walk) store(addr ssa.Value) {
	switch a := addr.(type) {
	case *ssa.Alloc, *ssa.FreeVar:
		w.spread(addr)
	case *ssa.FieldAddr:
		for _, r := range *a.X.Referrers() {
			if f, ok := r.(*ssa.FieldAddr); ok && f.Field == a.Field {
				w.spread(f)
			}
		}
		if _, local := a.X.(*ssa.Alloc); local {
			w.conn[a.X] = true // holds it; its other fields do not
		}
	}
}

// block walks a block from an instruction on, and the blocks after it.
func (w *walk) block(b *ssa.BasicBlock, from int, s state) {
	for _, in := range b.Instrs[from:] {
		if w.misuse != "" {
			return
		}
		s = w.instr(in, s)
	}
	for _, next := range w.successors(b) {
		if w.visited[next] == nil {
			w.visited[next] = map[state]bool{}
		}
		if !w.visited[next][s] {
			w.visited[next][s] = true
			w.block(next, 0, s)
		}
	}
}

// successors leaves out the path on which Dial failed: there is no connection on it.
func (w *walk) successors(b *ssa.BasicBlock) []*ssa.BasicBlock {
	branch, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
	if !ok || w.dial == nil {
		return b.Succs
	}
	cond, ok := branch.Cond.(*ssa.BinOp)
	if !ok || !isNil(cond.Y) || !w.isDialError(cond.X) {
		return b.Succs
	}
	switch cond.Op {
	case token.NEQ:
		return b.Succs[1:]
	case token.EQL:
		return b.Succs[:1]
	default:
		return b.Succs
	}
}

func isNil(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.IsNil()
}

// isDialError reports whether a value is the error of the Dial, also by way of a variable.
func (w *walk) isDialError(v ssa.Value) bool {
	if e, ok := v.(*ssa.Extract); ok {
		return e.Tuple == w.dial && e.Index == 2
	}
	load, ok := v.(*ssa.UnOp)
	if !ok || load.Op != token.MUL || load.X.Referrers() == nil {
		return false
	}
	for _, r := range *load.X.Referrers() {
		if s, ok := r.(*ssa.Store); ok && s.Addr == load.X && s.Block() == load.Block() && w.isDialError(s.Val) {
			return true
		}
	}
	return false
}

// instr returns the state after an instruction, and notes a misuse.
func (w *walk) instr(in ssa.Instruction, s state) state {
	switch in := in.(type) {
	case ssa.CallInstruction:
		return w.call(in, s)
	case *ssa.MakeClosure:
		if !s.limited && w.holds(in.Bindings...) {
			w.note(w.closure(in), "is read in a function literal")
		}
	case *ssa.Store:
		if w.conn[in.Val] && !w.conn[in.Addr] {
			s.kept = true
		} else if f, ok := in.Addr.(*ssa.FieldAddr); ok && w.conn[in.Val] && !w.conn[f.X] {
			s.kept = true
		}
	case *ssa.MapUpdate:
		s.kept = s.kept || w.holds(in.Key, in.Value)
	case *ssa.Send:
		w.note(!s.limited && w.holds(in.X), "is sent on a channel")
	case *ssa.Return:
		w.ends = append(w.ends, s)
		w.note(!s.limited && (s.kept || w.holds(in.Results...)), "leaves "+in.Parent().Name())
	}
	return s
}

func (w *walk) holds(values ...ssa.Value) bool {
	for _, v := range values {
		if w.conn[v] {
			return true
		}
	}
	return false
}

func (w *walk) note(misused bool, how string) {
	if misused && w.misuse == "" {
		w.misuse = how
	}
}

// call returns the state after a call that may be given the connection.
func (w *walk) call(in ssa.CallInstruction, s state) state {
	c := in.Common()
	if !w.holds(c.Args...) || s.limited {
		return s
	}
	_, now := in.(*ssa.Call) // and not deferred or in a goroutine of its own
	switch m := method(c); {
	case m == "SetReadLimit":
		s.limited = now
	case isRead(m):
		w.note(true, "is read")
	case m != "": // the others read no message
	default:
		used, limited := w.callee(c)
		w.note(used, "is handed on")
		s.limited = limited && now
	}
	return s
}

// callee reports what a function of this package does with the connection it is given: read or
// keep it without a limit, or limit it on all paths. Others are taken to use it.
func (w *walk) callee(c *ssa.CallCommon) (used, limited bool) {
	fn := c.StaticCallee()
	if fn == nil || len(fn.Blocks) == 0 || w.within[fn] {
		return true, false
	}
	inner := newWalk(nil)
	inner.within = w.within
	for i, a := range c.Args {
		if !w.conn[a] {
			continue
		}
		if _, isStruct := a.(*ssa.Alloc); isStruct {
			return true, false
		}
		inner.spread(fn.Params[i])
	}
	return inner.through(fn)
}

// closure reports whether a function literal reads or keeps the connection without a limit.
func (w *walk) closure(m *ssa.MakeClosure) bool {
	fn, ok := m.Fn.(*ssa.Function)
	if !ok || len(fn.Blocks) == 0 || w.within[fn] {
		return true
	}
	inner := newWalk(nil)
	inner.within = w.within
	for i, b := range m.Bindings {
		if w.conn[b] {
			inner.spread(fn.FreeVars[i])
		}
	}
	used, _ := inner.through(fn)
	return used
}

func (w *walk) through(fn *ssa.Function) (used, limited bool) {
	w.within[fn] = true
	defer delete(w.within, fn)
	w.block(fn.Blocks[0], 0, state{})
	limited = len(w.ends) > 0
	for _, s := range w.ends {
		limited = limited && s.limited
	}
	return w.misuse != "", limited
}
