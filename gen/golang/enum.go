package golang

import (
	"strconv"

	"github.com/meltica/meltica/gen/schema"
)

// enumErrors emits what all enums share.
func enumErrors() code {
	return `
// ErrEnum is returned (wrapped) for text that names no value of an enum, and for a value that
// the schema does not know.
var ErrEnum = @errors.New("$pkg: unknown enum value")`
}

// docBeside is the longest doc that stands beside its constant; others stand above.
const docBeside = 70

// enumType emits an enum with its values and methods.
func enumType(e *enum) code {
	v := vars{
		"T": e.Name, "r": e.recv, "Unset": e.unset,
		"doc":  sentence(e.Name, e.Doc, "Its zero value is "+e.unset+"."),
		"last": enumConst(e, e.Values[len(e.Values)-1]),
		"consts": lines(e.Values, func(x *schema.EnumValue) code {
			line := enumConst(e, x) + " " + e.Name + " = " + strconv.Itoa(x.ID)
			doc := comment(x.Doc, 8)
			if len(doc) > docBeside {
				return code(doc + "\n" + line)
			}
			return code(line + " " + doc)
		}),
		"names": lines(e.Values, func(x *schema.EnumValue) code {
			return code("case " + enumConst(e, x) + ":\nreturn " + strconv.Quote(x.Name))
		}),
		"parses": lines(e.Values, func(x *schema.EnumValue) code {
			return code("case " + strconv.Quote(x.Name) + ":\nreturn " + enumConst(e, x) + ", nil")
		}),
	}
	return join(expand(enumDecl, v), expand(enumText, v), enumJSON(e), enumDelivery(e))
}

const enumDecl = `
$doc
type $T uint8

// The values of $T.
const (
	$Unset $T = 0 // not set
$consts)

// String returns the name of $r in the schema, "UNSET" for $Unset, and
// "$T(N)" for a value that the schema does not know.
func ($r $T) String() string {
	if name := $r.name(); name != "" {
		return name
	}
	if $r == $Unset {
		return "UNSET"
	}
	return "$T(" + @strconv.Itoa(int($r)) + ")"
}

// name returns the name of $r in the schema, or "" where it has none.
func ($r $T) name() string {
	switch $r {
	$names}
	return ""
}

// IsValid reports whether $r is a value of the schema; $Unset is not.
func ($r $T) IsValid() bool { return $r.name() != "" }`

const enumText = `
// Parse$T returns the value that text names exactly; "" is $Unset. The error wraps ErrEnum.
func Parse$T(text string) ($T, error) {
	switch text {
	case "":
		return $Unset, nil
	$parses}
	return $Unset, @fmt.Errorf("%w: $T %q", ErrEnum, clip(text))
}

// AppendText appends the name of $r to dst; $Unset has none and appends nothing. The error
// for a value that the schema does not know wraps ErrEnum.
func ($r $T) AppendText(dst []byte) ([]byte, error) {
	name := $r.name()
	if name == "" && $r != $Unset {
		return dst, @fmt.Errorf("%w: %s", ErrEnum, $r)
	}
	return append(dst, name...), nil
}

// MarshalText returns what AppendText appends.
func ($r $T) MarshalText() ([]byte, error) { return $r.AppendText(nil) }

// UnmarshalText sets $r as Parse$T does; after an error it is $Unset. It does not retain text.
func ($r *$T) UnmarshalText(text []byte) (err error) {
	*$r, err = Parse$T(string(text))
	return err
}`

// enumConst returns the Go name of a value.
func enumConst(e *enum, x *schema.EnumValue) string { return e.Name + exported(x.Name) }

// delivery is a rule of the data bus with its Go name and doc.
type delivery struct {
	rule      schema.Delivery
	name, doc string
}

// deliveries returns all rules but none.
func deliveries() []delivery {
	return []delivery{
		{schema.DeliveryLossless, "Lossless", "never dropped"},
		{schema.DeliveryLatest, "Latest", "the last event of a stream replaces the one before"},
		{schema.DeliveryMerge, "Merge", "two book updates become one, level by level"},
		{schema.DeliveryQueue, "Queue", "a bounded queue that drops the oldest and says so"},
	}
}

// deliveryConst returns the Go name of a rule.
func deliveryConst(d schema.Delivery) string {
	for _, x := range deliveries() {
		if x.rule == d {
			return "Delivery" + x.name
		}
	}
	return "DeliveryNone"
}

// deliveryType emits the enum of the delivery rules.
func deliveryType() code {
	return expand(`
// Delivery says what the data bus does with an event that a subscriber is too slow for (LM-04).
type Delivery uint8

// The delivery rules.
const (
	DeliveryNone Delivery = 0 // the schema names no rule
$consts)

// String returns the name of $r as a schema writes it, "none" for DeliveryNone, and
// "Delivery(N)" for an unknown value.
func ($r Delivery) String() string {
	switch $r {
	case DeliveryNone:
		return "none"
	$names}
	return "Delivery(" + @strconv.Itoa(int($r)) + ")"
}`, vars{
		"r": "d",
		"consts": lines(deliveries(), func(x delivery) code {
			return code("Delivery" + x.name + " Delivery = " + strconv.Itoa(int(x.rule)) + " // " + x.doc)
		}),
		"names": lines(deliveries(), func(x delivery) code {
			return code("case Delivery" + x.name + ":\nreturn " + strconv.Quote(unexported(x.name)))
		}),
	})
}

// enumDelivery emits the delivery rule by kind for the tag of a union.
func enumDelivery(e *enum) code {
	if e.arms == nil {
		return ""
	}
	return expand(`
// Delivery returns the rule for events of kind $r, DeliveryNone where the schema names none.
func ($r $T) Delivery() Delivery {
	switch $r {
	$cases}
	return DeliveryNone
}`, vars{"r": e.recv, "T": e.Name, "cases": lines(e.arms, func(a *arm) code {
		return code("case " + a.tag + ":\nreturn " + deliveryConst(a.Delivery))
	})})
}
