package keptclone

import (
	"context"
	"sync"

	"github.com/meltica/meltica/generated/eventv1"
	"stage"
)

type values struct {
	symbol string
	seq    uint64
	trade  eventv1.Trade
	best   eventv1.Level
}

func (h *values) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	h.symbol, h.seq = ev.Symbol, ev.SeqLast
	switch body := ev.Payload.(type) {
	case *eventv1.Trade:
		h.trade = *body
	case *eventv1.BookUpdate:
		if len(body.Bids) > 0 {
			h.best = body.Bids[0]
		}
	}
	return nil
}

type clones struct{ all []*eventv1.CanonicalEvent }

func (h *clones) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	h.all = append(h.all, ev.Clone())
	return nil
}

type levels struct{ bids []eventv1.Level }

func (h *levels) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	if book := ev.BookUpdate(); book != nil {
		h.bids = append(h.bids[:0], book.Bids...)
	}
	return nil
}

type lines struct{ by map[string]*line }

type line struct {
	symbol string
	price  int64
}

func (h *lines) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	l := h.by[ev.Symbol]
	if l == nil {
		l = &line{symbol: ev.Symbol}
		h.by[ev.Symbol] = l
	}
	if trade := ev.Trade(); trade != nil {
		l.price = trade.Price
	}
	return nil
}

type numbers struct{ out chan int64 }

func (h *numbers) Handle(ctx context.Context, ev *eventv1.CanonicalEvent) error {
	select {
	case h.out <- ev.IngestTime:
	case <-ctx.Done():
	}
	return nil
}

type locked struct {
	mu  sync.Mutex
	sum int64
}

func (h *locked) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	h.with(func() { h.sum += ev.Trade().Price })
	return nil
}

func (h *locked) with(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
}

type waits struct{}

func (waits) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	var wg sync.WaitGroup
	wg.Go(func() { stage.Show(ev) })
	wg.Wait()
	return nil
}

type during struct{ now *eventv1.CanonicalEvent }

func (h *during) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	h.now = ev
	stage.Now(func() { stage.Show(h.now) })
	h.now = nil
	return nil
}

type chain struct{ next stage.Handler }

func (h *chain) Handle(ctx context.Context, ev *eventv1.CanonicalEvent) error {
	return h.next.Handle(ctx, ev)
}

type changes struct{}

func (changes) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	book := ev.SetBookUpdate()
	book.Bids = append(book.Bids, eventv1.Level{Price: 1})
	ev.Payload = book
	return nil
}

type sorted struct{ sum int64 }

func (h *sorted) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	local := append([]eventv1.Level(nil), stage.Bids(ev)...)
	for _, l := range local {
		h.sum += l.Price
	}
	return nil
}

// other has a Handle of another shape: what it is given is its own.
type other struct{ last *eventv1.CanonicalEvent }

func (h *other) Handle(ev *eventv1.CanonicalEvent) { h.last = ev } // want Handle:"keeps .false true."

// queue is no handler: it owns the clones that it is given.
type queue struct{ all []*eventv1.CanonicalEvent }

func (q *queue) Enqueue(_ uint32, clone *eventv1.CanonicalEvent) { // want Enqueue:"keeps .false false true."
	q.all = append(q.all, clone)
}

func literalOfValues() (stage.Handler, func() uint64) {
	var last uint64
	h := stage.HandlerFunc(func(_ context.Context, ev *eventv1.CanonicalEvent) error {
		last = ev.SeqLast
		return nil
	})
	return h, func() uint64 { return last }
}
