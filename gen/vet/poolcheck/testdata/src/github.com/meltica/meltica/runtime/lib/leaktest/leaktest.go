// Package leaktest stands in for the real one, which loses leases on purpose.
package leaktest

import (
	"context"

	"github.com/meltica/meltica/runtime/lib/pool"
)

func Lose(p *pool.Pool[int]) { p.Get(context.Background()) }
