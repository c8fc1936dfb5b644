package golang

// supportFill emits how tests fill objects: by reflection, so that no field is forgotten.
const supportFill = `
// TestMain looks for goroutines that outlive the tests.
func TestMain(m *@testing.M) { @leaktest.Main(m) }

// object is what every generated type can do.
type object[T any] interface {
	*T
	Reset()
	Clone() *T
	CloneInto(*T)
	Equal(*T) bool
	AppendJSON([]byte) ([]byte, error)
	MarshalJSON() ([]byte, error)
	UnmarshalJSON([]byte) error
}

// variant is one way to fill all of a T: an event has one for each kind of body.
type variant[T any] struct {
	name string
	fill func(*T, *filler)
}

// filled returns a new T; equal seeds give equal objects.
func (v variant[T]) filled(seed int) *T {
	x := new(T)
	v.fill(x, &filler{next: seed, length: 3})
	return x
}

// plain is the only variant of a type without a union.
func plain[T any]() []variant[T] {
	return []variant[T]{{"plain", func(x *T, f *filler) { f.fill(@reflect.ValueOf(x).Elem()) }}}
}

// filler gives distinct non-zero values to leaves. Lists get length elements and two spare ones
// that are filled, too.
type filler struct{ next, length int }

// fill sets all of v but what only the generated code touches and the payload of an event.
func (f *filler) fill(v @reflect.Value) {
	f.next++
	switch p := v.Addr().Interface().(type) {
	case *@decimal.Decimal:
		*p = @decimal.MustParse(@strconv.Itoa(f.next) + ".50")
		return
	case *@buffer.Buffer:
		p.Set([]byte("bytes " + @strconv.Itoa(f.next)))
		return
	case interface{ SetClipped(string) }:
		p.SetClipped("id-" + @strconv.Itoa(f.next))
		return
	case interface{ IsValid() bool }:
		for v.SetUint(uint64(f.next%255 + 1)); !p.IsValid(); {
			v.SetUint(v.Uint()%255 + 1)
		}
		return
	}
	switch v.Kind() {
	case @reflect.Bool:
		v.SetBool(true)
	case @reflect.String:
		v.SetString("text " + @strconv.Itoa(f.next))
	case @reflect.Int8, @reflect.Int16, @reflect.Int32, @reflect.Int64:
		v.SetInt(int64(f.next%127 + 1))
	case @reflect.Uint8, @reflect.Uint16, @reflect.Uint32, @reflect.Uint64:
		v.SetUint(uint64(f.next%255 + 1))
	case @reflect.Array:
		for i := range v.Len() {
			v.Index(i).SetUint(uint64((f.next+i)%255 + 1))
		}
	case @reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				f.fill(v.Field(i))
			}
		}
	case @reflect.Slice:
		v.Set(@reflect.MakeSlice(v.Type(), f.length+2, f.length+2))
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
		v.SetLen(f.length)
	case @reflect.Interface:
		// The payload: a variant sets it.
	default:
		panic("no way to fill a " + v.Type().String())
	}
}

// open gives access to a field that is not exported.
func open(v @reflect.Value) @reflect.Value {
	return @reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem()
}

// isLeaf reports whether v is a value that tests change as a whole.
func isLeaf(v @reflect.Value) bool {
	_, text := v.Addr().Interface().(@encoding.TextMarshaler)
	switch v.Kind() {
	case @reflect.Struct, @reflect.Slice, @reflect.Interface:
		return text
	}
	return true
}

// leaf is one value within an object.
type leaf struct {
	path string
	v    @reflect.Value
}

// leaves returns the leaves of v, those of list elements and of a payload included.
func leaves(path string, v @reflect.Value) []leaf {
	if isLeaf(v) {
		return []leaf{{path, v}}
	}
	var list []leaf
	switch v.Kind() {
	case @reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				list = append(list, leaves(path+"."+field.Name, v.Field(i))...)
			}
		}
	case @reflect.Slice:
		for i := range v.Len() {
			list = append(list, leaves(path+"["+@strconv.Itoa(i)+"]", v.Index(i))...)
		}
	case @reflect.Interface:
		if !v.IsNil() {
			list = leaves(path, v.Elem().Elem())
		}
	}
	return list
}

// lists returns the lists of v.
func lists(path string, v @reflect.Value) []leaf {
	var list []leaf
	switch {
	case isLeaf(v):
	case v.Kind() == @reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				list = append(list, lists(path+"."+field.Name, v.Field(i))...)
			}
		}
	case v.Kind() == @reflect.Slice:
		list = append(list, leaf{path, v})
		for i := range v.Len() {
			list = append(list, lists(path+"["+@strconv.Itoa(i)+"]", v.Index(i))...)
		}
	case v.Kind() == @reflect.Interface && !v.IsNil():
		list = lists(path, v.Elem().Elem())
	}
	return list
}

// changes returns the ways to make a leaf another value of its type.
func changes(v @reflect.Value) []func() {
	switch p := v.Addr().Interface().(type) {
	case *@decimal.Decimal:
		return []func(){
			func() { *p = @decimal.MustParse("7" + p.String()) },
			func() { *p = @decimal.MustParse(p.String() + "0") }, // the same number, written differently
			func() { *p = p.Neg() },
		}
	case *@buffer.Buffer:
		list := []func(){func() { p.Set(append(@bytes.Clone(p.Bytes()), '+')) }}
		if p.Len() > 0 {
			list = append(list, func() { p.Bytes()[0] ^= 0xff }, func() { p.Bytes()[p.Len()-1] ^= 0xff })
		}
		return list
	case interface {
		SetClipped(string)
		String() string
	}:
		list := []func(){func() { p.SetClipped("+" + p.String()) }}
		if text := p.String(); text != "" {
			list = append(list, func() { p.SetClipped(text[:len(text)-1] + "~") })
		}
		return list
	}
	switch v.Kind() {
	case @reflect.Bool:
		return []func(){func() { v.SetBool(!v.Bool()) }}
	case @reflect.String:
		return []func(){func() { v.SetString(v.String() + "+") }}
	case @reflect.Int8, @reflect.Int16, @reflect.Int32, @reflect.Int64:
		return []func(){func() { v.SetInt(v.Int() - 1) }, func() { v.SetInt(v.Int() ^ -1<<(v.Type().Bits()-1)) }}
	case @reflect.Uint8, @reflect.Uint16, @reflect.Uint32, @reflect.Uint64:
		return []func(){func() { v.SetUint(v.Uint() - 1) }, func() { v.SetUint(v.Uint() ^ 1<<(v.Type().Bits()-1)) }}
	case @reflect.Array:
		first, last := v.Index(0), v.Index(v.Len()-1)
		return []func(){func() { first.SetUint(first.Uint() ^ 0xff) }, func() { last.SetUint(last.Uint() ^ 0xff) }}
	}
	panic("no way to change a " + v.Type().String())
}
`

