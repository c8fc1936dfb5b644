package noctxpoll

import (
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"
)

const adviceRead = "it closes the connection when it expires: read with context.Background(), " +
	"and let a watchdog on the last receive time call CloseNow"

// polls reports reads whose context expires, in the function that made the context so.
func polls(pass *analysis.Pass, funcs []*ssa.Function) {
	// reading holds the parameters that become the context of a read; it grows until no function
	// hands one of its own on to another's.
	reading := map[*ssa.Parameter]bool{}
	for grown := true; grown; {
		grown = false
		for _, fn := range funcs {
			for _, u := range contexts(fn, reading) {
				for p := range trace(u.ctx).params {
					grown = grown || !reading[p]
					reading[p] = true
				}
			}
		}
	}
	for _, fn := range funcs {
		for _, u := range contexts(fn, reading) {
			switch {
			case !trace(u.ctx).expires:
			case u.read:
				pass.Reportf(u.call.Pos(), "a read with a timeout: %s", adviceRead)
			default:
				pass.Reportf(u.call.Pos(), "a context with a timeout for the read in %s: %s", u.call.Common().StaticCallee().Name(), adviceRead)
			}
		}
	}
}

// use is a context that a call reads with.
type use struct {
	call ssa.CallInstruction
	ctx  ssa.Value
	read bool // the call is the read itself
}

// contexts returns the contexts that the calls of a function read with.
func contexts(fn *ssa.Function, reading map[*ssa.Parameter]bool) []use {
	var list []use
	for _, b := range fn.Blocks {
		for _, in := range b.Instrs {
			call, ok := in.(ssa.CallInstruction)
			if !ok {
				continue
			}
			c := call.Common()
			if isRead(method(c)) {
				list = append(list, use{call: call, ctx: c.Args[1], read: true})
				continue
			}
			callee := c.StaticCallee()
			if callee == nil {
				continue
			}
			for i, p := range callee.Params {
				if reading[p] && i < len(c.Args) {
					list = append(list, use{call: call, ctx: c.Args[i]})
				}
			}
		}
	}
	return list
}

// origin is where a context comes from.
type origin struct {
	expires bool
	params  map[*ssa.Parameter]bool
	seen    map[ssa.Value]bool
}

func trace(ctx ssa.Value) *origin {
	o := &origin{params: map[*ssa.Parameter]bool{}, seen: map[ssa.Value]bool{}}
	o.add(ctx)
	return o
}

func (o *origin) add(v ssa.Value) {
	if o.seen[v] {
		return
	}
	o.seen[v] = true
	switch v := v.(type) {
	case *ssa.Parameter:
		o.params[v] = true
	case *ssa.Phi:
		for _, e := range v.Edges {
			o.add(e)
		}
	case *ssa.Extract:
		o.add(v.Tuple)
	case *ssa.ChangeInterface:
		o.add(v.X)
	case *ssa.MakeInterface:
		o.add(v.X)
	case *ssa.UnOp: // a variable that a closure shares
		o.cell(v.X)
	case *ssa.FreeVar:
		for _, b := range bindings(v) {
			o.add(b)
		}
	case *ssa.Call:
		o.call(v)
	}
}

// cell adds what is stored in a variable, in its function and in the closures that share it.
func (o *origin) cell(addr ssa.Value) {
	if o.seen[addr] {
		return
	}
	o.seen[addr] = true
	if free, ok := addr.(*ssa.FreeVar); ok {
		for _, b := range bindings(free) {
			o.cell(b)
		}
	}
	if addr.Referrers() == nil {
		return
	}
	for _, r := range *addr.Referrers() {
		if s, ok := r.(*ssa.Store); ok && s.Addr == addr {
			o.add(s.Val)
		}
	}
}

// call adds what the result of a call derives from.
func (o *origin) call(v *ssa.Call) {
	switch {
	case isFunc(&v.Call, "context", "WithTimeout", "WithTimeoutCause", "WithDeadline", "WithDeadlineCause"):
		o.expires = true
	case isFunc(&v.Call, "context", "WithoutCancel"):
		// Expires no more.
	default:
		for _, a := range v.Call.Args {
			if isContext(a) {
				o.add(a)
			}
		}
		o.results(v.Call.StaticCallee())
	}
}

// results adds the contexts that a function of this package makes and returns. Its parameters
// are no origin: the caller's arguments are.
func (o *origin) results(fn *ssa.Function) {
	if fn == nil {
		return
	}
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok {
			continue
		}
		for _, r := range ret.Results {
			if isContext(r) && !o.seen[r] {
				o.seen[r] = true
				inner := trace(r)
				o.expires = o.expires || inner.expires
			}
		}
	}
}

func isContext(v ssa.Value) bool {
	return v.Type().String() == "context.Context"
}
