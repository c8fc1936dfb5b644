package poolcheck

import (
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// poolPath is the package whose leases are checked.
const poolPath = "github.com/meltica/meltica/runtime/lib/pool"

// modulePath is the module whose packages get facts even where they do not know the pool: an
// event's fields are made of its library types.
const modulePath = "github.com/meltica/meltica/"

// pathOf is the import path without what the go command adds for a test variant.
func pathOf(p *types.Package) string {
	path, _, _ := strings.Cut(p.Path(), " [")
	return path
}

// isLease reports whether t is pool.Lease of anything.
func isLease(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	if !ok {
		return false
	}
	obj := named.Obj()
	return obj.Name() == "Lease" && obj.Pkg() != nil && pathOf(obj.Pkg()) == poolPath
}

// carriesLease reports whether a value of t holds a lease in itself.
func carriesLease(t types.Type) bool {
	if isLease(t) {
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Struct:
		for f := range u.Fields() {
			if carriesLease(f.Type()) {
				return true
			}
		}
	case *types.Array:
		return carriesLease(u.Elem())
	}
	return false
}

// leaseMethod returns the name of the method of a lease that fn is, also as a method value or a
// method expression, or "".
func leaseMethod(fn *ssa.Function) string {
	if fn == nil {
		return ""
	}
	obj, ok := fn.Object().(*types.Func)
	if !ok {
		return ""
	}
	recv := obj.Signature().Recv()
	if recv == nil || !isLease(recv.Type()) {
		return ""
	}
	return obj.Name()
}

// refers reports whether a copy of a value of t still refers to the memory of the original.
// Strings do not count: those of events are interned. Nor do errors, contexts and times.
func refers(t types.Type) bool {
	if named, ok := types.Unalias(t).(*types.Named); ok && named.Obj().Pkg() != nil {
		switch named.Obj().Pkg().Path() {
		case "time", "context", "sync", "sync/atomic":
			return false
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Interface:
		return !types.Identical(t, types.Universe.Lookup("error").Type())
	case *types.Pointer, *types.Slice, *types.Map, *types.Chan, *types.Signature:
		return true
	case *types.Struct:
		for f := range u.Fields() {
			if refers(f.Type()) {
				return true
			}
		}
	case *types.Array:
		return refers(u.Elem())
	}
	return false
}

// isEvent reports whether t is a pointer to a struct of the generated shape: it has Reset, and
// Clone returns its own type.
func isEvent(t types.Type) bool {
	ptr, ok := types.Unalias(t).(*types.Pointer)
	if !ok {
		return false
	}
	named, ok := types.Unalias(ptr.Elem()).(*types.Named)
	if !ok {
		return false
	}
	var resets, clones bool
	for m := range named.Methods() {
		switch m.Name() {
		case "Reset":
			resets = true
		case "Clone":
			results := m.Signature().Results()
			clones = results.Len() == 1 && types.Identical(results.At(0).Type(), t)
		}
	}
	return resets && clones
}

// isHandler reports whether sig is that of the data bus's Handle.
func isHandler(sig *types.Signature) bool {
	params, results := sig.Params(), sig.Results()
	return params.Len() == 2 && results.Len() == 1 && !sig.Variadic() &&
		params.At(0).Type().String() == "context.Context" && isEvent(params.At(1).Type()) &&
		types.Identical(results.At(0).Type(), types.Universe.Lookup("error").Type())
}

// imports reports whether p is path or imports it, directly or not.
func imports(p *types.Package, path string, seen map[*types.Package]bool) bool {
	if seen[p] {
		return false
	}
	seen[p] = true
	if pathOf(p) == path {
		return true
	}
	for _, q := range p.Imports() {
		if imports(q, path, seen) {
			return true
		}
	}
	return false
}
