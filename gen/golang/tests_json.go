package golang

// supportJSON emits the checks of the canonical JSON form.
const supportJSON = `
// member is one key of a JSON object with its raw value.
type member struct {
	key string
	raw @jsontext.Value
}

// members returns the members of a JSON object in their order.
func members(t *@testing.T, text []byte) []member {
	t.Helper()
	in := @jsontext.NewDecoder(@bytes.NewReader(text))
	if _, err := in.ReadToken(); err != nil {
		t.Fatalf("not an object: %v: %.200q", err, text)
	}
	var list []member
	for in.PeekKind() != '}' {
		key, err := in.ReadToken()
		if err != nil {
			t.Fatal(err)
		}
		name := key.String()
		raw, err := in.ReadValue()
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, member{name, @bytes.Clone(raw)})
	}
	return list
}

// checkJSON fails unless JSON with exactly the given keys goes round, and what is not
// canonical is refused.
func checkJSON[T any, P object[T]](t *@testing.T, variants []variant[T], keys ...string) {
	t.Helper()
	for _, v := range variants {
		x, want := v.filled(100), v.filled(100)
		text, err := P(x).MarshalJSON()
		if err != nil {
			t.Fatalf("%s: %v", v.name, err)
		}
		if again, err := @json.Marshal(P(x)); err != nil || !@bytes.Equal(again, text) {
			t.Errorf("%s: json.Marshal: got %s and %v, want %s", v.name, again, err, text)
		}
		if again, err := P(x).AppendJSON([]byte("before ")); err != nil || string(again) != "before "+string(text) {
			t.Errorf("%s: AppendJSON: got %s and %v, want %s", v.name, again, err, text)
		}
		room := make([]byte, 0, 2*len(text))
		if got := @testing.AllocsPerRun(20, func() { room, err = P(x).AppendJSON(room[:0]) }); allocsCount && got != 0 || err != nil {
			t.Errorf("%s: AppendJSON: got %v allocations and %v, want 0", v.name, got, err)
		}
		var got []string
		list := members(t, text)
		for _, m := range list {
			got = append(got, m.key)
		}
		if !@slices.Equal(got, keys) {
			t.Errorf("%s: got keys %v, want %v", v.name, got, keys)
		}
		checkDecode[T, P](t, v, text, want)
		checkRefusals[T, P](t, v.name, text, list)
	}
}

// checkDecode fails unless text decodes to want, into new and into used objects.
func checkDecode[T any, P object[T]](t *@testing.T, v variant[T], text []byte, want *T) {
	t.Helper()
	x := new(T)
	if err := @json.Unmarshal(text, P(x)); err != nil || !P(x).Equal(want) {
		t.Errorf("%s: json.Unmarshal: got %v and %v, want %v", v.name, x, err, want)
	}
	v.fill(x, &filler{next: 900, length: 9})
	lent := @bytes.Clone(text)
	if err := P(x).UnmarshalJSON(lent); err != nil {
		t.Errorf("%s: into a used one: %v", v.name, err)
	}
	for i := range lent {
		lent[i] = 'x'
	}
	if !P(x).Equal(want) {
		t.Errorf("%s: into a used one: got %v, want %v", v.name, x, want)
	}
	P(x).Reset()
	checkClean(t, v.name+": decoded and reset", x)
}

// checkRefusals fails unless broken variations of text are refused and leave nothing.
func checkRefusals[T any, P object[T]](t *@testing.T, name string, text []byte, list []member) {
	t.Helper()
	f := func(broken string) {
		t.Helper()
		x := new(T)
		if err := P(x).UnmarshalJSON([]byte(broken)); err == nil {
			t.Errorf("%s: accepted %.200q", name, broken)
		}
		checkClean(t, @fmt.Sprintf("%s: refused %.200q", name, broken), x)
	}
	for i := range text {
		f(string(text[:i]))
	}
	f(string(text) + "{}")
	f(string(text) + "x")
	f("null")
	f("[" + string(text) + "]")
	for _, m := range list {
		pair := @strconv.Quote(m.key) + ":" + string(m.raw)
		f(@fmt.Sprintf("{%s,%s}", pair, pair))
		for _, other := range []string{"true", "1", "1.5", "\"?\"", "[1]", "[null]", "{\"a\":", "[{\"a\":1}"} {
			if @jsontext.Value(other).Kind() != m.raw.Kind() {
				f(@fmt.Sprintf("{%q:%s}", m.key, other))
			}
		}
		if m.raw.Kind() == '0' {
			f(@fmt.Sprintf("{%q:1.5}", m.key))
			f(@fmt.Sprintf("{%q:99999999999999999999}", m.key))
		}
		g := func(format string, key string, raw @jsontext.Value) {
			t.Helper()
			x := new(T)
			if err := P(x).UnmarshalJSON([]byte(@fmt.Sprintf(format, key, raw))); err != nil || !P(x).Equal(new(T)) {
				t.Errorf("%s: key %s: got %v and %v, want a new one", name, key, x, err)
			}
		}
		g("{%q:%s}", m.key, @jsontext.Value("null"))
		g("{%q:%s}", @strings.ToUpper(m.key), m.raw)
		g("{%q:%s}", m.key+"_", m.raw)
		x := new(T)
		if err := P(x).UnmarshalJSON([]byte("{" + pair + "}")); m.raw.Kind() != 'n' && err == nil && P(x).Equal(new(T)) {
			t.Errorf("%s: key %s decodes to nothing", name, m.key)
		}
	}
}

// checkBits fails unless the integer fields of T take exactly what fits them.
func checkBits[T any, P object[T]](t *@testing.T, key string, low, high string, beyond ...string) {
	t.Helper()
	for _, number := range []string{low, high} {
		x := new(T)
		if err := P(x).UnmarshalJSON([]byte(@fmt.Sprintf("{%q:%s}", key, number))); err != nil {
			t.Errorf("%s: %s: %v", key, number, err)
		}
		if text, err := P(x).MarshalJSON(); err != nil || !@strings.Contains(string(text), @fmt.Sprintf("%q:%s", key, number)) {
			t.Errorf("%s: %s: got %s and %v", key, number, text, err)
		}
	}
	for _, number := range beyond {
		if err := P(new(T)).UnmarshalJSON([]byte(@fmt.Sprintf("{%q:%s}", key, number))); err == nil {
			t.Errorf("%s: accepted %s", key, number)
		}
	}
}

// checkListMax fails unless a list of limit elements is accepted and a longer one refused.
func checkListMax[T any, P object[T]](t *@testing.T, key string, limit int) {
	t.Helper()
	text := func(n int) []byte {
		return []byte(@fmt.Sprintf("{%q:[%s]}", key, @strings.TrimSuffix(@strings.Repeat("{},", n), ",")))
	}
	if err := P(new(T)).UnmarshalJSON(text(limit)); err != nil {
		t.Errorf("%s: %d elements: %v", key, limit, err)
	}
	if err := P(new(T)).UnmarshalJSON(text(limit + 1)); err == nil {
		t.Errorf("%s: accepted %d elements", key, limit+1)
	}
}

// checkBadText fails unless a field that holds text that JSON can't hold is refused.
func checkBadText[T any, P object[T]](t *@testing.T, key string, spoil func(*T)) {
	t.Helper()
	x := new(T)
	spoil(x)
	if text, err := P(x).MarshalJSON(); err == nil || !@strings.Contains(err.Error(), key) {
		t.Errorf("%s: got %s and %v, want an error", key, text, err)
	}
}

// fuzzJSON decodes arbitrary text; what decodes must go round.
func fuzzJSON[T any, P object[T]](f *@testing.F, variants []variant[T]) {
	f.Helper()
	for _, v := range variants {
		text, err := P(v.filled(100)).MarshalJSON()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("{}"))
	f.Fuzz(func(t *@testing.T, text []byte) {
		x, again := new(T), new(T)
		if err := P(x).UnmarshalJSON(text); err != nil {
			checkClean(t, "refused", x)
			return
		}
		first, err := P(x).MarshalJSON()
		if err != nil {
			t.Fatalf("decoded but can't be encoded: %v", err)
		}
		if err := P(again).UnmarshalJSON(first); err != nil || !P(x).Equal(again) {
			t.Fatalf("got %v and %v, want %v", again, err, x)
		}
		if second, err := P(again).MarshalJSON(); err != nil || !@bytes.Equal(first, second) {
			t.Fatalf("got %s and %v, want %s", second, err, first)
		}
	})
}
`

