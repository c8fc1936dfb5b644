package schema

import (
	"fmt"
	"strings"
)

// checkEvent checks what only events have: the union, the delivery rules and the revision field.
func (l *loader) checkEvent(d *eventDecl) {
	var union, revision *fieldDecl
	for _, f := range d.fields {
		if f.typ == "union" {
			if union != nil {
				l.report(f.m.pos("type"), "second-union", fmt.Sprintf("an event has at most one union, and %s has %q", d.Event.Name, union.Name), "declare another event for it")
				continue
			}
			union = f
		}
		if f.AutoRevision {
			if revision != nil {
				l.report(f.m.pos("auto"), "second-revision", fmt.Sprintf("the revision is stamped into one field, and %s has %q", d.Event.Name, revision.Name), "remove auto")
				continue
			}
			revision = f
		}
	}
	if union == nil {
		l.checkDelivery(d, d.Delivery, d.m.pos("delivery"), &d.Event.Struct)
		return
	}
	if d.m.has("delivery") {
		l.report(d.m.pos("delivery"), "delivery-of-union", fmt.Sprintf("the arms of %q say how %s is delivered", union.Name, d.Event.Name), "remove delivery from the event")
	}
	l.checkArms(d, union)
}

// checkArms checks the arms of a union against its tag: every value has one arm.
func (l *loader) checkArms(d *eventDecl, union *fieldDecl) {
	names := l.newNameSet("an arm")
	ids := l.newIDSet("arm", Reserved{})
	arms := map[*EnumValue]*armDecl{}
	structs := map[*Struct]*armDecl{}
	for _, arm := range union.arms {
		l.checkName(arm.Name, arm.Pos, "an arm", fieldGrammar())
		if isGoWord(arm.Name) {
			l.report(arm.Pos, "name-clash", fmt.Sprintf("%q is a Go word", arm.Name), "choose another name")
		}
		names.add(arm.Name, arm.Pos)
		ids.add(arm.ID, arm.m.pos("id"), arm.Name, arm.Pos)
		if first := arms[arm.Tag]; first != nil && arm.Tag != nil {
			l.report(arm.m.pos("tag"), "duplicate-tag", fmt.Sprintf("the value %s belongs to the arm %q already", arm.Tag.Name, first.Name), "every value has one arm")
		}
		if first := structs[arm.Of]; first != nil && arm.Of != nil {
			l.report(arm.m.pos("of"), "duplicate-arm", fmt.Sprintf("%s is the struct of the arm %q already", arm.Of.Name, first.Name), "a type switch tells arms apart by their struct; declare another")
		}
		arms[arm.Tag], structs[arm.Of] = arm, arm
		if arm.Of != nil {
			l.checkDelivery(d, arm.Delivery, arm.m.pos("delivery"), arm.Of)
		}
	}
	u, ok := union.Type.(*Union)
	if !ok {
		return
	}
	if u.Tag.Pos.Compare(union.Pos) > 0 {
		l.report(union.m.pos("tag"), "tag-after-union", fmt.Sprintf("the tag %q stands after its union", u.Tag.Name), "move it before the union; a reader meets the tag first")
	}
	tag, ok := u.Tag.Type.(EnumRef)
	if !ok {
		return // an enum with the name of a built-in type, which has been reported
	}
	enum := tag.Enum
	if first := l.tags[enum]; first != "" {
		l.report(union.m.pos("tag"), "tag-twice", fmt.Sprintf("enum %s is the tag of the union of %s already", enum.Name, first), "declare an enum for this union")
	}
	l.tags[enum] = d.Event.Name
	if _, unresolved := arms[nil]; unresolved {
		return // the missing value may be the one that an arm misspells
	}
	var missing []string
	for _, v := range enum.Values {
		if arms[v] == nil {
			missing = append(missing, v.Name)
		}
	}
	if len(missing) > 0 {
		l.report(union.m.pos("tag"), "union-not-exhaustive", fmt.Sprintf("no arm of %q is for %s", union.Name, strings.Join(missing, ", ")), "add an arm for every value of the tag")
	}
}

// checkDelivery checks that a delivery rule can work on the struct.
func (l *loader) checkDelivery(d *eventDecl, rule Delivery, at Position, s *Struct) {
	if (rule == DeliveryLatest || rule == DeliveryMerge) && len(d.Stream) == 0 && !d.m.has("stream") {
		l.report(at, "delivery-without-stream", fmt.Sprintf("this rule works within a stream, and %s has no stream key", d.Event.Name), "add stream: with the fields that tell streams apart")
	}
	if rule == DeliveryMerge && !mergeable(s) {
		l.report(at, "delivery-merge", s.Name+" can't be merged: that needs a list of a struct whose first field is its key and whose others are its value", "use lossless or queue")
	}
}

// mergeable reports whether two values of the struct can become one: it holds lists, and each
// holds entries of a plain key and something more.
func mergeable(s *Struct) bool {
	lists := 0
	for _, f := range s.Fields {
		if f.Type == nil {
			return true // what is wrong with the field has been reported
		}
		list, ok := f.Type.(List)
		if !ok {
			continue
		}
		lists++
		if len(list.Of.Fields) < 2 || composed(list.Of.Fields[0].Type) != "" {
			return false
		}
	}
	return lists > 0
}
