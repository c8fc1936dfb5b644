package main

import (
	"strconv"
	"testing"
	"time"

	binance "github.com/adshao/go-binance/v2"

	"github.com/meltica/meltica/runtime/venuesim"
)

// TestGoBinanceIsSatisfied runs a client that we did not write against the simulator: every
// request and stream that both know, and a diff chain that continues its own snapshot.
func TestGoBinanceIsSatisfied(t *testing.T) {
	sim, err := venuesim.Start(venuesim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	})
	binance.BaseWsMainURL = sim.BinanceStreamURL() + "/ws"
	binance.BaseCombinedMainURL = sim.BinanceStreamURL() + "/stream?streams="
	client := binance.NewClient("", "")
	client.BaseURL = sim.BinanceRESTURL()
	requests(t, client)
	streams := newStreams(t)
	streams.depthChain(client)
	streams.all()
	streams.stop()
}

func requests(t *testing.T, c *binance.Client) {
	ctx := t.Context()
	if err := c.NewPingService().Do(ctx); err != nil {
		t.Errorf("ping: %v", err)
	}
	if ms, err := c.NewServerTimeService().Do(ctx); err != nil || time.Since(time.UnixMilli(ms)).Abs() > time.Minute {
		t.Errorf("time: %d, %v", ms, err)
	}
	info, err := c.NewExchangeInfoService().Symbols("BTCUSDT", "ETHUSDT").Do(ctx)
	if err != nil || len(info.Symbols) != 2 {
		t.Fatalf("exchangeInfo: %+v, %v; want two symbols", info, err)
	}
	for _, s := range info.Symbols {
		if s.PriceFilter() == nil || s.LotSizeFilter() == nil || s.NotionalFilter() == nil || s.Status != "TRADING" {
			t.Errorf("exchangeInfo of %s is not whole: %+v", s.Symbol, s)
		}
	}
	if d, err := c.NewDepthService().Symbol("BTCUSDT").Limit(10).Do(ctx); err != nil || len(d.Bids) != 10 || len(d.Asks) != 10 {
		t.Errorf("depth: %+v, %v; want ten levels", d, err)
	}
	if _, err := c.NewDepthService().Symbol("NOSUCH").Do(ctx); err == nil {
		t.Error("depth of an unknown symbol succeeds")
	}
}

type clientStreams struct {
	t     *testing.T
	stops []chan struct{}
	dones []chan struct{}
}

func newStreams(t *testing.T) *clientStreams { return &clientStreams{t: t} }

func (s *clientStreams) add(done, stop chan struct{}, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	s.dones, s.stops = append(s.dones, done), append(s.stops, stop)
}

func (s *clientStreams) stop() {
	for i := range s.stops {
		close(s.stops[i])
		<-s.dones[i]
	}
}

// failed is told of read errors; those after stop are the end of the stream.
func (s *clientStreams) failed(err error) { s.t.Logf("stream ended: %v", err) }

// depthChain follows the venue's rules for a local book: snapshot, then diffs without a gap.
func (s *clientStreams) depthChain(c *binance.Client) {
	diffs := make(chan *binance.WsDepthEvent, 256)
	s.add(binance.WsDepthServe100Ms("BTCUSDT", func(e *binance.WsDepthEvent) { diffs <- e }, s.failed))
	first := <-diffs
	snapshot, err := c.NewDepthService().Symbol("BTCUSDT").Limit(1000).Do(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	id, applied := snapshot.LastUpdateID, 0
	if id < first.FirstUpdateID {
		s.t.Fatalf("snapshot %d is older than the first diff %d", id, first.FirstUpdateID)
	}
	for applied < 20 {
		d := <-diffs
		if d.LastUpdateID <= id {
			continue
		}
		if d.FirstUpdateID > id+1 {
			s.t.Fatalf("gap: diff %d to %d after %d", d.FirstUpdateID, d.LastUpdateID, id)
		}
		for _, l := range append(d.Bids, d.Asks...) {
			if _, err := strconv.ParseFloat(l.Price, 64); err != nil {
				s.t.Fatal(err)
			}
		}
		id = d.LastUpdateID
		applied++
	}
}

// all waits until each stream has delivered a message whose fields arrived.
func (s *clientStreams) all() {
	got := make(chan string, 1024)
	put := func(name string, whole bool) {
		if whole {
			select {
			case got <- name:
			default: // there are plenty
			}
		}
	}
	s.add(binance.WsDepthServe("BTCUSDT", func(e *binance.WsDepthEvent) { put("depth", e.FirstUpdateID > 0) }, s.failed))
	s.add(binance.WsCombinedDepthServe100Ms([]string{"BTCUSDT", "ETHUSDT"}, func(e *binance.WsDepthEvent) { put("combined "+e.Symbol, true) }, s.failed))
	s.add(binance.WsPartialDepthServe100Ms("BTCUSDT", "20", func(e *binance.WsPartialDepthEvent) { put("partial", len(e.Bids) == 20) }, s.failed))
	s.add(binance.WsBookTickerServe("BTCUSDT", func(e *binance.WsBookTickerEvent) { put("bookTicker", e.BestAskQty != "") }, s.failed))
	s.add(binance.WsTradeServe("BTCUSDT", func(e *binance.WsTradeEvent) { put("trade", e.TradeID > 0 && e.Price != "") }, s.failed))
	s.add(binance.WsAggTradeServe("BTCUSDT", func(e *binance.WsAggTradeEvent) { put("aggTrade", e.LastBreakdownTradeID >= e.FirstBreakdownTradeID) }, s.failed))
	s.add(binance.WsKlineServe("BTCUSDT", "1s", func(e *binance.WsKlineEvent) { put("kline", e.Kline.IsFinal) }, s.failed))
	s.add(binance.WsMarketStatServe("BTCUSDT", func(e *binance.WsMarketStatEvent) { put("ticker", e.LastPrice != "") }, s.failed))
	missing := map[string]bool{
		"depth": true, "combined BTCUSDT": true, "combined ETHUSDT": true, "partial": true, "bookTicker": true,
		"trade": true, "aggTrade": true, "kline": true, "ticker": true,
	}
	for deadline := time.After(20 * time.Second); len(missing) > 0; {
		select {
		case name := <-got:
			delete(missing, name)
		case <-deadline:
			s.t.Fatalf("no message of %v", missing)
		}
	}
}
