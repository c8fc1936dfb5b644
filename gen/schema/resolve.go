package schema

import (
	"fmt"
	"maps"
	"slices"
)

// resolve gives every field its type and every event its keys.
func (l *loader) resolve() {
	for _, d := range l.structs {
		for _, f := range d.fields {
			f.Type = l.typeOf(f, "struct "+d.Name, nil)
		}
	}
	for _, d := range l.events {
		for _, f := range d.fields {
			f.Type = l.typeOf(f, "", d)
		}
		d.ID = l.keyFields(d, "id")
		d.Stream = l.keyFields(d, "stream")
		d.Merge = l.keyFields(d, "merge")
	}
}

// builtinTypes returns the names of the types that are not declared.
func builtinTypes() []string {
	return []string{"bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
		"string", "bytes", "time", "decimal", "list", "union"}
}

// typeOf returns the type of a field, or nil after a finding. event is the event that the field
// stands in, if any; owner names a struct.
func (l *loader) typeOf(f *fieldDecl, owner string, event *eventDecl) Type {
	if t := plainType(f.typ); t != nil {
		return t
	}
	switch f.typ {
	case "":
		return nil
	case "bytes":
		most, retain := f.m.bounds(bytesMax)
		return Bytes{Max: most, Retain: retain}
	case "list":
		most, retain := f.m.bounds(listMax)
		of := l.structNamed(f.m, "of")
		if of == nil {
			return nil
		}
		return List{Of: of, Max: most, Retain: retain}
	case "union":
		if event == nil {
			l.report(f.m.pos("type"), "union-outside-event", "only an event may hold a union, not "+owner, "move it into an event")
			return nil
		}
		return l.unionOf(f, event)
	}
	switch d := l.types[f.typ].(type) {
	case *scalarDecl:
		return ScalarRef{d.Scalar}
	case *enumDecl:
		return EnumRef{d.Enum}
	case *structDecl:
		return StructRef{d.Struct}
	case *eventDecl:
		l.report(f.m.pos("type"), "event-as-type", fmt.Sprintf("%s is an event; events do not hold each other", f.typ), "declare a struct")
	default:
		names := slices.Concat(builtinTypes(), slices.Sorted(maps.Keys(l.types)))
		hint := suggest(f.typ, names)
		if hint == "" {
			hint = "declare it under scalars, enums or structs"
		}
		l.report(f.m.pos("type"), "unknown-type", fmt.Sprintf("there is no type %q", clip(f.typ)), hint)
	}
	return nil
}

// plainType returns the types that need no further keys, or nil.
func plainType(name string) Type {
	switch name {
	case "bool":
		return Bool{}
	case "int8":
		return Int{8, true}
	case "int16":
		return Int{16, true}
	case "int32":
		return Int{32, true}
	case "int64":
		return Int{64, true}
	case "uint8":
		return Int{8, false}
	case "uint16":
		return Int{16, false}
	case "uint32":
		return Int{32, false}
	case "uint64":
		return Int{64, false}
	case "string":
		return String{}
	case "time":
		return Time{}
	case "decimal":
		return Decimal{}
	default:
		return nil
	}
}

// structNamed returns the struct that a key names, or nil after a finding.
func (l *loader) structNamed(m mapping, key string) *Struct {
	name := m.text(key)
	if name == "" {
		return nil
	}
	if d, ok := l.types[name].(*structDecl); ok {
		return d.Struct
	}
	var names []string
	for _, d := range l.structs {
		names = append(names, d.Name)
	}
	message := fmt.Sprintf("there is no struct %q", clip(name))
	if d := l.types[name]; d != nil {
		_, kind, _ := d.declared()
		message = fmt.Sprintf("%q is %s, not a struct", name, article(kind))
	}
	l.report(m.pos(key), "unknown-type", message, suggest(name, names))
	return nil
}

// unionOf joins a union with its tag field and its arms with their structs and tag values.
func (l *loader) unionOf(f *fieldDecl, event *eventDecl) Type {
	u := &Union{}
	if name := f.m.text("tag"); name != "" {
		u.Tag = l.fieldNamed(event, f.m.values["tag"], "tag")
	}
	var enum *Enum
	if u.Tag != nil {
		d, ok := l.types[event.typeName(u.Tag)].(*enumDecl)
		if !ok {
			l.report(f.m.pos("tag"), "tag-not-enum", fmt.Sprintf("the tag of a union is an enum field, and %q is not", u.Tag.Name), "declare an enum with one value for each arm")
			return nil
		}
		enum = d.Enum
	}
	for _, arm := range f.arms {
		arm.Of = l.structNamed(arm.m, "of")
		if enum != nil {
			arm.Tag = l.valueNamed(enum, arm.m)
		}
		u.Arms = append(u.Arms, arm.Arm)
	}
	if enum == nil {
		return nil
	}
	return u
}

// typeName returns the type of a field as it is written.
func (d *eventDecl) typeName(f *Field) string {
	for _, fd := range d.fields {
		if fd.Field == f {
			return fd.typ
		}
	}
	return ""
}

func (l *loader) valueNamed(enum *Enum, arm mapping) *EnumValue {
	name := arm.text("tag")
	if name == "" {
		return nil
	}
	var names []string
	for _, v := range enum.Values {
		if v.Name == name {
			return v
		}
		names = append(names, v.Name)
	}
	if slices.Contains(names, "") {
		return nil // a value without a legal name has been reported and may be the one
	}
	l.report(arm.pos("tag"), "unknown-value", fmt.Sprintf("enum %s has no value %q", enum.Name, clip(name)), suggest(name, names))
	return nil
}

// fieldNamed returns the field of an event that a node names, or nil after a finding.
func (l *loader) fieldNamed(event *eventDecl, n *node, key string) *Field {
	var names []string
	for _, f := range event.fields {
		if f.Name == n.text {
			return f.Field
		}
		names = append(names, f.Name)
	}
	l.report(n.at, "unknown-field", fmt.Sprintf("%q names a field, and %s has no field %q", key, event.Event.Name, clip(n.text)), suggest(n.text, names))
	return nil
}

// keyFields returns the fields that id, stream or merge lists.
func (l *loader) keyFields(event *eventDecl, key string) []*Field {
	var fields []*Field
	for _, n := range event.m.texts(key, keysMax) {
		f := l.fieldNamed(event, n, key)
		switch {
		case f == nil:
		case slices.Contains(fields, f):
			l.report(n.at, "duplicate-name", fmt.Sprintf("%q lists %q twice", key, f.Name), "remove one of them")
		default:
			if kind := composed(f.Type); kind != "" {
				l.report(n.at, "key-field", fmt.Sprintf("%q lists fields of one plain value, and %q is %s", key, f.Name, kind), "list other fields")
			}
			fields = append(fields, f)
		}
	}
	return fields
}

// composed names a type that is more than one plain value, or returns "".
func composed(t Type) string {
	switch t.(type) {
	case Bytes:
		return "a byte buffer"
	case List:
		return "a list"
	case StructRef:
		return "a struct"
	case *Union:
		return "a union"
	default:
		return ""
	}
}
