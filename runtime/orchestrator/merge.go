package orchestrator

import (
	"encoding/binary"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/decimal"
)

// add adds an event to the fragment of its provider. Sums are over all events; prices are those
// of the newest event, and of equal stamps the one that came last.
func (w *window) add(f *eventv1.Fragment, ev *eventv1.CanonicalEvent) {
	f.EventCount++
	if ev.SeqFirst != 0 && (f.SeqFirst == 0 || ev.SeqFirst < f.SeqFirst) {
		f.SeqFirst = ev.SeqFirst
	}
	f.SeqLast = max(f.SeqLast, ev.SeqLast)
	trade := ev.Trade()
	if trade != nil {
		w.trades++
		w.sum(f, trade)
	}
	if f.EventCount > 1 && ev.IngestTime < f.IngestTime {
		return
	}
	f.ExchangeTime, f.IngestTime = ev.ExchangeTime, ev.IngestTime
	if trade != nil {
		f.LastPrice = trade.Price
	}
	if t := ev.Ticker(); t != nil {
		f.BidPrice, f.BidQuantity, f.AskPrice, f.AskQuantity = t.BidPrice, t.BidQuantity, t.AskPrice, t.AskQuantity
	}
	if b := ev.BookSnapshot(); b != nil {
		f.Stale = b.Stale
		bid, ask := best(b.Bids), best(b.Asks)
		f.BidPrice, f.BidQuantity, f.AskPrice, f.AskQuantity = bid.Price, bid.Quantity, ask.Price, ask.Quantity
	}
}

// best returns the first level; an empty side has zeros.
func best(levels []eventv1.Level) (l eventv1.Level) {
	if len(levels) > 0 {
		l = levels[0]
	}
	return l
}

// sum adds a trade to volume and notional of a fragment. Digits past the 19th are rounded.
func (w *window) sum(f *eventv1.Fragment, t *eventv1.Trade) {
	var err error
	if f.Volume, err = f.Volume.Add(t.Quantity); err != nil {
		w.overflowed = true
		return
	}
	// Without trailing zeros the product fits a word: the fast path of the library.
	if f.Notional, err = f.Notional.AddMul(t.Price.Trim(0), t.Quantity.Trim(0)); err != nil {
		w.overflowed = true
	}
}

// merge fills what the fragments decide. Every one of them has events. It reports false when a
// total does not fit a decimal.
func (w *window) merge(m *eventv1.MergedEvent) bool {
	m.MergeID = w.mergeID()
	m.Symbol, m.Kind, m.SchemaRevision = w.key.Symbol, w.key.Kind, eventv1.MergedEventRevision
	m.Complete, m.EventCount, m.TradeCount = true, w.events, w.trades
	m.Fragments = append(m.Fragments[:0], w.fragments...)
	for i := range m.Fragments {
		m.Fragments[i].Provider = w.providers[i]
	}
	m.BestBid, m.BestAsk, m.Crossed = consolidate(m.Fragments)
	if w.trades == 0 {
		return true
	}
	var notional decimal.Decimal
	var err error
	for i := range m.Fragments {
		if m.Volume, err = m.Volume.Add(m.Fragments[i].Volume); err != nil {
			return false
		}
		if notional, err = notional.Add(m.Fragments[i].Notional); err != nil {
			return false
		}
	}
	m.VWAP, err = notional.Quo(m.Volume)
	return err == nil
}

// consolidate finds the highest bid and the lowest ask; of equal prices the first provider's. A
// side without orders and a book that is stale have no say. Crossed means that one provider bids
// at or above what another asks: a provider crossed with itself is its own matter.
func consolidate(fragments []eventv1.Fragment) (bid, ask eventv1.Quote, crossed bool) {
	for i := range fragments {
		f := &fragments[i]
		if f.Stale {
			continue
		}
		if f.BidPrice.IsPos() && (bid.Provider == "" || f.BidPrice.Cmp(bid.Price) > 0) {
			bid = eventv1.Quote{Provider: f.Provider, Price: f.BidPrice, Quantity: f.BidQuantity}
		}
		if f.AskPrice.IsPos() && (ask.Provider == "" || f.AskPrice.Cmp(ask.Price) < 0) {
			ask = eventv1.Quote{Provider: f.Provider, Price: f.AskPrice, Quantity: f.AskQuantity}
		}
		for j := range fragments[:i] {
			g := &fragments[j]
			crossed = crossed || !g.Stale && (crosses(f, g) || crosses(g, f))
		}
	}
	return bid, ask, crossed
}

// crosses reports whether the bid of f is at or above the ask of g.
func crosses(f, g *eventv1.Fragment) bool {
	return f.BidPrice.IsPos() && g.AskPrice.IsPos() && f.BidPrice.Cmp(g.AskPrice) >= 0
}

// mergeID names the window: the key and the number of the window on it, hashed, and the time it
// opened. The same input gives the same ids, and windows that open in one ns have their own.
func (w *window) mergeID() (id eventv1.MergeID) {
	binary.BigEndian.PutUint64(id[:8], mix(w.hash^w.number))
	binary.BigEndian.PutUint64(id[8:], uint64(w.open))
	return id
}

// hashKey is FNV-1a of the key.
func hashKey(key eventv1.CanonicalEventMergeKey) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(key.Symbol) {
		h = (h ^ uint64(key.Symbol[i])) * 1099511628211
	}
	return (h ^ uint64(key.Kind)) * 1099511628211
}

// mix is the finalizer of MurmurHash3: a bijection, so that windows of one key never share an id.
func mix(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
