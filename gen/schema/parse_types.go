package schema

import "fmt"

// The bounds of the language. Those of lists keep a hostile file from taking long.
const (
	idMax       = 65535 // of fields and arms
	enumIDMax   = 255   // of enum values, which are one byte
	scalarMax   = 255   // bytes
	revisionMax = 65535
	fieldsMax   = 4096 // of a struct
	armsMax     = 64   // of a union: generated code keeps one bit an arm
	keysMax     = 64   // fields of an id, stream or merge key
	reservedMax = 4096
	typesMax    = 4096 // scalars, enums or structs of one file
)

type scalarDecl struct {
	*Scalar
	m mapping
}

type enumDecl struct {
	*Enum
	m        mapping
	reserved mapping
	values   []*valueDecl // in file order
}

type valueDecl struct {
	*EnumValue
	m mapping
}

type structDecl struct {
	*Struct
	m        mapping
	reserved mapping
	fields   []*fieldDecl
}

func (d *scalarDecl) declared() (name, kind string, at Position) { return d.Name, "scalar", d.Pos }
func (d *enumDecl) declared() (name, kind string, at Position)   { return d.Name, "enum", d.Pos }
func (d *structDecl) declared() (name, kind string, at Position) { return d.Name, "struct", d.Pos }

// parseTypes reads a file of shared types.
func (l *loader) parseTypes(root *node) {
	m, ok := l.mapping(root, typesShape())
	if !ok {
		return
	}
	for _, n := range m.list("scalars", typesMax) {
		l.parseScalar(n)
	}
	for _, n := range m.list("enums", typesMax) {
		l.parseEnum(n)
	}
	for _, n := range m.list("structs", typesMax) {
		l.parseStruct(n)
	}
}

func (l *loader) parseScalar(n *node) {
	m, ok := l.mapping(n, scalarShape())
	if !ok {
		return
	}
	s := &Scalar{Name: m.text("name"), Doc: m.doc(), Since: m.since(), Pos: m.pos("name")}
	switch m.choice("type", "bytes", "string") {
	case "bytes":
		s.Size = l.scalarSize(m, "bytes", "size", "max")
	case "string":
		s.Text = true
		s.Size = l.scalarSize(m, "string", "max", "size")
	}
	d := &scalarDecl{s, m}
	l.scalars = append(l.scalars, d)
	l.declare(d)
}

// scalarSize reads the key that bounds a scalar of the type and refuses the other one.
func (l *loader) scalarSize(m mapping, typ, key, other string) int {
	if !m.has(key) {
		l.report(m.pos("type"), "missing-key", fmt.Sprintf("a scalar of %s needs the key %q", typ, key), "add "+key+": its bytes, 1 to 255")
	}
	if m.has(other) {
		l.report(m.pos(other), "key-not-for-type", fmt.Sprintf("a scalar of %s has no %q", typ, other), "write "+key)
	}
	return m.integer(key, 1, scalarMax)
}

func (l *loader) parseEnum(n *node) {
	m, ok := l.mapping(n, enumShape())
	if !ok {
		return
	}
	d := &enumDecl{Enum: &Enum{Name: m.text("name"), Doc: m.doc(), Since: m.since(), Pos: m.pos("name")}, m: m}
	d.Reserved, d.reserved = l.parseReserved(m, enumIDMax)
	for _, item := range m.list("values", enumIDMax) {
		vm, ok := l.mapping(item, valueShape())
		if !ok {
			continue
		}
		v := &EnumValue{ID: vm.integer("id", 1, enumIDMax), Name: vm.text("name"), Doc: vm.doc(), Since: vm.since(), Pos: vm.pos("name")}
		d.values = append(d.values, &valueDecl{v, vm})
		d.Enum.Values = append(d.Enum.Values, v)
	}
	l.enums = append(l.enums, d)
	l.declare(d)
}

func (l *loader) parseStruct(n *node) {
	m, ok := l.mapping(n, structShape())
	if !ok {
		return
	}
	d := &structDecl{Struct: &Struct{Name: m.text("name"), Doc: m.doc(), Since: m.since(), Pos: m.pos("name")}, m: m}
	l.parseFields(d)
	l.structs = append(l.structs, d)
	l.declare(d)
}

// parseReserved reads the ids and names that a declaration may not use again.
func (l *loader) parseReserved(owner mapping, highest int) (Reserved, mapping) {
	var r Reserved
	if !owner.has("reserved") {
		return r, mapping{}
	}
	m, ok := l.mapping(owner.values["reserved"], reservedShape())
	if !ok {
		return r, m
	}
	for _, n := range m.list("ids", reservedMax) {
		if n.kind != kindInteger {
			l.report(n.at, "yaml-type", "\"ids\" lists numbers, not "+n.kind.String(), "")
			continue
		}
		if id, ok := l.number(n, "ids", 1, highest); ok {
			r.IDs = append(r.IDs, id)
		}
	}
	for _, n := range m.texts("names", reservedMax) {
		r.Names = append(r.Names, n.text)
	}
	return r, m
}

// since reads the revision that something came with.
func (m mapping) since() int {
	return m.integer("since", 1, revisionMax)
}

// declare enters a type under its name. The checks report names that are there twice.
func (l *loader) declare(d decl) {
	name, _, _ := d.declared()
	if _, double := l.types[name]; name != "" && !double {
		l.types[name] = d
	}
}
