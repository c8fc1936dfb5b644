package rule_test

import (
	"go/types"
	"testing"

	"github.com/meltica/meltica/gen/vet/rule"
)

func TestDoc(t *testing.T) {
	const source = "// Package x is one.\n//\n// # Analyzer x\n//\n// x: do so\n//\n// Wrong:\n//\n//\tgo wrong()\n//\n// # Analyzer y\n//\n// y: more\npackage x\n"
	const want = "x: do so\n\nWrong:\n\n\tgo wrong()"
	if got := rule.Doc(source, "x"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	defer func() {
		if recover() == nil {
			t.Error("got no panic for a section that is missing")
		}
	}()
	rule.Doc(source, "z")
}

func TestPlace(t *testing.T) {
	f := func(path, name, want string, wantOK bool) {
		t.Helper()
		if got, ok := rule.Place(types.NewPackage(path, name)); got != want || ok != wantOK {
			t.Errorf("%s: got %q, %v, want %q, %v", path, got, ok, want, wantOK)
		}
	}
	const m = rule.Module
	f(m, "tools", ".", true)
	f(m+"/runtime/databus", "databus", "runtime/databus", true)
	f(m+"/runtime/databus ["+m+"/runtime/databus.test]", "databus", "runtime/databus", true)
	f(m+"/runtime/databus_test", "databus_test", "runtime/databus", true)
	f(m+"/runtime/databus_test ["+m+"/runtime/databus.test]", "databus_test", "runtime/databus", true)
	if _, ok := rule.Place(types.NewPackage(m+"/runtime/databus.test", "main")); ok {
		t.Error("got a place for the main of a test, want none")
	}
	if _, ok := rule.Place(types.NewPackage(m+"x/runtime", "runtime")); ok {
		t.Error("got a place in a module whose name begins like ours")
	}
	if _, ok := rule.Place(types.NewPackage("time", "time")); ok {
		t.Error("got a place for a package of the standard library")
	}
}

func TestWithin(t *testing.T) {
	f := func(path, top string, want bool) {
		t.Helper()
		if got := rule.Within(path, top); got != want {
			t.Errorf("%s in %s: got %v, want %v", path, top, got, want)
		}
	}
	f("a/b", "a/b", true)
	f("a/b/c", "a/b", true)
	f("a/bc", "a/b", false)
	f("a", "a/b", false)
}
