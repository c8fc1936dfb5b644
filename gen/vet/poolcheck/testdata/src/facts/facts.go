package facts

import "github.com/meltica/meltica/generated/eventv1"

type Tape struct {
	last *eventv1.CanonicalEvent
	text []byte
}

func (t *Tape) Keep(ev *eventv1.CanonicalEvent) { t.last = ev } // want Keep:"keeps .false true. flows .0 0."

func (t *Tape) Look(ev *eventv1.CanonicalEvent) { println(ev.Symbol) }

func (t *Tape) Copy(ev *eventv1.CanonicalEvent) { t.last = ev.Clone() }

func (t *Tape) Last() *eventv1.CanonicalEvent { return t.last } // want Last:"keeps .false. flows .1."

func (t *Tape) Swap(f *eventv1.WsFrame, r *eventv1.ProviderRaw) { f.Data, r.Data = r.Data, f.Data }

func (t *Tape) Bytes(f *eventv1.WsFrame) { t.text = f.Data.Bytes() } // want Bytes:"keeps .false true. flows .0 0."

func Second(a, b *eventv1.CanonicalEvent) (int, *eventv1.Trade) { // want Second:"keeps .false false. flows .0 2."
	return len(a.Symbol), b.Trade()
}

func Deep(t *Tape, ev *eventv1.CanonicalEvent) { // want Deep:"keeps .false true. flows .0 0."
	func() { t.Keep(ev) }()
}

func Recursive(ev *eventv1.CanonicalEvent, n int) *eventv1.CanonicalEvent { // want Recursive:"keeps .false false. flows .1 0."
	if n == 0 {
		return ev
	}
	return Recursive(ev, n-1)
}

func Generic[T any](p *T) **T { return &p } // want Generic:"keeps .false. flows .1."

func Takes(lease eventv1.CanonicalEventLease) { lease.Put() } // it owns it; no fact is needed

var kept func()

func Call(f func()) { f() }

func Store(f func()) { kept = f } // want Store:"keeps .true. flows .0."
