package venuesim_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/meltica/meltica/runtime/venuesim"
	"pgregory.net/rapid"
)

// observer checks what a market tells against what it said before.
type observer struct {
	t                  *rapid.T
	s                  *venuesim.Symbol
	update, trade, agg int64
	changed            bool
}

func (o *observer) BookChanged(s *venuesim.Symbol, _ venuesim.Side, tick int64) {
	if o.update++; s.UpdateID != o.update || tick < 1 {
		o.t.Fatalf("got change %d of tick %d, want number %d", s.UpdateID, tick, o.update)
	}
	o.changed = true
}

func (o *observer) TopChanged(s *venuesim.Symbol) {
	if !o.changed || s.UpdateID != o.update {
		o.t.Fatalf("the top changed at %d without a change of the book", s.UpdateID)
	}
	o.changed = false
}

func (o *observer) Traded(s *venuesim.Symbol, tr venuesim.Trade) {
	o.agg++
	if tr.FirstID != o.trade+1 || tr.LastID-tr.FirstID+1 != int64(len(tr.Lots)) || s.AggregateID != o.agg || s.TradeID != tr.LastID {
		o.t.Fatalf("got trade %+v of aggregate %d, want %d and %d", tr, s.AggregateID, o.trade+1, o.agg)
	}
	for _, lots := range tr.Lots {
		if lots < 1 {
			o.t.Fatalf("got trade %+v without a quantity", tr)
		}
	}
	o.trade = tr.LastID
}

func TestMarketInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		depth := rapid.IntRange(2, 200).Draw(t, "depth")
		cfg := venuesim.MarketConfig{
			Seed: rapid.Uint64().Draw(t, "seed"),
			Rate: rapid.Float64Range(0, 50).Draw(t, "rate"),
			Symbols: []venuesim.SymbolConfig{{
				Symbol: "ABC-EUR", Depth: depth,
				PriceTicks:       4*int64(depth) + rapid.Int64Range(1, 1000).Draw(t, "price"),
				TickScale:        rapid.IntRange(0, 8).Draw(t, "tick scale"),
				LotScale:         rapid.IntRange(0, 8).Draw(t, "lot scale"),
				QuantityLots:     rapid.Int64Range(1, 100_000).Draw(t, "quantity"),
				TradesPerSecond:  rapid.IntRange(0, 200).Draw(t, "trades"),
				ChangesPerSecond: rapid.IntRange(0, 200).Draw(t, "changes"),
			}},
		}
		now := rapid.Int64Range(0, 1<<61).Draw(t, "start")
		m, err := venuesim.NewMarket(cfg, now)
		if err != nil {
			t.Fatal(err)
		}
		s := m.Symbols()[0]
		o := &observer{t: t, s: s, update: s.UpdateID, trade: s.TradeID, agg: s.AggregateID}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now += rapid.Int64Range(0, int64(200*time.Millisecond)).Draw(t, "elapsed")
			m.Step(now, o)
			if err := s.Check(); err != nil {
				t.Fatal(err)
			}
		}
		if m.Now() != now {
			t.Fatalf("got time %d, want %d", m.Now(), now)
		}
		if s.UpdateID != o.update || s.TradeID != o.trade {
			t.Fatalf("got ids %d and %d, want %d and %d", s.UpdateID, s.TradeID, o.update, o.trade)
		}
	})
}

// TestMarketLong runs fast markets for long: prices must not run away, books must not die.
func TestMarketLong(t *testing.T) {
	for seed := range uint64(3) {
		cfg := venuesim.MarketOf("XRP-USDT", "ABC-EUR")
		cfg.Seed, cfg.Rate = seed, 500
		for i := range cfg.Symbols {
			cfg.Symbols[i].Depth, cfg.Symbols[i].PriceTicks = 20, 200 // near zero: a free walk gets there
		}
		m, err := venuesim.NewMarket(cfg, 0)
		if err != nil {
			t.Fatal(err)
		}
		first := m.Symbols()[0].UpdateID
		for i := range 150 {
			m.Step(int64(i+1)*int64(10*time.Millisecond), &nothing{})
			for _, s := range m.Symbols() {
				if err := s.Check(); err != nil {
					t.Fatalf("seed %d, step %d: %v", seed, i, err)
				}
				if s.LastTick < s.PriceTicks/2 || s.LastTick > 2*s.PriceTicks {
					t.Fatalf("seed %d, step %d: %s trades at %d ticks, having begun at %d", seed, i, s.SymbolConfig.Symbol, s.LastTick, s.PriceTicks)
				}
			}
		}
		if n := m.Symbols()[0].UpdateID - first; n < 15_000 {
			t.Errorf("seed %d: got %d changes, want a market that lives", seed, n)
		}
	}
}

type nothing struct{}

func (*nothing) BookChanged(*venuesim.Symbol, venuesim.Side, int64) {}
func (*nothing) TopChanged(*venuesim.Symbol)                        {}
func (*nothing) Traded(*venuesim.Symbol, venuesim.Trade)            {}

// run returns all frames of a market's first seconds.
func run(t *testing.T, seed uint64, steps int) []byte {
	cfg := venuesim.DefaultMarket()
	cfg.Seed = seed
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()
	v := venuesim.NewVenue(t, cfg, now)
	c := v.Attach(t, true, false, allStreams()...)
	var all bytes.Buffer
	for i := range steps {
		v.Step(now + int64(i)*int64(3*time.Millisecond))
		for _, frame := range c.Frames(t) {
			all.Write(append(frame, '\n'))
		}
	}
	return all.Bytes()
}

func TestDeterminism(t *testing.T) {
	a, b, other := run(t, 7, 500), run(t, 7, 500), run(t, 8, 500)
	if len(a) < 100_000 {
		t.Fatalf("got %d bytes only", len(a))
	}
	if !bytes.Equal(a, b) {
		t.Error("the same seed and steps made other bytes")
	}
	if bytes.Equal(a, other) {
		t.Error("another seed made the same bytes")
	}
}

var update = flag.Bool("update", false, "rewrite testdata/frames.golden")

// TestFrames shows the first frame of each stream, in both units of time.
func TestFrames(t *testing.T) {
	cfg := venuesim.MarketOf("BTC-USDT")
	now := time.Date(2026, 1, 1, 11, 59, 58, 0, time.UTC).UnixNano()
	v := venuesim.NewVenue(t, cfg, now)
	var clients []venuesim.Client
	for _, micros := range []bool{false, true} {
		for _, kind := range []string{
			"trade", "aggTrade", "bookTicker", "ticker", "miniTicker", "kline_1s", "kline_1m", "kline_1w", "kline_1M",
			"depth@100ms", "depth5@100ms", "depth5",
		} {
			clients = append(clients, v.Attach(t, true, micros, "btcusdt@"+kind))
		}
	}
	for range 1100 {
		now += int64(2 * time.Millisecond)
		v.Step(now)
	}
	var got bytes.Buffer
	for _, c := range clients {
		fmt.Fprintf(&got, "%s\n", c.Frames(t)[0])
	}
	const golden = "testdata/frames.golden"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("frames differ from %s; -update rewrites it:\n%s", golden, diff)
	}
}
