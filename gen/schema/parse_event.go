package schema

import (
	"fmt"
	"time"
)

const (
	capacityMax = 1_000_000
	timeoutMin  = time.Millisecond
	timeoutMax  = 10 * time.Second
)

type eventDecl struct {
	structDecl
	*Event
}

func (d *eventDecl) declared() (name, kind string, at Position) {
	return d.Event.Name, "event", d.Event.Pos
}

func (l *loader) parseEvent(root *node, file string) {
	m, ok := l.mapping(root, eventShape())
	if !ok {
		return
	}
	e := &Event{
		Struct:   Struct{Name: m.text("event"), Doc: m.doc(), Since: m.since(), Pos: m.pos("event")},
		File:     file,
		Revision: m.integer("revision", 1, revisionMax),
		Pool:     l.parsePool(m),
		Delivery: m.delivery(),
	}
	d := &eventDecl{structDecl: structDecl{Struct: &e.Struct, m: m}, Event: e}
	l.parseFields(&d.structDecl)
	l.events = append(l.events, d)
	l.declare(d)
}

func (l *loader) parsePool(event mapping) Pool {
	if !event.has("pool") {
		return Pool{}
	}
	m, ok := l.mapping(event.values["pool"], poolShape())
	if !ok {
		return Pool{}
	}
	return Pool{Capacity: m.integer("capacity", 1, capacityMax), Timeout: m.timeout()}
}

func (m mapping) timeout() time.Duration {
	text := m.text("timeout")
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		m.l.report(m.pos("timeout"), "bad-duration", fmt.Sprintf("%q is not a duration", clip(text)), "write a number and its unit, such as 100ms")
		return 0
	}
	if d < timeoutMin || d > timeoutMax {
		m.l.report(m.pos("timeout"), "bad-duration", fmt.Sprintf("the timeout is %v, it lies between %v and %v", d, timeoutMin, timeoutMax), "")
		return 0
	}
	return d
}

// delivery reads a delivery rule, or DeliveryNone.
func (m mapping) delivery() Delivery {
	switch m.choice("delivery", "lossless", "latest", "merge", "queue") {
	case "lossless":
		return DeliveryLossless
	case "latest":
		return DeliveryLatest
	case "merge":
		return DeliveryMerge
	case "queue":
		return DeliveryQueue
	default:
		return DeliveryNone
	}
}
