package golang

import (
	"strconv"
	"strings"

	"github.com/meltica/meltica/gen/schema"
)

// supportKeys emits the checks of ids and keys.
const supportKeys = `
// checkKey fails unless key follows exactly the named fields: it changes with each of them
// and with nothing else.
func checkKey[T any, K comparable](t *@testing.T, variants []variant[T], key func(*T) K, fields ...string) {
	t.Helper()
	for _, v := range variants {
		before := key(v.filled(100))
		for i, l := range leaves("", @reflect.ValueOf(v.filled(100)).Elem()) {
			for j := range changes(l.v) {
				x := v.filled(100)
				changes(leaves("", @reflect.ValueOf(x).Elem())[i].v)[j]()
				if got, want := key(x) != before, @slices.Contains(fields, l.path[1:]); got != want {
					t.Errorf("%s%s: key changed: got %v, want %v", v.name, l.path, got, want)
				}
			}
		}
	}
}

// checkEventID fails unless the id is want, is appended, and takes no memory.
func checkEventID[T any](t *@testing.T, x *T, id func(*T, []byte) []byte, want string) {
	t.Helper()
	if got := string(id(x, []byte("before "))); got != "before "+want {
		t.Errorf("got %q, want %q", got, "before "+want)
	}
	dst := make([]byte, 0, 1024)
	if got := @testing.AllocsPerRun(20, func() { dst = id(x, dst[:0]) }); allocsCount && got != 0 {
		t.Errorf("got %v allocations, want 0", got)
	}
}
`

// idSupportTests emits the tests of the helpers of EventID.
const idSupportTests = `
func TestIDText(t *@testing.T) {
	f := func(text, want string) {
		t.Helper()
		if got := string(appendIDText([]byte("a:"), text)); got != "a:"+want {
			t.Errorf("%q: got %q, want %q", text, got, "a:"+want)
		}
		if got := string(appendIDText([]byte("a:"), []byte(text))); got != "a:"+want {
			t.Errorf("%q as bytes: got %q, want %q", text, got, "a:"+want)
		}
	}
	f("", "")
	f("BTC-USDT", "BTC-USDT")
	f("a:b", "a%3Ab")
	f("a%3Ab", "a%253Ab")
	f("::", "%3A%3A")
	f("\u00e9", "\u00e9")
}

func TestIDEnum(t *@testing.T) {
	if got := string(appendIDEnum([]byte("a:"), "NAME", 7)); got != "a:NAME" {
		t.Errorf("got %q, want a:NAME", got)
	}
	if got := string(appendIDEnum([]byte("a:"), "", 7)); got != "a:7" {
		t.Errorf("got %q, want a:7", got)
	}
}
`

// keyTests emits the tests of the id, the keys and the delivery of an event.
func keyTests(st *structure) code {
	names := func(fields []*schema.Field) string {
		var list []string
		for _, f := range planned(st, fields) {
			list = append(list, strconv.Quote(f.name))
		}
		return strings.Join(list, ", ")
	}
	v := vars{"T": st.Name, "stem": st.stem, "fields": names(st.event.ID)}
	v["parts"] = lines(planned(st, st.event.ID), func(f *field) code { return code("@fmt.Sprint(x." + f.name + "),") })
	parts := []code{expand(`
func Test${T}EventID(t *@testing.T) {
	x := ${stem}Variants()[0].filled(100)
	want := @strings.Join([]string{
$parts}, ":")
	checkEventID(t, x, (*$T).EventID, want)
	checkKey(t, ${stem}Variants(), func(x *$T) string { return string(x.EventID(nil)) }, $fields)
}`, v)}
	for _, key := range []struct {
		word   string
		fields []*schema.Field
	}{{"Stream", st.event.Stream}, {"Merge", st.event.Merge}} {
		if len(key.fields) == 0 {
			continue
		}
		v["word"], v["fields"] = key.word, names(key.fields)
		v["values"] = lines(planned(st, key.fields), func(f *field) code { return code("x." + f.name + ",") })
		parts = append(parts, expand(`
func Test$T${word}Key(t *@testing.T) {
	x := ${stem}Variants()[0].filled(100)
	want := $T${word}Key{
$values}
	if got := x.${word}Key(); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	checkKey(t, ${stem}Variants(), (*$T).${word}Key, $fields)
}`, v))
	}
	if st.event.Delivery != schema.DeliveryNone {
		v["want"] = deliveryConst(st.event.Delivery)
		parts = append(parts, expand(`
func Test${T}Delivery(t *@testing.T) {
	if got := new($T).Delivery(); got != $want {
		t.Errorf("got %s, want $want", got)
	}
}`, v))
	}
	return join(parts...)
}
