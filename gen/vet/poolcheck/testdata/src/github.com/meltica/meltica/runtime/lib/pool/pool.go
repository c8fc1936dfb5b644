// Package pool stands in for the real one: the same types and signatures, no pooling.
package pool

import (
	"context"
	"errors"
)

var ErrClosed = errors.New("pool: closed")

type ExhaustedError struct{ Pool string }

func (e *ExhaustedError) Error() string { return e.Pool }

type Pool[T any] struct{ reset func(*T) }

func New[T any](reset func(*T)) *Pool[T] { return &Pool[T]{reset} }

func (p *Pool[T]) Get(ctx context.Context) (Lease[T], error) {
	if err := ctx.Err(); err != nil {
		return Lease[T]{}, err
	}
	return Lease[T]{value: new(T), pool: p}, nil
}

type Lease[T any] struct {
	value *T
	pool  *Pool[T]
}

func (l Lease[T]) Value() *T  { return l.value }
func (l Lease[T]) ID() uint64 { return 1 }
func (l Lease[T]) Put()       { l.pool.reset(l.value) }