// supportMemory emits how tests look at the memory behind an object.
const supportMemory = `
// checkClean fails where x can be told from a new T: in a field, in the elements of a list up
// to its capacity, or in the stored bodies of an event.
func checkClean[T any](t *@testing.T, when string, x *T) {
	t.Helper()
	for _, path := range unclean("", @reflect.ValueOf(x).Elem()) {
		t.Errorf("%s: %T%s is not as new", when, x, path)
	}
}

// unclean returns the paths within v at which it is not zero.
func unclean(path string, v @reflect.Value) []string {
	var list []string
	if p, ok := v.Addr().Interface().(*@buffer.Buffer); ok {
		if p.Len() != 0 || cap(p.Bytes()) != 0 {
			list = append(list, path)
		}
		return list
	}
	switch {
	case isLeaf(v) && v.Kind() != @reflect.Pointer, v.Kind() == @reflect.Interface:
		if !v.IsZero() {
			list = append(list, path)
		}
	case v.Kind() == @reflect.Struct:
		for i := range v.NumField() {
			list = append(list, unclean(path+"."+v.Type().Field(i).Name, open(v.Field(i)))...)
		}
	case v.Kind() == @reflect.Slice:
		if v.Len() != 0 {
			list = append(list, path+" (length)")
		}
		for i := range v.Cap() {
			list = append(list, unclean(path+"["+@strconv.Itoa(i)+"]", v.Slice(0, v.Cap()).Index(i))...)
		}
	case v.Kind() == @reflect.Pointer && !v.IsNil():
		list = unclean(path, v.Elem())
	}
	return list
}

// region is a piece of memory.
type region struct {
	path       string
	start, end uintptr
}

// regions returns the memory that x reaches, texts left out: they can't be written to.
func regions[T any](x *T) []region {
	var list []region
	seen := map[uintptr]bool{}
	var walk func(path string, v @reflect.Value)
	walk = func(path string, v @reflect.Value) {
		switch v.Kind() {
		case @reflect.Struct:
			for i := range v.NumField() {
				walk(path+"."+v.Type().Field(i).Name, open(v.Field(i)))
			}
		case @reflect.Slice:
			start := v.Pointer()
			if v.Cap() == 0 || seen[start] {
				return
			}
			list = append(list, region{path, start, start + uintptr(v.Cap())*v.Type().Elem().Size()})
			for i := range v.Cap() {
				walk(path, v.Slice(0, v.Cap()).Index(i))
			}
		case @reflect.Interface:
			if !v.IsNil() {
				walk(path, v.Elem())
			}
		case @reflect.Pointer:
			if v.IsNil() || seen[v.Pointer()] {
				return
			}
			seen[v.Pointer()] = true
			list = append(list, region{path, v.Pointer(), v.Pointer() + v.Type().Elem().Size()})
			walk(path, v.Elem())
		}
	}
	walk("", @reflect.ValueOf(x))
	return list
}

// checkApart fails where a and b share memory.
func checkApart[T any](t *@testing.T, a, b *T) {
	t.Helper()
	for _, x := range regions(a) {
		for _, y := range regions(b) {
			if x.start < y.end && y.start < x.end {
				t.Errorf("%T%s and its copy's %s share memory", a, x.path, y.path)
			}
		}
	}
}

// shorten cuts each list of x to length zero, as a holder may do by hand.
func shorten[T any](x *T) {
	for _, l := range lists("", @reflect.ValueOf(x).Elem()) {
		l.v.SetLen(0)
	}
}

// checkPanics fails unless f panics with a text that holds want.
func checkPanics(t *@testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got := @fmt.Sprint(recover()); !@strings.Contains(got, want) {
			t.Errorf("got panic %.200q, want one with %q", got, want)
		}
	}()
	f()
}
`
