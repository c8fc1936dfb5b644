package keptclone

import (
	"context"
	"sync"
	"time"

	"github.com/meltica/meltica/generated/eventv1"
	"stage"
)

type field struct{ last *eventv1.CanonicalEvent }

func (h *field) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	h.last = ev // want `poolcheck/keptclone: the event is stored in a field, but it is the handler's only until Handle returns`
	return nil
}

var latest *eventv1.CanonicalEvent

type global struct{}

func (global) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	latest = ev // want `poolcheck/keptclone: the event is stored in a package variable`
	return nil
}

type slice struct{ all []*eventv1.CanonicalEvent }

func (h *slice) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	h.all = append(h.all, ev) // want `poolcheck/keptclone`
	return nil
}

type table struct {
	by map[string]*eventv1.CanonicalEvent
}

func (h *table) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	h.by[ev.Symbol] = ev // want `poolcheck/keptclone: the event is stored in a map`
	return nil
}

type channel struct{ out chan *eventv1.CanonicalEvent }

func (h *channel) Handle(ctx context.Context, ev *eventv1.CanonicalEvent) error {
	select {
	case h.out <- ev: // want `poolcheck/keptclone: the event is sent on a channel`
	case <-ctx.Done():
	}
	return nil
}

type inner struct{ bids []eventv1.Level }

func (h *inner) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	if book, ok := ev.Payload.(*eventv1.BookUpdate); ok {
		h.bids = book.Bids // want `poolcheck/keptclone`
	}
	return nil
}

type arm struct{ trade *eventv1.Trade }

func (h *arm) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	switch body := ev.Payload.(type) {
	case *eventv1.Trade:
		h.trade = body // want `poolcheck/keptclone`
	}
	return nil
}

type goroutine struct{}

func (goroutine) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	go stage.Show(ev) // want `poolcheck/keptclone: the event is passed to a goroutine`
	return nil
}

type goClosure struct{}

func (goClosure) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	go func() { println(ev.Symbol) }() // want `poolcheck/keptclone: the event is captured by a goroutine`
	return nil
}

type waitGroup struct{ wg sync.WaitGroup }

func (h *waitGroup) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	h.wg.Go(func() { stage.Show(ev) }) // want `poolcheck/keptclone: the event is captured by a goroutine`
	return nil
}

type closure struct{ show func() }

func (h *closure) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	h.show = func() { stage.Show(ev) } // want `poolcheck/keptclone`
	return nil
}

type timer struct{}

func (timer) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	time.AfterFunc(time.Second, func() { stage.Show(ev) }) // want `poolcheck/keptclone`
	return nil
}

type later struct{}

func (later) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	stage.Later(func() { stage.Show(ev) }) // want `poolcheck/keptclone: the event is kept by Later`
	return nil
}

type callee struct{}

func (callee) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	stage.Remember(ev) // want `poolcheck/keptclone: the event is kept by Remember`
	return nil
}

type method struct{ last *eventv1.CanonicalEvent }

func (h *method) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	return h.note(ev) // want `poolcheck/keptclone: the event is kept by note`
}

func (h *method) note(ev *eventv1.CanonicalEvent) error {
	h.last = ev
	return nil
}

type wrapped struct{ last *pair }

type pair struct{ ev *eventv1.CanonicalEvent }

func (h *wrapped) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	p := &pair{ev: ev}
	h.last = p // want `poolcheck/keptclone`
	return nil
}

type boxed struct{ last any }

func (h *boxed) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	h.last = ev // want `poolcheck/keptclone`
	return nil
}

type forward struct{ lanes []stage.Lane }

func (h *forward) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	for i, lane := range h.lanes {
		lane.Enqueue(uint32(i), ev) // want `poolcheck/keptclone`
	}
	return nil
}

type sometimes struct{ last *eventv1.CanonicalEvent }

func (h *sometimes) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	h.last = ev // want `poolcheck/keptclone`
	if ev.SeqLast == 0 {
		return nil
	}
	h.last = nil
	return nil
}

func literal() (stage.Handler, func() *eventv1.CanonicalEvent) {
	var last *eventv1.CanonicalEvent
	h := stage.HandlerFunc(func(_ context.Context, ev *eventv1.CanonicalEvent) error {
		last = ev // want `poolcheck/keptclone: the event is stored in a captured variable`
		return nil
	})
	return h, func() *eventv1.CanonicalEvent { return last }
}

type shallow struct{ last eventv1.CanonicalEvent }

func (h *shallow) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	h.last = *ev // want `poolcheck/keptclone`
	return nil
}
