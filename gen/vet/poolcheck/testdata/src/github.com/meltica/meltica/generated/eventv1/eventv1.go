// Package eventv1 stands in for the generated one: the same shapes, fewer fields.
package eventv1

import (
	"slices"

	"github.com/meltica/meltica/runtime/lib/buffer"
	"github.com/meltica/meltica/runtime/lib/pool"
)

type Level struct{ Price, Quantity int64 }

type Trade struct {
	ID    uint64
	Price int64
}

type BookUpdate struct {
	Bids, Asks []Level
	Stale      bool
}

type Payload interface{ isPayload() }

func (*Trade) isPayload()      {}
func (*BookUpdate) isPayload() {}

type arms struct {
	trade Trade
	book  BookUpdate
}

type CanonicalEvent struct {
	Provider, Symbol string
	SeqLast          uint64
	IngestTime       int64
	Payload          Payload
	arms             *arms
}

func (c *CanonicalEvent) SetTrade() *Trade {
	if c.arms == nil {
		c.arms = new(arms)
	}
	c.Payload = &c.arms.trade
	return &c.arms.trade
}

func (c *CanonicalEvent) SetBookUpdate() *BookUpdate {
	if c.arms == nil {
		c.arms = new(arms)
	}
	c.Payload = &c.arms.book
	return &c.arms.book
}

func (c *CanonicalEvent) Trade() *Trade {
	body, _ := c.Payload.(*Trade)
	return body
}

func (c *CanonicalEvent) BookUpdate() *BookUpdate {
	body, _ := c.Payload.(*BookUpdate)
	return body
}

func (c *CanonicalEvent) Reset() { *c = CanonicalEvent{arms: c.arms} }

func (c *CanonicalEvent) Clone() *CanonicalEvent {
	clone := *c
	switch body := c.Payload.(type) {
	case *Trade:
		trade := *body
		clone.Payload = &trade
	case *BookUpdate:
		clone.Payload = &BookUpdate{Bids: slices.Clone(body.Bids), Asks: slices.Clone(body.Asks), Stale: body.Stale}
	}
	clone.arms = nil
	return &clone
}

type WsFrame struct {
	Provider string
	Data     buffer.Buffer
}

func (w *WsFrame) Reset() { *w = WsFrame{} }

func (w *WsFrame) Clone() *WsFrame { return &WsFrame{w.Provider, w.Data.Clone()} }

type ProviderRaw struct {
	Symbol string
	Data   buffer.Buffer
}

func (r *ProviderRaw) Reset() { *r = ProviderRaw{} }

func (r *ProviderRaw) Clone() *ProviderRaw { return &ProviderRaw{r.Symbol, r.Data.Clone()} }

type (
	CanonicalEventLease = pool.Lease[CanonicalEvent]
	WsFrameLease        = pool.Lease[WsFrame]
	ProviderRawLease    = pool.Lease[ProviderRaw]
)

type Pools struct {
	CanonicalEvent *pool.Pool[CanonicalEvent]
	WsFrame        *pool.Pool[WsFrame]
	ProviderRaw    *pool.Pool[ProviderRaw]
}
