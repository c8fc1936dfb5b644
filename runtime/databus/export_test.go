package databus

import "github.com/meltica/meltica/generated/eventv1"

// LevelsMax is the bound of a merged update's sides.
const LevelsMax = levelsMax

// Lane opens the lane to its model test.
type Lane struct{ lane }

// NewLane returns an empty lane.
func NewLane(cfg Config) *Lane {
	l := new(Lane)
	l.init(cfg.withDefaults())
	return l
}

// Push is push.
func (l *Lane) Push(stream uint32, ev *eventv1.CanonicalEvent) bool { return l.push(stream, ev) }

// Pop is pop.
func (l *Lane) Pop() *eventv1.CanonicalEvent { return l.pop() }

// Clear is clear.
func (l *Lane) Clear() { l.clear() }

// Stats returns the lane's part of the counters.
func (l *Lane) Stats() Stats {
	return Stats{Pending: l.len, Conflated: l.conflated, Merged: l.merged, Dropped: l.dropped}
}
