package consumer

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/decimal"
)

// Tape keeps the last trade of every symbol and provider. Its zero value is ready. It is safe
// for concurrent use.
type Tape struct {
	mu    sync.Mutex // protects the following
	lines map[market]*TapeLine
}

// market names one symbol at one provider.
type market struct{ symbol, provider string }

// TapeLine is the last trade of one symbol at one provider.
type TapeLine struct {
	Symbol, Provider string
	Side             eventv1.Side // of the taker
	Price, Quantity  decimal.Decimal
	ExchangeTime     int64  // unix ns
	Trades           uint64 // seen since the start
}

// Handle takes TRADE events and leaves the others alone.
func (t *Tape) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
	trade := ev.Trade()
	if trade == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	key := market{ev.Symbol, ev.Provider}
	line := t.lines[key]
	if line == nil {
		if t.lines == nil {
			t.lines = make(map[market]*TapeLine)
		}
		line = &TapeLine{Symbol: ev.Symbol, Provider: ev.Provider}
		t.lines[key] = line
	}
	line.Side, line.Price, line.Quantity = trade.Side, trade.Price, trade.Quantity
	line.ExchangeTime = ev.ExchangeTime
	line.Trades++
	return nil
}

// Lines returns copies of all lines, ordered by symbol and provider.
func (t *Tape) Lines() []TapeLine {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := make([]TapeLine, 0, len(t.lines))
	for _, l := range t.lines {
		lines = append(lines, *l)
	}
	slices.SortFunc(lines, func(a, b TapeLine) int {
		return cmp.Or(cmp.Compare(a.Symbol, b.Symbol), cmp.Compare(a.Provider, b.Provider))
	})
	return lines
}
