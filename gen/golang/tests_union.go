package golang

import "strconv"

// unionTests emits the tests of the bodies of an event.
func unionTests(st *structure) code {
	u := st.union
	if u == nil {
		return ""
	}
	v := vars{"T": st.Name, "stem": st.stem, "U": u.typ, "F": u.field.name, "Tag": u.tag.name, "E": u.tag.typ, "stamp": "", "size": ""}
	for _, f := range st.fields {
		if f.AutoRevision {
			v["stamp"] = string(expand(" || x.$F != ${T}Revision", vars{"F": f.name, "T": st.Name}))
		}
	}
	v["payload"], v["tag"] = u.field.Field.Name, u.tag.Field.Name
	v["cases"] = lines(u.arms, func(a *arm) code {
		return expand(`{
			name: $name, kind: $tag, none: (*$A)(nil),
			set:  func(x *$T) $U { return x.Set$N() },
			get: func(x *$T) $U {
				if body := x.$N(); body != nil {
					return body
				}
				return nil
			},
			foreign: func() $U { return new($A) },
		},`, vars{"name": strconv.Quote(a.Name), "tag": a.tag, "A": a.of.Name, "N": a.name, "T": st.Name, "U": u.typ})
	})
	for _, a := range u.arms {
		if a.Name == "trade" {
			v["size"] = string(expand(`

// A clone of a trade is small: the event and its body take one allocation of at most 256 bytes.
func Test${T}TradeSize(t *@testing.T) {
	if got := @unsafe.Sizeof($box{}); got > 256 {
		t.Errorf("got %d bytes, want at most 256", got)
	}
}`, vars{"T": st.Name, "box": a.box}))
		}
	}
	return join(expand(unionCases, v), expand(unionArmTests, v), expand(unionForeignTests, v), expand(unionNoneTests, v), expand(unionJSONTests, v))
}

const unionCases = `
// ${stem}ArmCase is one kind of body of $T.
type ${stem}ArmCase struct {
	name    string
	kind    $E
	none    $U              // a nil pointer
	set     func(*$T) $U    // the Set method
	get     func(*$T) $U    // the method that returns the body, or nil
	foreign func() $U       // a body that no event stores
}

// ${stem}ArmCases are all of them.
func ${stem}ArmCases() []${stem}ArmCase {
	return []${stem}ArmCase{
$cases}
}

// ${stem}FillBody sets all of a body.
func ${stem}FillBody(body $U, seed int) {
	(&filler{next: seed, length: 3}).fill(@reflect.ValueOf(body).Elem())
}

// ${stem}Strange satisfies the sealed interface by embedding it, which Go can't forbid.
type ${stem}Strange struct{ $U }$size`

const unionArmTests = `
func Test${T}Arms(t *@testing.T) {
	for _, arm := range ${stem}ArmCases() {
		x := new($T)
		body := arm.set(x)
		if x.$Tag != arm.kind$stamp || x.$F != body {
			t.Errorf("%s: got %+v", arm.name, x)
		}
		for _, other := range ${stem}ArmCases() {
			if got := other.get(x); (other.name == arm.name) != (got == body) || got != nil && other.name != arm.name {
				t.Errorf("%s: got %v from %s", arm.name, got, other.name)
			}
		}
		if got := x.Delivery(); got != arm.kind.Delivery() {
			t.Errorf("%s: got delivery %s, want %s", arm.name, got, arm.kind.Delivery())
		}
		${stem}FillBody(body, 100)
		again := arm.set(x)
		if paths := unclean("", @reflect.ValueOf(again).Elem()); again != body || paths != nil {
			t.Errorf("%s: set twice: another body or not zeroed: %v", arm.name, paths)
		}
		${stem}FillBody(body, 100)
		x.Reset()
		if again := arm.set(x); again != body {
			t.Errorf("%s: the body moved with a Reset", arm.name)
		}
	}
}

func Test${T}ArmSwitch(t *@testing.T) {
	for _, first := range ${stem}ArmCases() {
		for _, second := range ${stem}ArmCases() {
			x := new($T)
			${stem}FillBody(first.set(x), 100)
			${stem}FillBody(second.set(x), 200)
			want := new($T)
			${stem}FillBody(second.set(want), 200)
			if !x.Equal(want) {
				t.Errorf("%s then %s: got %v, want %v", first.name, second.name, x, want)
			}
			if paths := unclean("", @reflect.ValueOf(first.set(x)).Elem()); paths != nil {
				t.Errorf("%s, %s, %s: not zeroed: %v", first.name, second.name, first.name, paths)
			}
			${stem}FillBody(first.get(x), 300)
			x.Reset()
			checkClean(t, first.name+" then "+second.name+", reset", x)
		}
	}
}`

