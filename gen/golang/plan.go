package golang

import (
	"fmt"
	"go/token"
	"strconv"
	"strings"

	"github.com/meltica/meltica/gen/schema"
)

// plan holds every Go name and type of the package to be written. The emitting functions read
// it and decide nothing themselves.
type plan struct {
	pkg     string // eventv1
	source  string // schemas/v1
	scalars []*scalar
	enums   []*enum
	structs []*structure // shared structs
	events  []*structure
}

// scalar is a schema.Scalar with its Go names.
type scalar struct {
	*schema.Scalar
	recv string
}

// enum is a schema.Enum with its Go names.
type enum struct {
	*schema.Enum
	recv  string
	unset string
	// arms of the union that the enum tells apart, nil for an enum that is no tag.
	arms []*arm
}

// structure is a shared struct or an event with its Go names.
type structure struct {
	*schema.Struct
	event  *schema.Event // nil for a shared struct
	recv   string
	stem   string // of unexported names: canonicalEvent
	fields []*field
	// deep: the type holds memory of its own (a list, a buffer, a union), so that an
	// assignment would share it.
	deep  bool
	union *union
}

// field is a schema.Field with its Go name and type.
type field struct {
	*schema.Field
	name string // Go name
	typ  string // Go type as code
	of   *structure
}

// union is the one union of an event.
type union struct {
	field *field
	typ   string // CanonicalEventPayload
	tag   *field
	arms  []*arm
	bits  string // unsigned type that holds one bit an arm
	width int    // its size in bytes
}

// arm is one alternative of a union.
type arm struct {
	*schema.Arm
	name  string // Trade, of SetTrade and Trade
	local string // trade, of the field that stores it
	bit   string // constant of its bit
	box   string // type that holds the event and the arm
	tag   string // constant of its kind
	of    *structure
}

// isInitialism reports whether Go spells the word in capitals.
func isInitialism(word string) bool {
	switch word {
	case "id", "json", "url", "vwap", "gtc", "ioc", "fok":
		return true
	}
	return false
}

