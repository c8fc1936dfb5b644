package leaktest_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/meltica/meltica/runtime/lib/leaktest"
	"github.com/meltica/meltica/runtime/lib/pool"
)

// childEnv tells a second process of this test binary what to do wrong.
const childEnv = "LEAKTEST_CHILD"

func TestMain(m *testing.M) { leaktest.Main(m) }

// TestChild is the whole run of the second process.
func TestChild(t *testing.T) {
	switch os.Getenv(childEnv) {
	case "":
		t.Skip("TestReports starts this")
	case "leak":
		go outlive() // never ends: that is the point
	case "fail":
		go outlive()
		t.Error("on purpose")
	case "lease":
		borrow(t)
	case "late put":
		l := borrow(t)
		t.Cleanup(func() { // runs before the look for leases
			go l.Put() // ends with the Put, for which the look waits
		})
	}
}

func outlive() { select {} }

func borrow(t *testing.T) pool.Lease[int] {
	p := pool.New(pool.Config{Name: "numbers", Capacity: 1}, func(n *int) { *n = 0 })
	leaktest.Leases(t, p.Drain)
	l, err := p.Get(t.Context())
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	return l
}

func TestReports(t *testing.T) {
	f := func(child string, wantCode int, want, wantNot string) {
		t.Helper()
		cmd := exec.Command(os.Args[0], "-test.run=^TestChild$")
		cmd.Env = append(os.Environ(), childEnv+"="+child)
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatalf("%s: %v", child, err)
		}
		if got := cmd.ProcessState.ExitCode(); got != wantCode {
			t.Errorf("%s: got exit code %d, want %d:\n%s", child, got, wantCode, out)
		}
		if !strings.Contains(string(out), want) || strings.Contains(string(out), wantNot) {
			t.Errorf("%s: want %q and not %q in the output:\n%s", child, want, wantNot, out)
		}
	}
	const goroutines, lease = "goroutines outlived the tests:", "leaktest: not returned: numbers #1"
	f("clean", 0, "PASS", goroutines)
	f("leak", 1, goroutines, lease)
	f("leak", 1, "leaktest_test.outlive", lease)
	f("fail", 1, "on purpose", goroutines) // the failure says more than what it left behind
	f("lease", 1, lease, goroutines)
	f("late put", 0, "PASS", lease)
}
