package golang

import "strconv"

// scalarTests emits the tests of one scalar.
func scalarTests(s *scalar) code {
	v := vars{"T": s.Name, "size": strconv.Itoa(s.Size), "digits": strconv.Itoa(2 * s.Size)}
	if !s.Text {
		return expand(bytesScalarTests, v)
	}
	tests := expand(textScalarTests, v)
	if s.Size >= 20 {
		tests = join(tests, expand(textScalarUintTests, v))
	}
	return tests
}

const textScalarTests = `
func Test$T(t *@testing.T) {
	full := @strings.Repeat("x", $size)
	f := func(text string, ok bool) {
		t.Helper()
		want := text
		if !ok {
			want = ""
		}
		var x $T
		x.SetClipped(full)
		if got := x.Set(text); got != ok || x.String() != want {
			t.Errorf("Set %q: got %v and %q", text, got, x)
		}
		made, err := Make$T(text)
		if made != x || (err == nil) != ok || !ok && (!@errors.Is(err, ErrScalar) || len(err.Error()) > 400) {
			t.Errorf("Make %q: got %q and %.500v", text, made, err)
		}
		var y $T
		y.SetClipped(full)
		if err := y.UnmarshalText([]byte(text)); y != x || (err == nil) != ok || !ok && !@errors.Is(err, ErrScalar) {
			t.Errorf("UnmarshalText %q: got %q and %v", text, y, err)
		}
		if x.Len() != len(want) || x.IsZero() != (want == "") || x.IsZero() != (x == $T{}) {
			t.Errorf("%q: got length %d, zero %v", text, x.Len(), x.IsZero())
		}
		if got := string(x.Append([]byte("before "))); got != "before "+want {
			t.Errorf("Append: got %q, want %q", got, "before "+want)
		}
		if got, err := x.AppendText([]byte("before ")); string(got) != "before "+want || err != nil {
			t.Errorf("AppendText: got %q and %v, want %q", got, err, "before "+want)
		}
		if got, err := x.MarshalText(); string(got) != want || err != nil {
			t.Errorf("MarshalText: got %q and %v, want %q", got, err, want)
		}
	}
	f("", true)
	f("a", true)
	f("a:b \u00e9", true)
	f(full, true)
	f(full+"x", false)
	f(@strings.Repeat("x", 5000), false)
	f("\xff", false)
	f("a\xc3", false)
}

func Test${T}SetClipped(t *@testing.T) {
	f := func(text, want string) {
		t.Helper()
		var x $T
		x.SetClipped(@strings.Repeat("y", $size))
		x.SetClipped(text)
		made, err := Make$T(want)
		if x != made || err != nil {
			t.Errorf("%q: got %q, want %q (%v)", text, x, want, err)
		}
	}
	room := func(n int) string { return @strings.Repeat("x", $size-n) }
	f("", "")
	f("a", "a")
	f(room(0)+"x", room(0))
	f(room(2)+"\u00e9", room(2)+"\u00e9")
	f(room(1)+"\u00e9", room(1))
	f(room(1)+"\u00e9x", room(1))
	f(room(3)+"\u20ac", room(3)+"\u20ac")
	f(room(2)+"\u20ac", room(2))
	f("\xffa", "\ufffda")
	f(room(2)+"\xff", room(2))
}`

const textScalarUintTests = `
func Test${T}SetUint(t *@testing.T) {
	for _, number := range []uint64{0, 1, 10, 1<<32 - 1, 1<<64 - 1} {
		var x $T
		x.SetClipped(@strings.Repeat("y", $size))
		allocs := @testing.AllocsPerRun(10, func() { x.SetUint(number) })
		if want, err := Make$T(@strconv.FormatUint(number, 10)); x != want || err != nil || allocsCount && allocs != 0 {
			t.Errorf("%d: got %q with %v allocations", number, x, allocs)
		}
	}
}`

const bytesScalarTests = `
func Test$T(t *@testing.T) {
	var x, zero $T
	for i := range x {
		x[i] = byte(0xa0 + i)
	}
	if !zero.IsZero() || x.IsZero() {
		t.Errorf("got zero %v and %v, want true and false", zero.IsZero(), x.IsZero())
	}
	want := @fmt.Sprintf("%x", [$size]byte(x))
	if x.String() != want || string(x.Append([]byte("before "))) != "before "+want {
		t.Errorf("got %s and %s, want %s", x, x.Append(nil), want)
	}
	if got := zero.String(); got != @strings.Repeat("0", $digits) {
		t.Errorf("got %s for zero", got)
	}
	for _, value := range []$T{zero, x, {1}, {$size - 1: 1}} {
		text, err := value.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		if value == zero && len(text) != 0 || value != zero && string(text) != value.String() {
			t.Errorf("got %q for %s", text, value)
		}
		if appended, err := value.AppendText([]byte("before ")); string(appended) != "before "+string(text) || err != nil {
			t.Errorf("got %q and %v for %s", appended, err, value)
		}
		back := x
		if err := back.UnmarshalText(text); back != value || err != nil {
			t.Errorf("UnmarshalText: got %s and %v, want %s", back, err, value)
		}
		if parsed, err := Parse$T(string(text)); parsed != value || err != nil {
			t.Errorf("Parse: got %s and %v, want %s", parsed, err, value)
		}
	}
	if got, err := Parse$T(@strings.ToUpper(want)); got != x || err != nil {
		t.Errorf("upper case: got %s and %v, want %s", got, err, x)
	}
	for _, text := range []string{"0", want[1:], want + "00", "zz" + want[2:], want[:$digits-2] + "0g"} {
		back := x
		if err := back.UnmarshalText([]byte(text)); back != zero || !@errors.Is(err, ErrScalar) {
			t.Errorf("%q: got %s and %v, want zero and ErrScalar", text, back, err)
		}
		if got, err := Parse$T(text); got != zero || !@errors.Is(err, ErrScalar) {
			t.Errorf("Parse %q: got %s and %v, want zero and ErrScalar", text, got, err)
		}
	}
}`
