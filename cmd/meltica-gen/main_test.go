package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"meltica-gen": main})
}

// TestScripts runs the real command in the scripts of testdata, one for each promise.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"age":     age,
			"touched": touched,
		},
	})
}

// longAgo is the time that age sets.
func longAgo() time.Time { return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) }

// age sets the time of files far back: age file...
func age(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: age file...")
	}
	for _, file := range args {
		ts.Check(os.Chtimes(ts.MkAbs(file), longAgo(), longAgo()))
	}
}

// touched proves that files were written since age, or with ! that they were not: touched file...
func touched(ts *testscript.TestScript, neg bool, args []string) {
	for _, file := range args {
		info, err := os.Stat(ts.MkAbs(file))
		ts.Check(err)
		if got := !info.ModTime().Equal(longAgo()); got == neg {
			ts.Fatalf("%s: touched: %v, at %v", file, got, info.ModTime())
		}
	}
}

// TestExitCodes proves the codes that scripts branch on: 0 all is well, 1 findings, 2 wrong usage,
// 3 internal failure.
func TestExitCodes(t *testing.T) {
	root := t.TempDir()
	file := filepath.Join(root, "schemas/v1/tick.yaml")
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	f := func(want int, schema string, args ...string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(schema), 0o666); err != nil {
			t.Fatal(err)
		}
		var out, errs strings.Builder
		if got := run(append(args, "--root", root), &out, &errs); got != want {
			t.Errorf("%v: got exit code %d, want %d\n%s%s", args, got, want, out.String(), errs.String())
		}
		if (want == 0) != (errs.Len() == 0) {
			t.Errorf("%v: exit code %d with %q on standard error", args, want, errs.String())
		}
	}
	good := "event: Tick\ndoc: is an event.\nrevision: 1\nsince: 1\npool: {capacity: 10, timeout: 100ms}\nid: [seq]\n" +
		"fields:\n  - {id: 1, name: seq, type: uint64, since: 1, doc: the sequence}\n"
	f(1, good, "check")
	f(0, good, "generate")
	f(0, good, "check")
	f(1, good+"more: 1\n", "generate")
	f(1, good+"more: 1\n", "check")
	f(2, good, "chekc")
	f(2, good, "check", "--schemas", "none")
	f(2, good, "check", "--force")
	f(3, good, "generate", "--out", "schemas/v1/tick.yaml")
}
