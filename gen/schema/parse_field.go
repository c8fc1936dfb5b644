package schema

import (
	"fmt"
	"slices"
)

const (
	// bytesMax and listMax bound what a schema may allow.
	bytesMax = 1 << 30
	listMax  = 1_000_000
)

type fieldDecl struct {
	*Field
	m    mapping
	typ  string // as written
	arms []*armDecl
}

type armDecl struct {
	*Arm
	m mapping
}

// parseFields reads the fields and what is reserved of a struct or event.
func (l *loader) parseFields(d *structDecl) {
	d.Reserved, d.reserved = l.parseReserved(d.m, idMax)
	for _, n := range d.m.list("fields", fieldsMax) {
		if f := l.parseField(n); f != nil {
			d.fields = append(d.fields, f)
			d.Struct.Fields = append(d.Struct.Fields, f.Field)
		}
	}
}

func (l *loader) parseField(n *node) *fieldDecl {
	m, ok := l.mapping(n, fieldShape())
	if !ok {
		return nil
	}
	f := &fieldDecl{
		Field: &Field{ID: m.integer("id", 1, idMax), Name: m.text("name"), Doc: m.doc(), Since: m.since(), Pos: m.pos("name")},
		m:     m,
		typ:   m.text("type"),
	}
	if f.typ == "" {
		return f
	}
	l.checkTypeKeys(f)
	if m.has("auto") && f.typ == "uint16" {
		f.AutoRevision = m.choice("auto", "revision") != ""
	}
	if f.typ == "string" {
		m.isTrue("intern", "every string is held once for the process")
	}
	if f.typ == "union" {
		f.arms = l.parseArms(m)
	}
	return f
}

// checkTypeKeys reports keys that the type of the field needs or does not have.
func (l *loader) checkTypeKeys(f *fieldDecl) {
	required, optional := typeKeys(f.typ)
	for _, key := range required {
		if !f.m.has(key) {
			l.report(f.m.pos("type"), "missing-key", fmt.Sprintf("a field of type %s needs the key %q", clip(f.typ), key), addHint("field", key))
		}
	}
	for _, key := range fieldShape().optional {
		if f.m.has(key) && !slices.Contains(required, key) && !slices.Contains(optional, key) {
			l.report(f.m.pos(key), "key-not-for-type", fmt.Sprintf("a field of type %s has no %q", clip(f.typ), key), "remove it")
		}
	}
}

func (l *loader) parseArms(m mapping) []*armDecl {
	var arms []*armDecl
	for _, n := range m.list("arms", armsMax) {
		am, ok := l.mapping(n, armShape())
		if !ok {
			continue
		}
		arms = append(arms, &armDecl{
			Arm: &Arm{ID: am.integer("id", 1, idMax), Name: am.text("name"), Doc: am.doc(), Since: am.since(),
				Delivery: am.delivery(), Pos: am.pos("name")},
			m: am,
		})
	}
	return arms
}

// bounds reads max and retain of a field of bytes or a list.
func (m mapping) bounds(highest int) (most, retain int) {
	most = m.integer("max", 1, highest)
	retain = m.integer("retain", 0, highest)
	if most > 0 && retain > most {
		m.l.report(m.pos("retain"), "retain-over-max", fmt.Sprintf("retain %d is more than max %d", retain, most), fmt.Sprintf("write at most %d", most))
	}
	return most, retain
}
