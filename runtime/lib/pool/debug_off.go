//go:build !pooldebug

package pool

import "time"

// debugging is a constant, so that the normal build pays nothing for what pooldebug does.
const debugging = false

type poolDebug[T any] struct{}

type recordDebug struct{}

func (*recordDebug) lent()             {}
func (*recordDebug) returned()         {}
func (*recordDebug) lentAt() time.Time { return time.Time{} }
func (*recordDebug) getStack() string  { return "" }
func (*recordDebug) history() string   { return "" }
func (*Pool[T]) quarantine(*entry[T])  {}
func (*Pool[T]) inspect()              {}
