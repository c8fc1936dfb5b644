package schema

import "fmt"

// checkSince checks that nothing is newer than the revision it belongs to, nor older than what
// holds it. Shared types have no revision; theirs is the newest of any event.
func (l *loader) checkSince() {
	newest := 0
	for _, d := range l.events {
		newest = max(newest, d.Revision)
		l.sinceWithin(d.m, d.Event.Name, 1, d.Revision)
		l.checkSinceOfFields(&d.structDecl, d.Event.Since, d.Revision)
	}
	if len(l.events) == 0 {
		newest = revisionMax
	}
	for _, d := range l.scalars {
		l.sinceWithin(d.m, d.Name, 1, newest)
	}
	for _, d := range l.enums {
		l.sinceWithin(d.m, d.Name, 1, newest)
		for _, v := range d.values {
			l.sinceWithin(v.m, v.Name, d.Since, newest)
		}
	}
	for _, d := range l.structs {
		l.sinceWithin(d.m, d.Name, 1, newest)
		l.checkSinceOfFields(d, d.Since, newest)
	}
}

func (l *loader) checkSinceOfFields(d *structDecl, low, high int) {
	for _, f := range d.fields {
		l.sinceWithin(f.m, f.Name, low, high)
		for _, arm := range f.arms {
			l.sinceWithin(arm.m, arm.Name, max(low, f.Since), high)
		}
	}
}

// sinceWithin checks one since. A 0 has been reported where it was read.
func (l *loader) sinceWithin(m mapping, name string, low, high int) {
	n := m.values["since"]
	if n == nil || n.kind != kindInteger || high == 0 {
		return
	}
	since := 0
	if _, err := fmt.Sscan(n.text, &since); err != nil || since == 0 {
		return
	}
	switch {
	case since > high:
		l.report(n.at, "since-range", fmt.Sprintf("%s is since revision %d, and the newest is %d", name, since, high), "raise the revision of the event, or lower since")
	case since < low:
		l.report(n.at, "since-range", fmt.Sprintf("%s is since revision %d, and what holds it only since %d", name, since, low), fmt.Sprintf("write at least %d", low))
	}
}
