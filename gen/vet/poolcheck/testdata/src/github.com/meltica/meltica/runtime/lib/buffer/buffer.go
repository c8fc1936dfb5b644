// Package buffer stands in for the real one.
package buffer

import "slices"

type Buffer struct{ b []byte }

func (b *Buffer) Bytes() []byte { return b.b[:len(b.b):len(b.b)] }
func (b *Buffer) Len() int      { return len(b.b) }
func (b *Buffer) Set(p []byte)  { b.b = append(b.b[:0], p...) }
func (b *Buffer) Clone() Buffer { return Buffer{slices.Clone(b.b)} }
