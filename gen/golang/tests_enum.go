package golang

import (
	"strconv"

	"github.com/meltica/meltica/gen/schema"
)

// supportEnums emits the checks that every enum must pass.
const supportEnums = `
// enumCase is one value as the schema has it.
type enumCase struct {
	id   uint8
	name string
}

// enumeration is what every enum can do.
type enumeration interface {
	~uint8
	IsValid() bool
	String() string
	AppendText([]byte) ([]byte, error)
	MarshalText() ([]byte, error)
}

// checkEnum fails unless the enum has exactly the wanted values and its texts go round.
func checkEnum[E enumeration](t *@testing.T, typ string, parse func(string) (E, error), unmarshal func(*E, []byte) error, want []enumCase) {
	t.Helper()
	names := map[uint8]string{}
	for _, c := range want {
		names[c.id] = c.name
	}
	for id := range 256 {
		e, name := E(id), names[uint8(id)]
		if got := e.IsValid(); got != (name != "") {
			t.Errorf("%d: got valid %v, want %v", id, got, name != "")
		}
		text, err := e.MarshalText()
		appended, appendErr := e.AppendText([]byte("before "))
		switch {
		case id == 0:
			if e.String() != "UNSET" || len(text) != 0 || err != nil || string(appended) != "before " || appendErr != nil {
				t.Errorf("unset: got %s, %q and %v", e, text, err)
			}
		case name == "":
			if want := @fmt.Sprintf("%s(%d)", typ, id); e.String() != want || !@errors.Is(err, ErrEnum) || !@errors.Is(appendErr, ErrEnum) {
				t.Errorf("unknown: got %s and %v, want %s and ErrEnum", e, err, want)
			}
			continue
		default:
			if e.String() != name || string(text) != name || err != nil || string(appended) != "before "+name || appendErr != nil {
				t.Errorf("%d: got %s, %q and %v, want %s", id, e, text, err, name)
			}
		}
		if got, err := parse(name); got != e || err != nil {
			t.Errorf("parse %q: got %s and %v, want %s", name, got, err, e)
		}
		got := E(255)
		if err := unmarshal(&got, []byte(name)); got != e || err != nil {
			t.Errorf("unmarshal %q: got %s and %v, want %s", name, got, err, e)
		}
	}
	for _, text := range []string{"UNSET", "?", @strings.ToLower(want[0].name), want[0].name + " ", @strings.Repeat("X", 5000)} {
		if got, err := parse(text); got != 0 || !@errors.Is(err, ErrEnum) || len(err.Error()) > 200 {
			t.Errorf("parse %.100q: got %s and %.300v, want unset and ErrEnum", text, got, err)
		}
		got := E(255)
		if err := unmarshal(&got, []byte(text)); got != 0 || !@errors.Is(err, ErrEnum) {
			t.Errorf("unmarshal %.100q: got %s and %v, want unset and ErrEnum", text, got, err)
		}
	}
}
`

// enumTests emits the tests of one enum.
func enumTests(e *enum) code {
	v := vars{
		"T": e.Name,
		"values": lines(e.Values, func(x *schema.EnumValue) code {
			return expand("{$id, $name},", vars{"id": strconv.Itoa(x.ID), "name": strconv.Quote(x.Name)})
		}),
	}
	tests := expand(`
func Test$T(t *@testing.T) {
	checkEnum(t, "$T", Parse$T, (*$T).UnmarshalText, []enumCase{
$values})
}`, v)
	if e.arms == nil {
		return tests
	}
	v["rules"] = lines(e.arms, func(a *arm) code { return code(a.tag + ": " + deliveryConst(a.Delivery) + ",") })
	return join(tests, expand(`
func Test${T}Delivery(t *@testing.T) {
	want := map[$T]Delivery{
$rules}
	for id := range 256 {
		if got := $T(id).Delivery(); got != want[$T(id)] {
			t.Errorf("%s: got %s, want %s", $T(id), got, want[$T(id)])
		}
	}
}`, v))
}

// deliveryTests emits the test of the delivery rules.
func deliveryTests() code {
	return `
func TestDelivery(t *@testing.T) {
	for i, want := range []string{"none", "lossless", "latest", "merge", "queue", "Delivery(5)"} {
		if got := Delivery(i).String(); got != want {
			t.Errorf("%d: got %s, want %s", i, got, want)
		}
	}
}`
}
