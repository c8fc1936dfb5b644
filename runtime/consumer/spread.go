package consumer

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/meltica/meltica/generated/eventv1"
)

// Spread keeps the best bid and ask of every symbol and provider, from tickers and from book
// snapshots, whichever came last, and whether the provider calls its book stale. Its zero value
// is ready. It is safe for concurrent use.
type Spread struct {
	mu    sync.Mutex // protects the following
	lines map[market]*SpreadLine
}

// SpreadLine is the top of one symbol at one provider. A side without a price has price 0.
type SpreadLine struct {
	Symbol, Provider string
	Bid, Ask         eventv1.Level
	Stale            bool
	Events           uint64 // of all kinds, seen since the start
}

// Handle takes events of every kind.
func (s *Spread) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := market{ev.Symbol, ev.Provider}
	line := s.lines[key]
	if line == nil {
		if s.lines == nil {
			s.lines = make(map[market]*SpreadLine)
		}
		line = &SpreadLine{Symbol: ev.Symbol, Provider: ev.Provider}
		s.lines[key] = line
	}
	line.Events++
	switch body := ev.Payload.(type) {
	case *eventv1.Ticker:
		line.Bid = eventv1.Level{Price: body.BidPrice, Quantity: body.BidQuantity}
		line.Ask = eventv1.Level{Price: body.AskPrice, Quantity: body.AskQuantity}
	case *eventv1.BookSnapshot:
		line.Stale = body.Stale
		line.Bid, line.Ask = top(body.Bids), top(body.Asks)
	case *eventv1.BookUpdate:
		// A stale update ends the trust in the book; only a snapshot restores it.
		line.Stale = line.Stale || body.Stale
	}
	return nil
}

func top(levels []eventv1.Level) eventv1.Level {
	if len(levels) == 0 {
		return eventv1.Level{}
	}
	return levels[0]
}

// Lines returns copies of all lines, ordered by symbol and provider.
func (s *Spread) Lines() []SpreadLine {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := make([]SpreadLine, 0, len(s.lines))
	for _, l := range s.lines {
		lines = append(lines, *l)
	}
	slices.SortFunc(lines, func(a, b SpreadLine) int {
		return cmp.Or(cmp.Compare(a.Symbol, b.Symbol), cmp.Compare(a.Provider, b.Provider))
	})
	return lines
}
