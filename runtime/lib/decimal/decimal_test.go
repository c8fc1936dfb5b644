package decimal_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/meltica/meltica/runtime/lib/decimal"
	"pgregory.net/rapid"
)

func TestParseKeepsTheWrittenDigits(t *testing.T) {
	for _, s := range []string{
		"0", "0.0", "1", "-1", "0.35130000", "6195.00000000", "61737.63000000", "-0.5",
		"0.000000000000000001", "0.0000000000000000001", "999999999999999999", "9999999999999999999",
		"1234567890123456789", "0.1234567890123456789", "12345678901.23456789", "10", "100.5",
	} {
		d, err := decimal.Parse(s)
		if err != nil {
			t.Errorf("Parse(%q): %v", s, err)
			continue
		}
		if got := d.String(); got != s {
			t.Errorf("Parse(%q).String() = %q", s, got)
		}
		if got := string(decimal.Append(nil, d)); got != s {
			t.Errorf("Append(Parse(%q)) = %q", s, got)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{
		"", "-", ".", "1.", ".5", "-.5", "+1", "1e5", "1E5", "007", "00.5", "-0", "-0.00", "NaN",
		"Inf", "0x10", "1 ", " 1", "1,5", "1.2.3", "12345678901234567890", "0.12345678901234567891", "1.00000000000000000000",
		strings.Repeat("9", 400), "1\x00", "\u0661",
	} {
		if d, err := decimal.Parse(s); !errors.Is(err, decimal.ErrSyntax) {
			t.Errorf("Parse(%q) = %v, %v; want ErrSyntax", s, d, err)
		}
	}
}

func TestUnits(t *testing.T) {
	f := func(s string, scale int, want uint64, exact bool) {
		t.Helper()
		if got, ok := decimal.Units(decimal.MustParse(s), scale); got != want && exact || ok != exact {
			t.Errorf("Units(%s, %d) = %d, %t; want %d, %t", s, scale, got, ok, want, exact)
		}
	}
	f("1.5", 8, 150000000, true)
	f("0.00000001", 8, 1, true)
	f("0.000000010", 8, 1, true)
	f("0.000000011", 8, 0, false)
	f("-1", 8, 0, false)
	f("0", 19, 0, true)
	f("9999999999999999999", 8, 0, false)
}

func TestParseAppendRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, err := decimal.New(rapid.Int64Range(-999999999999999999, 999999999999999999).Draw(t, "coef"),
			rapid.IntRange(0, 17).Draw(t, "scale"))
		if err != nil {
			t.Fatal(err)
		}
		text := string(decimal.Append(nil, d))
		if text != d.String() {
			t.Fatalf("Append = %q, String = %q", text, d.String())
		}
		back, err := decimal.Parse(text)
		if err != nil {
			t.Fatalf("Parse(%q): %v", text, err)
		}
		if back != d {
			t.Fatalf("Parse(%q) = %v, want %v", text, back, d)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"1.5", "-0", "00", "1e9", "999999999999999999.9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := decimal.Parse(s)
		if err == nil && d.String() != s {
			t.Fatalf("Parse(%q) prints back as %q", s, d)
		}
	})
}

func TestAllocs(t *testing.T) {
	buf := make([]byte, 0, 64)
	if n := testing.AllocsPerRun(100, func() {
		d, err := decimal.Parse("61737.63000000")
		if err != nil {
			t.Fatal(err)
		}
		buf = decimal.Append(buf[:0], d)
		decimal.Units(d, 8)
	}); n != 0 {
		t.Errorf("parse and append allocate %v times, want 0", n)
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decimal.Parse("61737.63000000"); err != nil {
			b.Fatal(err)
		}
	}
}
