package golang

import (
	"fmt"
	"strings"

	"github.com/meltica/meltica/gen/schema"
)

// eventConst emits the revision of an event.
func eventConst(st *structure) code {
	return expand(`
// ${T}Revision is the revision of the schema that this code was written from.
const ${T}Revision = $n`, vars{"T": st.Name, "n": fmt.Sprint(st.event.Revision)})
}

// eventID emits EventID.
func eventID(st *structure) (code, error) {
	var names []string
	body := ""
	for i, f := range planned(st, st.event.ID) {
		v := vars{"r": st.recv, "F": f.name}
		if i > 0 {
			body += "dst = append(dst, ':')\n"
		}
		var template string
		switch t := f.Type.(type) {
		case schema.Bool:
			template = "dst = @strconv.AppendBool(dst, $r.$F)"
		case schema.Int:
			template = "dst = @strconv.AppendInt(dst, int64($r.$F), 10)"
			if !t.Signed {
				template = "dst = @strconv.AppendUint(dst, uint64($r.$F), 10)"
			}
		case schema.String:
			template = "dst = appendIDText(dst, $r.$F)"
		case schema.Time:
			template = "dst = @strconv.AppendInt(dst, $r.$F, 10)"
		case schema.Decimal:
			template = "dst = @decimal.Append(dst, $r.$F)"
		case schema.EnumRef:
			template = "dst = appendIDEnum(dst, $r.$F.name(), uint8($r.$F))"
		case schema.ScalarRef:
			template = "dst = $r.$F.Append(dst)"
			if t.Scalar.Text {
				template = "dst = appendIDText(dst, $r.$F.b[:$r.$F.n])"
			}
		default:
			return "", fmt.Errorf("golang: %s: field %s can't be part of an event id", st.Name, f.Name)
		}
		names = append(names, f.Field.Name)
		body += string(expand(template+"\n", v))
	}
	return expand(`
$doc
func ($r *$T) EventID(dst []byte) []byte {
	${body}return dst
}`, vars{
		"r": st.recv, "T": st.Name, "body": body,
		"doc": comment("EventID appends the id of "+st.recv+", which is "+strings.Join(names, ":")+
			", to dst and returns it. A colon within a text is escaped, so that different events have different ids. "+
			"It does not allocate where dst has room.", 0),
	}), nil
}

// idSupport emits what the EventID methods share.
func idSupport() code {
	return `
// appendIDText appends text as one part of an event id: colons, which part it, and percent
// signs are escaped as in a URL.
func appendIDText[text string | []byte](dst []byte, s text) []byte {
	for i := range len(s) {
		switch s[i] {
		case ':':
			dst = append(dst, "%3A"...)
		case '%':
			dst = append(dst, "%25"...)
		default:
			dst = append(dst, s[i])
		}
	}
	return dst
}

// appendIDEnum appends the name of an enum value, or its number where it has no name.
func appendIDEnum(dst []byte, name string, value uint8) []byte {
	if name == "" {
		return @strconv.AppendUint(dst, uint64(value), 10)
	}
	return append(dst, name...)
}`
}

// planned returns the planned fields of st that stand for the given ones, in their order.
func planned(st *structure, fields []*schema.Field) []*field {
	var list []*field
	for _, sf := range fields {
		for _, f := range st.fields {
			if f.Field == sf {
				list = append(list, f)
			}
		}
	}
	return list
}

// keyMethods emits the stream and merge key of an event, where it has them.
func keyMethods(st *structure) code {
	return join(
		keyMethod(st, "Stream", "names the stream that the order of events is kept within (LM-03)", st.event.Stream),
		keyMethod(st, "Merge", "names the events that one merge window joins (LM-05)", st.event.Merge),
	)
}

func keyMethod(st *structure, word, doc string, schemaFields []*schema.Field) code {
	fields := planned(st, schemaFields)
	if len(fields) == 0 {
		return ""
	}
	return expand(`
$doc
type $T${word}Key struct {
$fields}

// ${word}Key returns the key of $r. It does not allocate.
func ($r *$T) ${word}Key() $T${word}Key {
	return $T${word}Key{
$values}
}`, vars{
		"r": st.recv, "T": st.Name, "word": word,
		"doc":    comment(st.Name+word+"Key "+doc+". It is comparable.", 0),
		"fields": lines(fields, func(f *field) code { return code(f.name + " " + f.typ) }),
		"values": lines(fields, func(f *field) code { return code(f.name + ": " + st.recv + "." + f.name + ",") }),
	})
}

// deliveryMethod emits Delivery of an event, where the schema names a rule.
func deliveryMethod(st *structure) code {
	v := vars{"r": st.recv, "T": st.Name}
	switch {
	case st.event.Delivery != schema.DeliveryNone:
		v["value"], v["doc"] = deliveryConst(st.event.Delivery), "the same for all of them"
	case st.union != nil:
		v["value"], v["doc"] = st.recv+"."+st.union.tag.name+".Delivery()", "which its kind decides"
	default:
		return ""
	}
	return expand(`
// Delivery returns the rule of the data bus for $r, $doc (LM-04).
func ($r *$T) Delivery() Delivery { return $value }`, v)
}
