// Package notime keeps the clock out of the stages, so that live running, tests and replay are
// one code. Which stages, and the few functions that may, is in notime.go.
//
// # Analyzer notime
//
// notime: no reading of the clock in a stage that must be a function of its input
//
// Stages never ask for the time: it reaches them as the ingest time of events and as ticks. So
// the dispatcher, the orchestrator, the book, the consumers and the data bus neither call nor
// pass on time.Now, Since, Until, After, AfterFunc, Tick, Sleep, NewTimer, NewTicker, nor
// context.WithTimeout and WithDeadline, which are timers. Their tests may.
//
// Wrong:
//
//	func (s *sequencer) late(e *eventv1.CanonicalEvent) bool {
//		return time.Now().UnixNano()-e.IngestTime > lateness // a replay drops what live did not
//	}
//
// Right:
//
//	// Tick is called by the pipeline with the time of the latest event.
//	func (s *sequencer) Tick(now int64) { s.now = now }
//
//	func (s *sequencer) late(e *eventv1.CanonicalEvent) bool {
//		return s.now-e.IngestTime > lateness
//	}
//
// There is no suggested fix: where the time comes from is a decision.
package notime