// jsonSupportTests emits the tests of the helpers of the JSON form.
const jsonSupportTests = `
func TestJSONDecimals(t *@testing.T) {
	for _, text := range []string{"1", "-1", "0", "1.50", "0.00000001", "9999999999999999999"} {
		got, err := decodeDecimal(@jsontext.NewDecoder(@strings.NewReader(@strconv.Quote(text))))
		if err != nil || got.String() != text {
			t.Errorf("%s: got %v and %v", text, got, err)
		}
		if back := string(appendJSONDecimal(nil, got)); back != @strconv.Quote(text) {
			t.Errorf("%s: got %s", text, back)
		}
	}
	for _, raw := range []string{"1", "\"\"", "\"1e5\"", "\"+1\"", "\"12345678901234567890\"", "\" 1\"", "\"NaN\""} {
		if got, err := decodeDecimal(@jsontext.NewDecoder(@strings.NewReader(raw))); err == nil {
			t.Errorf("%s: got %v, want an error", raw, got)
		}
	}
}

func TestJSONBytes(t *@testing.T) {
	f := func(raw string, limit int, want string, ok bool) {
		t.Helper()
		var b @buffer.Buffer
		b.Set([]byte("old"))
		err := decodeBytes(@jsontext.NewDecoder(@strings.NewReader(raw)), &b, limit)
		if (err == nil) != ok || ok && string(b.Bytes()) != want {
			t.Errorf("%s within %d: got %q and %v, want %q", raw, limit, b.Bytes(), err, want)
		}
	}
	f("\"AAEC\"", 3, "\x00\x01\x02", true)
	f("\"AAEC\"", 2, "", false)
	f("\"\"", 0, "", true)
	f("null", 0, "", true)
	f("\"AAE\"", 9, "", false)  // no padding
	f("\"AAF=\"", 9, "", false) // loose bits
	f("\"A-_C\"", 9, "", false)
	f("[0,1,2]", 9, "", false)
}
`
