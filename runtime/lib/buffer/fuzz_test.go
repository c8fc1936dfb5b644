package buffer_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/meltica/meltica/runtime/lib/buffer"
)

// FuzzBuffer runs a program of operations on a Buffer and on a plain slice that is made anew for
// each content, and compares them.
func FuzzBuffer(f *testing.F) {
	f.Add([]byte("\x00secret secret"), []byte("new"), 8)
	f.Add([]byte("\x00\x01\x02\x03\x04\x05\x06\x07"), bytes.Repeat([]byte("x"), 600), 512)
	f.Add([]byte("\x02\x06\x02\x05\x02\x03\x04"), bytes.Repeat([]byte("ab"), 3000), 6000)
	f.Fuzz(func(t *testing.T, program, content []byte, bound int) {
		bound &= 0x1fff
		var b buffer.Buffer
		var want []byte
		for i, op := range program[:min(len(program), 64)] {
			part := content[:len(content)*(i%4+1)/4]
			switch op % 7 {
			case 0:
				b.Set(part)
				want = bytes.Clone(part)
			case 1:
				if n, err := b.Write(part); n != len(part) || err != nil {
					t.Fatalf("Write of %d bytes: got %d, %v", len(part), n, err)
				}
				want = append(bytes.Clone(want), part...)
			case 2:
				err := b.ReadAll(bytes.NewReader(part), bound)
				if tooLarge := len(part) > bound; errors.Is(err, buffer.ErrTooLarge) != tooLarge || !tooLarge && err != nil {
					t.Fatalf("ReadAll of %d bytes of at most %d: got %v", len(part), bound, err)
				}
				want = nil
				if err == nil {
					want = bytes.Clone(part)
				}
			case 3:
				b.Reset(bound)
				want = nil
			case 4:
				c := b.Clone()
				clear(b.Bytes())
				b = c
			case 5:
				var c buffer.Buffer
				c.Set(content)
				c.CopyFrom(&b)
				clear(b.Bytes())
				b = c
			case 6:
				text, err := b.MarshalText()
				if err != nil {
					t.Fatalf("MarshalText: %v", err)
				}
				if err := b.UnmarshalText(text); err != nil {
					t.Fatalf("UnmarshalText of %q: %v", text, err)
				}
				clear(text)
			}
			got := b.Bytes()
			if !bytes.Equal(got, want) || cap(got) != len(got) || b.Len() != len(want) {
				t.Fatalf("after operation %d (%d): got %q with capacity %d, want %q", i, op%7, got, cap(got), want)
			}
		}
	})
}

// FuzzUnmarshalText: what is accepted comes back from MarshalText to the same content.
func FuzzUnmarshalText(f *testing.F) {
	for _, text := range []string{"", "YQ==", "YWJj", "Y\nQ=\r=", "YR==", "YQ=", "*"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var b, again buffer.Buffer
		b.Set([]byte("old content"))
		if err := b.UnmarshalText(text); err != nil {
			if b.Len() != 0 {
				t.Fatalf("content after %v: %q", err, b.Bytes())
			}
			return
		}
		canonical, err := b.MarshalText()
		if err != nil {
			t.Fatalf("MarshalText: %v", err)
		}
		if err := again.UnmarshalText(canonical); err != nil || !again.Equal(&b) {
			t.Fatalf("%q was read as %q and then as %q, %v", text, b.Bytes(), again.Bytes(), err)
		}
	})
}
