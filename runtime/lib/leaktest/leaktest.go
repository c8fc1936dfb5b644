// Package leaktest fails tests that leave something behind: a goroutine that outlived them, or
// an object of a pool on loan.
package leaktest

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/meltica/meltica/runtime/lib/pool"
)

// leaseWaitMax is how long Leases waits for goroutines that are about to Put.
const leaseWaitMax = time.Second

// Main runs the tests of a package and fails them if a goroutine is left. It is called from
// TestMain and does not return.
func Main(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, "leaktest: goroutines outlived the tests:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// Leases makes t fail, by name, for every lease that is out when t ends. drain is the Drain
// method of a pool or of several together; it closes them. Cleanups run last in, first out: call
// Leases before those are registered that still Put.
func Leases(t testing.TB, drain func(context.Context) []pool.Unreturned) {
	t.Cleanup(func() {
		// Not t.Context: that has ended by now.
		ctx, cancel := context.WithTimeout(context.Background(), leaseWaitMax)
		defer cancel()
		for _, u := range drain(ctx) {
			t.Errorf("leaktest: not returned: %v", u)
		}
	})
}