const unionForeignTests = `
func Test${T}ForeignBody(t *@testing.T) {
	for _, arm := range ${stem}ArmCases() {
		own := new($T)
		${stem}FillBody(arm.set(own), 100)
		// with returns an event that stores one body but points to another.
		with := func(body $U) *$T {
			x := new($T)
			${stem}FillBody(arm.set(x), 200)
			x.$F = body
			return x
		}
		foreign := func() $U {
			body := arm.foreign()
			${stem}FillBody(body, 100)
			return body
		}
		x := with(foreign())
		if !x.Equal(own) || !own.Equal(x) {
			t.Errorf("%s: not equal to an event with its own body", arm.name)
		}
		checkCopy(t, arm.name+": Clone", x, x.Clone(), own)
		x = with(foreign())
		into := new($T)
		x.CloneInto(into)
		checkCopy(t, arm.name+": CloneInto", x, into, own)
		body := foreign()
		x = with(body)
		text, err := x.MarshalJSON()
		if want, wantErr := own.MarshalJSON(); !@bytes.Equal(text, want) || err != nil || wantErr != nil {
			t.Errorf("%s: got %s and %v, want %s", arm.name, text, err, want)
		}
		x.Reset()
		checkClean(t, arm.name+": reset with a foreign body", x)
		if x = with(body); !x.Equal(own) {
			t.Errorf("%s: Reset reached the foreign body", arm.name)
		}
		x = with(nil)
		x.Reset()
		checkClean(t, arm.name+": reset without its body", x)
	}
}`

const unionNoneTests = `
// A nil pointer and a type from elsewhere count as no body.
func Test${T}NoBody(t *@testing.T) {
	bodies := []$U{nil, ${stem}Strange{}}
	for _, arm := range ${stem}ArmCases() {
		bodies = append(bodies, arm.none)
	}
	for _, body := range bodies {
		for _, arm := range ${stem}ArmCases() {
			name := @fmt.Sprintf("%T after %s", body, arm.name)
			x, want := new($T), new($T)
			${stem}FillBody(arm.set(want), 100)
			${stem}FillBody(arm.set(x), 100)
			x.$F = body
			if x.Equal(want) || want.Equal(x) {
				t.Errorf("%s: equal to an event with a body", name)
			}
			want.$F = nil
			if !x.Equal(want) || !want.Equal(x) {
				t.Errorf("%s: not equal to an event without a body", name)
			}
			for _, other := range bodies {
				if want.$F = other; !x.Equal(want) {
					t.Errorf("%s: not equal to an event with %T", name, other)
				}
			}
			clone, into := x.Clone(), new($T)
			x.CloneInto(into)
			if clone.$F != nil || into.$F != nil || !clone.Equal(x) || !into.Equal(x) {
				t.Errorf("%s: got %v and %v from Clone and CloneInto", name, clone, into)
			}
			text, err := x.MarshalJSON()
			if err != nil || !@strings.Contains(string(text), "\"$payload\":null") {
				t.Errorf("%s: got %s and %v", name, text, err)
			}
			for _, y := range []*$T{x, clone, into} {
				checkSpent(t, name, y)
			}
		}
	}
}

// checkSpent fails where a Reset of x leaves something, or x can't be used after it.
func checkSpent(t *@testing.T, name string, x *$T) {
	t.Helper()
	x.Reset()
	checkClean(t, name+": reset", x)
	for _, arm := range ${stem}ArmCases() {
		${stem}FillBody(arm.set(x), 100)
		x.Reset()
		checkClean(t, name+": used again as "+arm.name, x)
	}
}`

const unionJSONTests = `
func Test${T}BodyJSON(t *@testing.T) {
	refuse := func(text string) {
		t.Helper()
		x := new($T)
		if err := x.UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("accepted %.200q", text)
		}
		checkClean(t, @fmt.Sprintf("refused %.200q", text), x)
	}
	accept := func(text string, body $U) {
		t.Helper()
		x := new($T)
		if err := x.UnmarshalJSON([]byte(text)); err != nil || @reflect.TypeOf(x.$F) != @reflect.TypeOf(body) {
			t.Errorf("%.200q: got %v and %v", text, x, err)
		}
	}
	for _, arm := range ${stem}ArmCases() {
		accept(@fmt.Sprintf("{\"$tag\":%q,\"$payload\":{%q:{}}}", arm.kind, arm.name), arm.none)
		accept(@fmt.Sprintf("{\"$payload\":{%q:{}},\"$tag\":%q}", arm.name, arm.kind), arm.none)
		accept(@fmt.Sprintf("{\"$payload\":{},\"$tag\":%q}", arm.kind), nil)
		accept(@fmt.Sprintf("{\"$payload\":{\"new\":{}},\"$tag\":%q}", arm.kind), nil)
		refuse(@fmt.Sprintf("{\"$payload\":{\"new\":{},%q:{}},\"$tag\":%q}", arm.name, arm.kind))
		refuse(@fmt.Sprintf("{\"$tag\":%q,\"$payload\":{%q:null}}", arm.kind, arm.name))
		refuse(@fmt.Sprintf("{\"$tag\":%q,\"$payload\":{%q:[]}}", arm.kind, arm.name))
		refuse(@fmt.Sprintf("{\"$tag\":%q,\"$payload\":{%q:{},\"new\":{}}}", arm.kind, arm.name))
		refuse(@fmt.Sprintf("{\"$payload\":{%q:{}}}", arm.name))
		for _, other := range ${stem}ArmCases() {
			refuse(@fmt.Sprintf("{\"$tag\":%q,\"$payload\":{%q:{},%q:{}}}", arm.kind, arm.name, other.name))
			if other.name == arm.name {
				continue
			}
			refuse(@fmt.Sprintf("{\"$tag\":%q,\"$payload\":{%q:{}}}", arm.kind, other.name))
			x := new($T)
			arm.set(x)
			x.$Tag = other.kind
			if text, err := x.MarshalJSON(); err == nil {
				t.Errorf("%s in a %s: got %s, want an error", arm.name, other.kind, text)
			}
		}
	}
}`
