package poolcheck

import (
	"fmt"
	"go/token"

	"golang.org/x/tools/go/ssa"
)

// putAt is a Put of the lease.
func (w *walker) putAt(at site, s *state) {
	w.c.notePut(at, s.status)
	switch s.status {
	case held:
		w.flush("Put", s)
		s.status, s.at = put, at
	case put:
		if s.at.in == at.in {
			w.misuse("putinloop", at.pos, s,
				"%s is Put again in each round of the loop; Put it once, outside the loop, or Get it inside",
				w.source)
		} else {
			w.misuse("doubleput", at.pos, s, "%s was Put%s already; a lease is Put once", w.source, w.c.atLine(s.at.pos))
		}
	case moved:
		w.misuse("useafterhandover", at.pos, s,
			"%s was %s%s and is no longer this function's to Put; remove the Put",
			w.source, s.at.what, w.c.atLine(s.at.pos))
	case stored:
		w.misuse("copied", at.pos, s,
			"%s was %s%s, which owns it now; Put it there or do not store it",
			w.source, s.at.what, w.c.atLine(s.at.pos))
	case absent:
		w.misuse("absent", at.pos, s, "there is no lease on this path: Put panics; check the error of Get first")
	}
}

// valueOf is a call of Value.
func (w *walker) valueOf(at site, s *state) role {
	switch s.status {
	case put, moved:
		w.stale(at.pos, s)
	case absent:
		w.misuse("absent", at.pos, s, "there is no lease on this path: Value panics; check the error of Get first")
	}
	return inner
}

// used is a use of x, which refers to memory of the object.
func (w *walker) used(at any, x ssa.Value, s *state) {
	if s.values[x] != inner {
		return
	}
	pos := token.NoPos
	switch at := at.(type) {
	case site:
		pos = at.pos
	case ssa.Instruction:
		pos = at.Pos()
	}
	if in, ok := at.(ssa.Instruction); ok && !pos.IsValid() {
		pos = nextPos(in)
	}
	if !pos.IsValid() {
		pos = x.Pos()
	}
	w.stale(pos, s)
}

// nextPos is the position of the first instruction after in that has one: those of a range
// have none.
func nextPos(in ssa.Instruction) token.Pos {
	after := false
	for _, next := range in.Block().Instrs {
		if after && next.Pos().IsValid() {
			return next.Pos()
		}
		after = after || next == in
	}
	return token.NoPos
}

// stale reports a use at a moment at which the object is somebody else's.
func (w *walker) stale(pos token.Pos, s *state) {
	switch s.status {
	case put:
		w.misuse("useafterput", pos, s,
			"the object is used after its lease was Put%s; it may be with its next holder: copy what is needed before the Put",
			w.c.atLine(s.at.pos))
	case moved:
		w.misuse("useafterhandover", pos, s,
			"the object is used after its lease was %s%s; the new owner may have Put it: copy what is needed before",
			s.at.what, w.c.atLine(s.at.pos))
	}
}

// handOver gives the lease away: to a variable that lives on, if dst is one, else for good.
func (w *walker) handOver(at site, dst place, s *state) {
	switch s.status {
	case held:
		if dst.root != nil {
			s.status, s.dst = stored, dst
		} else {
			w.flush("handed over", s)
			s.status = moved
		}
		s.at = at
	case put:
		w.misuse("useafterput", at.pos, s,
			"%s is %s after its Put%s; a lease that was Put lends nothing",
			w.source, at.what, w.c.atLine(s.at.pos))
	case moved, stored:
		if s.at.in == at.in {
			w.misuse("copied", at.pos, s, "%s is %s again in each round of the loop; a lease has one owner", w.source, at.what)
		} else {
			w.misuse("copied", at.pos, s,
				"%s is %s, but it was %s%s already; a lease has one owner",
				w.source, at.what, s.at.what, w.c.atLine(s.at.pos))
		}
	}
}

// collected is a lease that goes into a slice or a map.
func (w *walker) collected(pos token.Pos, where string, s *state) {
	switch {
	case s.status == put || s.status == moved:
		w.handOver(site{pos, pos, "stored in " + where}, place{}, s)
	case s.status == held && !w.c.inTest(pos):
		w.misuse("collected", pos, s,
			"%s is collected in %s, where nobody sees whether it is Put; keep its values, or hand it on over a bounded channel",
			w.source, where)
	}
	s.status = gone
}

// keep takes note that an inner value was stored where it may outlive the lease. It is wrong
// only if it is still there when the lease ends.
func (w *walker) keep(k keeping, s *state) {
	if s.status == put || s.status == moved {
		w.stale(k.at.pos, s)
	}
	if s.status == gone || s.status == absent {
		return
	}
	const most = 16
	if len(s.kept) < most {
		s.kept = append(s.kept, k)
	}
}

// kept is an inner value that went where it can not be taken back from.
func (w *walker) kept(at site, s *state) {
	switch s.status {
	case gone, absent:
		return
	case put, moved:
		w.stale(at.pos, s)
		return
	case borrowed:
		w.keeps = true
	}
	w.reportKept(at, "Put")
}

// flush reports what is kept when the lease ends.
func (w *walker) flush(end string, s *state) {
	for _, k := range s.kept {
		w.reportKept(k.at, end)
	}
	s.kept = nil
}

func (w *walker) reportKept(at site, end string) {
	if w.handler {
		w.report("keptclone", at.pos,
			"the event is %s, but it is the handler's only until Handle returns; keep its values, or a Clone of it",
			at.what)
		return
	}
	w.report("keptvalue", at.pos,
		"memory of the pooled object is %s and still there when its lease is %s; keep a Clone or copied values",
		at.what, end)
}

// misuse reports a finding and ends the interest in this path: what follows is a consequence.
func (w *walker) misuse(rule string, pos token.Pos, s *state, format string, args ...any) {
	s.status = gone
	w.report(rule, pos, format, args...)
}

func (w *walker) report(rule string, pos token.Pos, format string, args ...any) {
	if !w.silent {
		w.c.report(rule, pos, fmt.Sprintf(format, args...), w.source)
	}
}
