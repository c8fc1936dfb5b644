package poolcheck

import (
	"fmt"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// summary is what callers need to know of a function. Nothing is said of leases in it: a
// function that takes one owns it. It is a fact: it crosses packages.
type summary struct {
	Keeps []bool   // by parameter, receiver first: memory it refers to is kept beyond the call
	Flows []uint64 // by parameter: the set of results that may refer to the same memory
}

// AFact implements analysis.Fact.
func (*summary) AFact() {}

// String implements fmt.Stringer; tests show facts by it.
func (f *summary) String() string { return fmt.Sprintf("keeps %v flows %v", f.Keeps, f.Flows) }

func (f *summary) keep(i int) bool { return f != nil && i < len(f.Keeps) && f.Keeps[i] }

func (f *summary) flows(i int) uint64 {
	if f == nil || i >= len(f.Flows) {
		return 0
	}
	return f.Flows[i]
}

// summary returns what is known of a callee, or nil.
func (c *checker) summary(cc *ssa.CallCommon) *summary {
	fn := cc.StaticCallee()
	if fn == nil {
		return nil
	}
	if o := fn.Origin(); o != nil {
		fn = o
	}
	if fn.Name() == "Clone" && fn.Signature.Recv() != nil {
		return nil // by contract a clone shares nothing with its source
	}
	if len(fn.Blocks) > 0 && fn.Synthetic == "" {
		return c.summarize(fn)
	}
	obj, ok := fn.Object().(*types.Func)
	if !ok {
		return nil
	}
	var f summary
	if !c.pass.ImportObjectFact(obj.Origin(), &f) {
		return nil
	}
	return &f
}

// summarize follows each parameter that refers to memory through a function of this package.
func (c *checker) summarize(fn *ssa.Function) *summary {
	if f, ok := c.summaries[fn]; ok {
		return f
	}
	f := &summary{Keeps: make([]bool, len(fn.Params)), Flows: make([]uint64, len(fn.Params))}
	c.summaries[fn] = f // a recursive call sees nothing yet
	for i, p := range fn.Params {
		if !refers(p.Type()) || carriesLease(p.Type()) || p.Referrers() == nil || len(*p.Referrers()) == 0 {
			continue
		}
		w := &walker{c: c, fn: fn, silent: true}
		s := newState(borrowed)
		s.set(p, inner)
		w.run(nil, s)
		f.Keeps[i] = w.keeps
		for j, returned := range w.returns {
			if returned && j < 64 {
				f.Flows[i] |= 1 << j
			}
		}
	}
	return f
}

// export makes the summaries that say something facts.
func (c *checker) export(fn *ssa.Function) {
	obj, ok := fn.Object().(*types.Func)
	if !ok || !obj.Exported() || fn.Name() == "Handle" && isHandler(fn.Signature) {
		return // a handler that keeps its event is reported itself
	}
	f := c.summarize(fn)
	for i := range f.Keeps {
		if f.Keeps[i] || f.Flows[i] != 0 {
			c.pass.ExportObjectFact(obj, f)
			return
		}
	}
}