// exported turns snake_case or UPPER_CASE into an exported Go name.
func exported(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(strings.ToLower(name), "_") {
		if isInitialism(word) {
			b.WriteString(strings.ToUpper(word))
		} else if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// unexported turns an exported Go name into an unexported one.
func unexported(name string) string {
	n := 1
	for n < len(name) && isUpper(name[n]) && (n+1 == len(name) || isUpper(name[n+1])) {
		n++
	}
	local := strings.ToLower(name[:n]) + name[n:]
	if token.IsKeyword(local) {
		local += "Arm"
	}
	return local
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }

// fileName turns a Go type name into the stem of a file name: WsFrame to ws_frame.
func fileName(name string) string {
	var b strings.Builder
	for i := range len(name) {
		if i > 0 && isUpper(name[i]) && (!isUpper(name[i-1]) || i+1 < len(name) && !isUpper(name[i+1])) {
			b.WriteByte('_')
		}
		b.WriteString(strings.ToLower(name[i : i+1]))
	}
	return b.String()
}

// newPlan decides all names and types. It fails on what Go can't express.
func newPlan(p *schema.Package) (*plan, error) {
	pl := &plan{pkg: fmt.Sprintf("eventv%d", p.Version), source: fmt.Sprintf("schemas/v%d", p.Version)}
	if len(p.Events) == 0 {
		return nil, fmt.Errorf("golang: %s: no event, so nothing to pool", pl.source)
	}
	for _, s := range p.Scalars {
		pl.scalars = append(pl.scalars, &scalar{Scalar: s, recv: receiver(s.Name)})
	}
	for _, e := range p.Enums {
		pl.enums = append(pl.enums, &enum{Enum: e, recv: receiver(e.Name), unset: e.Name + "Unset"})
	}
	known := map[*schema.Struct]*structure{}
	add := func(s *schema.Struct, e *schema.Event) *structure {
		st := &structure{Struct: s, event: e, recv: receiver(s.Name), stem: unexported(s.Name)}
		known[s] = st
		return st
	}
	for _, s := range p.Structs {
		pl.structs = append(pl.structs, add(s, nil))
	}
	for _, e := range p.Events {
		pl.events = append(pl.events, add(&e.Struct, e))
	}
	for _, st := range pl.all() {
		if err := pl.planFields(st, known); err != nil {
			return nil, err
		}
	}
	// A struct may be declared after one that holds it, so depth spreads until it is stable.
	for again := true; again; {
		again = false
		for _, st := range pl.all() {
			for _, f := range st.fields {
				if !st.deep && f.deep() {
					st.deep, again = true, true
				}
			}
		}
	}
	return pl, nil
}

// all returns the shared structs and then the events.
func (pl *plan) all() []*structure {
	return append(append(make([]*structure, 0, len(pl.structs)+len(pl.events)), pl.structs...), pl.events...)
}

// planFields decides the fields of st.
func (pl *plan) planFields(st *structure, known map[*schema.Struct]*structure) error {
	for _, sf := range st.Fields {
		f := &field{Field: sf, name: exported(sf.Name)}
		switch t := sf.Type.(type) {
		case schema.Bool:
			f.typ = "bool"
		case schema.Int:
			f.typ = "int" + strconv.Itoa(t.Bits)
			if !t.Signed {
				f.typ = "u" + f.typ
			}
		case schema.String:
			f.typ = "string"
		case schema.Bytes:
			f.typ = "@buffer.Buffer"
		case schema.Time:
			f.typ = "int64"
		case schema.Decimal:
			f.typ = "@decimal.Decimal"
		case schema.ScalarRef:
			f.typ = t.Scalar.Name
		case schema.EnumRef:
			f.typ = t.Enum.Name
		case schema.StructRef:
			f.typ, f.of = t.Struct.Name, known[t.Struct]
		case schema.List:
			f.typ, f.of = "[]"+t.Of.Name, known[t.Of]
		case *schema.Union:
			f.typ = st.Name + f.name
			if err := pl.planUnion(st, f, t, known); err != nil {
				return err
			}
		default:
			return fmt.Errorf("golang: %s.%s: no Go type for %T", st.Name, sf.Name, sf.Type)
		}
		st.fields = append(st.fields, f)
	}
	return nil
}

// planUnion decides the union field f of st.
func (pl *plan) planUnion(st *structure, f *field, t *schema.Union, known map[*schema.Struct]*structure) error {
	u := &union{field: f, typ: f.typ}
	for _, other := range st.fields {
		if other.Field == t.Tag {
			u.tag = other
		}
	}
	if u.tag == nil {
		return fmt.Errorf("golang: %s.%s: the tag must be a field declared before it", st.Name, f.Name)
	}
	for _, width := range []int{8, 4, 2, 1} {
		if len(t.Arms) <= 8*width {
			u.bits, u.width = "uint"+strconv.Itoa(8*width), width
		}
	}
	if u.bits == "" {
		return fmt.Errorf("golang: %s.%s: %d arms, at most 64 are possible", st.Name, f.Name, len(t.Arms))
	}
	tags := t.Tag.Type.(schema.EnumRef).Enum
	seen := map[*schema.Struct]bool{}
	for _, a := range t.Arms {
		if seen[a.Of] {
			return fmt.Errorf("golang: %s.%s: two arms of type %s can't be told apart", st.Name, f.Name, a.Of.Name)
		}
		seen[a.Of] = true
		name := exported(a.Name)
		u.arms = append(u.arms, &arm{
			Arm: a, name: name, local: unexported(name), of: known[a.Of],
			bit: st.stem + "Arm" + name, box: st.stem + name, tag: tags.Name + exported(a.Tag.Name),
		})
	}
	st.union = u
	for _, e := range pl.enums {
		if e.Enum == tags {
			if e.arms != nil {
				return fmt.Errorf("golang: enum %s is the tag of two unions", e.Name)
			}
			e.arms = u.arms
		}
	}
	return nil
}

// receiver returns the receiver name of a type's methods.
func receiver(name string) string { return strings.ToLower(name[:1]) }

// deep reports whether an assignment of f would share memory.
func (f *field) deep() bool {
	switch f.Type.(type) {
	case schema.Bytes, schema.List, *schema.Union:
		return true
	case schema.StructRef:
		return f.of.deep
	}
	return false
}

// lists returns the structs that some list of the package holds, in the order of their names'
// first use.
func (pl *plan) lists() []*structure {
	var list []*structure
	seen := map[*structure]bool{}
	for _, st := range pl.all() {
		for _, f := range st.fields {
			if _, ok := f.Type.(schema.List); ok && !seen[f.of] {
				seen[f.of] = true
				list = append(list, f.of)
			}
		}
	}
	return list
}

// hasBytes reports whether some struct has a bytes field.
func (pl *plan) hasBytes() bool {
	for _, st := range pl.all() {
		for _, f := range st.fields {
			if _, ok := f.Type.(schema.Bytes); ok {
				return true
			}
		}
	}
	return false
}

// plural returns the name of a list helper: Level to Levels.
func plural(name string) string { return name + "s" }
