package main

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/go/analysis"

	"github.com/meltica/meltica/gen/vet"
)

// TestScripts runs the real command in the scripts of testdata, one for each promise.
func TestScripts(t *testing.T) {
	goEnv, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	caches := strings.Fields(string(goEnv))
	if len(caches) != 2 {
		t.Fatalf("go env: %q", goEnv)
	}
	// Not the test binary: go vet runs the tool over the standard library as well, and with the
	// race detector in it that takes minutes.
	bin := t.TempDir()
	tool := filepath.Join(bin, "meltica-vet")
	if out, err := exec.Command("go", "build", "-o", tool, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("GOCACHE", caches[0])
			env.Setenv("GOMODCACHE", caches[1])
			env.Setenv("GOPROXY", "off")
			env.Setenv("GOFLAGS", "")
			env.Setenv("GOWORK", "off")
			env.Setenv("TOOL", tool)
			env.Setenv("PATH", bin+string(filepath.ListSeparator)+env.Getenv("PATH"))
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"exits": exits},
	})
}

// exits runs a command and proves its exit code: exits code command arg...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code command arg...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("%s: got exit code %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// TestRules proves that the suite is one that go vet takes, and that each rule explains itself.
func TestRules(t *testing.T) {
	if err := analysis.Validate(vet.Suite()); err != nil {
		t.Error(err)
	}
	for _, a := range vet.Rules() {
		for _, part := range []string{a.Name + ": ", "\nWrong:\n\n\t", "\nRight:\n\n\t"} {
			if !strings.Contains(a.Doc, part) {
				t.Errorf("%s: its text has no %q", a.Name, part)
			}
		}
	}
	for _, e := range vet.Exemptions() {
		known := false
		for _, a := range vet.Rules() {
			known = known || a.Name == e.Rule || strings.HasPrefix(e.Rule, a.Name+"/")
		}
		if !known || e.Where == "" || e.Why == "" {
			t.Errorf("got exemption %+v, want a rule, a place and a reason", e)
		}
	}
}

// TestIsVetTool tells the go command's calls from people's.
func TestIsVetTool(t *testing.T) {
	f := func(want bool, args ...string) {
		t.Helper()
		if got := isVetTool(args); got != want {
			t.Errorf("%q: got %v, want %v", args, got, want)
		}
	}
	f(true, "-flags")
	f(true, "-V=full")
	f(true, "dir/vet.cfg")
	f(true, "-json", "dir/vet.cfg")
	f(false)
	f(false, "./...")
	f(false, "--version")
	f(false, "help", "notime")
}
