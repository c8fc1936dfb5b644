package panicgap

import (
	"context"
	"log"
	"os"
	"testing"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
	"stage"
)

func panicsWithoutLease(ctx context.Context, e *stage.Env) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		panic(err)
	}
	lease.Put()
}

func panicsAfterPut(lease eventv1.CanonicalEventLease) {
	symbol := lease.Value().Symbol
	lease.Put()
	if symbol == "" {
		panic("no symbol")
	}
}

func panicsDeferred(lease eventv1.CanonicalEventLease) {
	defer lease.Put()
	if lease.Value().Symbol == "" {
		panic("no symbol")
	}
}

func panicsDeferredClosure(lease eventv1.CanonicalEventLease) {
	defer func() {
		if r := recover(); r != nil {
			log.Print(r)
		}
		lease.Put()
	}()
	if lease.Value().Symbol == "" {
		panic("no symbol")
	}
}

func panicsAfterHandOver(e *stage.Env, lease eventv1.CanonicalEventLease) {
	e.Sink.Publish(lease)
	panic("the end")
}

func putsThenPanics(lease eventv1.CanonicalEventLease) {
	if lease.Value().Symbol == "" {
		lease.Put()
		panic("no symbol")
	}
	lease.Put()
}

func fatalWithoutLease(tb testing.TB, e *stage.Env) eventv1.CanonicalEventLease {
	lease, err := e.Pools.CanonicalEvent.Get(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	return lease
}

func exitsWithoutLease(ctx context.Context, e *stage.Env) {
	lease, err := e.Pools.CanonicalEvent.Get(ctx)
	if err != nil {
		log.Print(err)
		os.Exit(1)
	}
	lease.Put()
}

func logsOnly(tb testing.TB, lease eventv1.CanonicalEventLease) {
	if lease.Value().Symbol == "" {
		tb.Error("no symbol")
	}
	lease.Put()
}

func genericDeferred[T comparable](lease pool.Lease[T], zero T) {
	defer lease.Put()
	if *lease.Value() == zero {
		panic("zero")
	}
}
