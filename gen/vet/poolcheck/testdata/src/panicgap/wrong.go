package panicgap

import (
	"context"
	"log"
	"os"
	"runtime"
	"testing"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

func panics(ctx context.Context, e *stage.Env) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		return
	}
	if lease.Value().Symbol == "" {
		panic("no symbol") // want `poolcheck/panicgap: the lease of Get is not Put on the way out of this panic`
	}
	lease.Put()
}

func panicsInDefault(lease eventv1.CanonicalEventLease, kind int) {
	switch kind {
	case 0:
		lease.Put()
	case 1:
		stage.Take(lease)
	default:
		panic(kind) // want `poolcheck/panicgap`
	}
}

func logFatal(lease eventv1.CanonicalEventLease) {
	if lease.Value().Symbol == "" {
		log.Fatal("no symbol") // want `poolcheck/panicgap: the lease is not Put on the way out of this call, which does not return`
	}
	lease.Put()
}

func logPanic(lease eventv1.CanonicalEventLease, logger *log.Logger) {
	if lease.Value().Symbol == "" {
		logger.Panicf("no symbol") // want `poolcheck/panicgap`
	}
	lease.Put()
}

func exits(lease eventv1.CanonicalEventLease) {
	if lease.Value().Symbol == "" {
		os.Exit(1) // want `poolcheck/panicgap`
	}
	lease.Put()
}

func goexits(lease eventv1.CanonicalEventLease) {
	if lease.Value().Symbol == "" {
		runtime.Goexit() // want `poolcheck/panicgap`
	}
	lease.Put()
}

func fatal(t *testing.T, lease eventv1.CanonicalEventLease) {
	if lease.Value().Symbol == "" {
		t.Fatal("no symbol") // want `poolcheck/panicgap`
	}
	lease.Put()
}

func fatalOfTB(tb testing.TB, lease eventv1.CanonicalEventLease) {
	if lease.Value().Symbol == "" {
		tb.Fatalf("no symbol") // want `poolcheck/panicgap`
	}
	lease.Put()
}

func otherPackageFails(lease eventv1.CanonicalEventLease) {
	if lease.Value().Symbol == "" {
		stage.Fail("no symbol") // want `poolcheck/panicgap`
	}
	lease.Put()
}

func genericPanics[T comparable](lease pool.Lease[T], zero T) {
	if *lease.Value() == zero {
		panic("zero") // want `poolcheck/panicgap`
	}
	lease.Put()
}

func secondGet(ctx context.Context, e *stage.Env) {
	frame, err := e.Pools.WsFrame.Get(ctx)
	if err != nil {
		panic(err)
	}
	raw, err := e.Pools.ProviderRaw.Get(ctx)
	if err != nil {
		panic(err) // want `poolcheck/panicgap`
	}
	raw.Put()
	frame.Put()
}
