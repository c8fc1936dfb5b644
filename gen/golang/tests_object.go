package golang

// supportObject emits the checks that every type must pass: of its fields, Reset, Clone,
// CloneInto and Equal.
const supportObject = `
// fieldWant is a field as the schema has it.
type fieldWant struct{ name, typ, json string }

// checkFields fails where the fields of T are not the wanted ones. Bookkeeping fields, which
// the schema does not have, are named in hidden.
func checkFields[T any](t *@testing.T, want []fieldWant, hidden ...string) {
	t.Helper()
	var got []fieldWant
	for i := range @reflect.TypeFor[T]().NumField() {
		field := @reflect.TypeFor[T]().Field(i)
		if @slices.Contains(hidden, field.Name) {
			continue
		}
		typ := @strings.ReplaceAll(field.Type.String(), "$pkg.", "")
		got = append(got, fieldWant{field.Name, typ, field.Tag.Get("json")})
	}
	if !@slices.Equal(got, want) {
		t.Errorf("got fields %v, want %v", got, want)
	}
}

// checkReset fills all of a T and looks at what a Reset leaves.
func checkReset[T any, P object[T]](t *@testing.T, variants []variant[T]) {
	t.Helper()
	for _, v := range variants {
		x := v.filled(100)
		if n := len(leaves("", @reflect.ValueOf(x).Elem())); len(unclean("", @reflect.ValueOf(x).Elem())) < n {
			t.Fatalf("%s: not all of the %d leaves are filled", v.name, n)
		}
		P(x).Reset()
		checkClean(t, v.name+": reset", x)
		if !P(x).Equal(new(T)) || !P(new(T)).Equal(x) {
			t.Errorf("%s: after Reset: not equal to a new one", v.name)
		}
		v.fill(x, &filler{next: 200, length: 3})
		if !P(x).Equal(v.filled(200)) {
			t.Errorf("%s: filled after Reset: not equal to a new one that was filled", v.name)
		}
		shorten(x)
		P(x).Reset()
		checkClean(t, v.name+": shortened and reset", x)
	}
}

// checkBound fails unless a Reset keeps memory of exactly retain elements, and drops more.
// grow makes its list or buffer with the given capacity and something in it.
func checkBound[T any, P object[T]](t *@testing.T, retain int, grow func(x *T, capacity int), capacity func(*T) int) {
	t.Helper()
	f := func(n, want int) {
		t.Helper()
		x := new(T)
		grow(x, n)
		if got := capacity(x); got != n {
			t.Fatalf("got capacity %d before Reset, want %d", got, n)
		}
		P(x).Reset()
		if got := capacity(x); got != want {
			t.Errorf("capacity %d: got %d after Reset, want %d", n, got, want)
		}
	}
	f(1, 1)
	f(retain, retain)
	f(retain+1, 0)
}

// bufferOf returns a buffer of the given capacity with something in it.
func bufferOf(capacity int) @buffer.Buffer {
	var b @buffer.Buffer
	memory := bufferMemory(&b)
	memory.Set(@reflect.ValueOf(make([]byte, 1, capacity)))
	return b
}

// bufferMemory returns the slice within b.
func bufferMemory(b *@buffer.Buffer) @reflect.Value {
	v := @reflect.ValueOf(b).Elem()
	for i := range v.NumField() {
		if v.Field(i).Type() == @reflect.TypeFor[[]byte]() {
			return open(v.Field(i))
		}
	}
	panic("a buffer without a slice")
}

// checkClone fails unless a clone equals its source, stands alone, and takes allocs allocations.
func checkClone[T any, P object[T]](t *@testing.T, variants []variant[T], allocs ...float64) {
	t.Helper()
	for i, v := range variants {
		source, want := v.filled(100), v.filled(100)
		clone := P(source).Clone()
		for _, l := range lists("", @reflect.ValueOf(clone).Elem()) {
			if l.v.Cap() != l.v.Len() {
				t.Errorf("%s: clone%s has spare memory", v.name, l.path)
			}
		}
		checkCopy[T, P](t, v.name+": Clone", source, clone, want)
		again := P(clone).Clone()
		checkCopy[T, P](t, v.name+": Clone of a clone", clone, again, want)
		P(source).Reset()
		if !P(clone).Equal(want) {
			t.Errorf("%s: the clone changed with the Reset of its source", v.name)
		}
		P(clone).Reset()
		checkClean(t, v.name+": reset clone", clone)
		v.fill(clone, &filler{next: 100, length: 3})
		if !P(clone).Equal(want) || !P(again).Equal(want) {
			t.Errorf("%s: a clone can't be filled anew", v.name)
		}
		source = v.filled(100)
		if got := @testing.AllocsPerRun(20, func() { clone = P(source).Clone() }); allocsCount && got != allocs[i] {
			t.Errorf("%s: got %v allocations for a clone, want %v", v.name, got, allocs[i])
		}
	}
	clone := P(new(T)).Clone()
	if paths := unclean("", @reflect.ValueOf(clone).Elem()); paths != nil || !P(clone).Equal(new(T)) {
		t.Errorf("clone of a new one: not as new: %v", paths)
	}
	for _, l := range lists("", @reflect.ValueOf(clone).Elem()) {
		if !l.v.IsNil() {
			t.Errorf("clone of a new one: %s is not nil", l.path)
		}
	}
}

// checkCopy fails unless copied equals source and want, and neither changes with the other.
func checkCopy[T any, P object[T]](t *@testing.T, when string, source, copied, want *T) {
	t.Helper()
	if !P(copied).Equal(want) || !P(want).Equal(copied) || !P(source).Equal(want) {
		t.Fatalf("%s: not equal to its source", when)
	}
	checkApart(t, source, copied)
	f := func(changed, other *T) {
		t.Helper()
		kept := P(changed).Clone()
		for _, l := range leaves("", @reflect.ValueOf(changed).Elem()) {
			for _, change := range changes(l.v) {
				change()
				if !P(other).Equal(want) {
					t.Fatalf("%s: a change of %s reached the other side", when, l.path)
				}
			}
		}
		P(kept).CloneInto(changed)
	}
	f(source, copied)
	f(copied, source)
	if !P(copied).Equal(want) || !P(source).Equal(want) {
		t.Fatalf("%s: CloneInto did not undo all changes", when)
	}
}

// checkCloneInto fails unless CloneInto does what Clone does, whatever was in dst, without
// allocating where dst has room; the variants in but hold lists of lists, whose inner ones do not
// outlive the clearing of dst's body.
func checkCloneInto[T any, P object[T]](t *@testing.T, variants []variant[T], but ...string) {
	t.Helper()
	for _, v := range variants {
		source, want := v.filled(100), v.filled(100)
		fresh := new(T)
		P(source).CloneInto(fresh)
		checkCopy[T, P](t, v.name+": CloneInto a new one", source, fresh, want)
		for _, old := range variants {
			for _, length := range []int{1, 3, 7} {
				when := @fmt.Sprintf("%s: CloneInto %s of %d elements", v.name, old.name, length)
				dst := new(T)
				old.fill(dst, &filler{next: 5000, length: length})
				P(source).CloneInto(dst)
				checkCopy[T, P](t, when, source, dst, want)
				P(dst).Reset()
				checkClean(t, when+": reset", dst)
			}
		}
		P(source).CloneInto(source)
		if !P(source).Equal(want) {
			t.Errorf("%s: CloneInto itself changed it", v.name)
		}
		dst := new(T)
		got := @testing.AllocsPerRun(20, func() { P(source).CloneInto(dst) })
		if allocsCount && got != 0 && !@slices.Contains(but, v.name) {
			t.Errorf("%s: got %v allocations for CloneInto, want 0", v.name, got)
		}
		P(new(T)).CloneInto(dst)
		if !P(dst).Equal(new(T)) {
			t.Errorf("%s: CloneInto from a new one left something", v.name)
		}
		P(dst).Reset()
		checkClean(t, v.name+": CloneInto from a new one, reset", dst)
	}
}

// checkEqual fails unless Equal sees a change of each single leaf and list.
func checkEqual[T any, P object[T]](t *@testing.T, variants []variant[T]) {
	t.Helper()
	f := func(when string, a, b *T, want bool) {
		t.Helper()
		if got := P(a).Equal(b); got != want {
			t.Errorf("%s: got %v, want %v", when, got, want)
		}
		if got := P(b).Equal(a); got != want {
			t.Errorf("%s, the other way round: got %v, want %v", when, got, want)
		}
	}
	f("nil and nil", nil, nil, true)
	f("new and new", new(T), new(T), true)
	f("nil and new", nil, new(T), false)
	for _, v := range variants {
		a := v.filled(100)
		f(v.name, a, a, true)
		f(v.name+" filled twice", a, v.filled(100), true)
		f(v.name+" and new", a, new(T), false)
		for i, l := range leaves("", @reflect.ValueOf(a).Elem()) {
			for j := range changes(l.v) {
				b := v.filled(100)
				changes(leaves("", @reflect.ValueOf(b).Elem())[i].v)[j]()
				f(v.name+l.path, a, b, false)
			}
		}
		for i, l := range lists("", @reflect.ValueOf(a).Elem()) {
			for _, length := range []int{0, l.v.Len() - 1, l.v.Len() + 1} {
				b := v.filled(100)
				lists("", @reflect.ValueOf(b).Elem())[i].v.SetLen(length)
				f(@fmt.Sprintf("%s%s with %d elements", v.name, l.path, length), a, b, false)
			}
		}
		b, c := v.filled(100), v.filled(100)
		shorten(b)
		for _, l := range lists("", @reflect.ValueOf(c).Elem()) {
			l.v.SetZero()
		}
		f(v.name+" with empty lists and nil lists", b, c, true)
		for _, w := range variants {
			if w.name != v.name {
				f(v.name+" and "+w.name, a, w.filled(100), false)
			}
		}
	}
}
`
