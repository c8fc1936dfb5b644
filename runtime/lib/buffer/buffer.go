// Package buffer is the byte buffer of pooled objects.
//
// A pooled buffer grows to tens of KiB. Clearing its whole capacity on each reset costs 0.4 us
// for 34 KiB, and not clearing it would show the bytes of an earlier message to whoever slices
// beyond the length. A Buffer does neither: its spare capacity can not be reached from outside.
package buffer

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
)

// ErrTooLarge is returned, wrapped, by ReadAll for more bytes than the caller allows.
var ErrTooLarge = errors.New("buffer: too large")

// bytesMin is the first capacity of a buffer: a trade or a ticker fits.
const bytesMin = 512

// Buffer is a byte buffer that keeps its memory across resets. Its zero value is empty and
// ready. It owns its memory: it may be moved or swapped by value as long as only one copy is
// used afterwards; Clone and CopyFrom make a second one. It is not safe for concurrent use.
type Buffer struct {
	b []byte
}

// Bytes returns the content, whose capacity is its length: neither slicing nor appending gets
// at the spare memory. It belongs to the buffer and is valid until that changes.
func (b *Buffer) Bytes() []byte { return b.b[:len(b.b):len(b.b)] }

// Len returns the length of the content in bytes.
func (b *Buffer) Len() int { return len(b.b) }

// Set makes the content a copy of p, which may be a part of the content.
func (b *Buffer) Set(p []byte) { b.b = append(b.b[:0], p...) }

// Write appends a copy of p. It never fails.
func (b *Buffer) Write(p []byte) (int, error) {
	b.b = append(b.b, p...)
	return len(p), nil
}

// ReadAll replaces the content by what r yields up to io.EOF. It allocates only when the
// capacity does not suffice, and doubles it then, to bytesMax+1 at most. It takes no more than
// that from r either: the one byte too many is an ErrTooLarge, wrapped. Errors of r come back as
// they are. After an error the content is empty. A negative bytesMax is a bug and panics.
func (b *Buffer) ReadAll(r io.Reader, bytesMax int) error {
	if bytesMax < 0 {
		panic(fmt.Sprintf("buffer: ReadAll needs a limit that is not negative, got %d", bytesMax))
	}
	limit := max(bytesMax, bytesMax+1) // The sum of the largest int wraps.
	b.b = b.b[:0]
	for {
		if len(b.b) == cap(b.b) {
			grown := make([]byte, len(b.b), min(max(bytesMin, 2*cap(b.b)), limit))
			copy(grown, b.b)
			b.b = grown
		}
		n, err := r.Read(b.b[len(b.b):min(cap(b.b), limit)])
		b.b = b.b[:len(b.b)+n]
		if len(b.b) > bytesMax {
			b.b = b.b[:0]
			return fmt.Errorf("%w: more than %d bytes", ErrTooLarge, bytesMax)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			b.b = b.b[:0]
			return err
		}
	}
}

// Reset empties the buffer. It keeps the memory for the next content unless that is more than
// bytesKept bytes: then it is left to the collector, so one huge message does not stay for ever.
func (b *Buffer) Reset(bytesKept int) {
	if cap(b.b) > bytesKept {
		b.b = nil
		return
	}
	b.b = b.b[:0]
}

// Clone returns a copy that shares no memory with b and has no spare; of an empty buffer, the
// zero Buffer. The caller owns it.
func (b *Buffer) Clone() Buffer {
	if len(b.b) == 0 {
		return Buffer{}
	}
	c := make([]byte, len(b.b))
	copy(c, b.b)
	return Buffer{b: c}
}

// CopyFrom makes the content a copy of src's, in b's own memory.
func (b *Buffer) CopyFrom(src *Buffer) { b.Set(src.b) }

// Equal reports whether the contents are the same bytes.
func (b *Buffer) Equal(o *Buffer) bool { return bytes.Equal(b.b, o.b) }

// MarshalText returns the content in standard base64.
func (b Buffer) MarshalText() ([]byte, error) {
	return base64.StdEncoding.AppendEncode(nil, b.b), nil
}

// UnmarshalText replaces the content by what text is the standard base64 of. It does not keep
// text: a decoder reuses it. After an error the content is empty.
func (b *Buffer) UnmarshalText(text []byte) error {
	decoded, err := base64.StdEncoding.AppendDecode(b.b[:0], text)
	if err != nil {
		b.b = b.b[:0]
		return fmt.Errorf("buffer: base64: %w", err)
	}
	b.b = decoded
	return nil
}
