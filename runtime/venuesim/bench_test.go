package venuesim_test

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/meltica/meltica/runtime/venuesim"
)

// allStreams is every kind of stream of the default market's symbols.
func allStreams() []string {
	var names []string
	for _, symbol := range []string{"btcusdt", "ethusdt", "solusdt", "bnbusdt", "xrpusdt", "dogeusdt"} {
		for _, kind := range []string{"trade", "aggTrade", "bookTicker", "depth@100ms", "depth20@100ms", "kline_1s", "kline_1m", "ticker", "miniTicker"} {
			names = append(names, symbol+"@"+kind)
		}
	}
	return names
}

// BenchmarkStep moves a market by 2 ms and queues its messages to clients in memory: market,
// encoding and fan-out without the network.
func BenchmarkStep(b *testing.B) {
	for _, clients := range []int{1, 4, 16} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			cfg := venuesim.DefaultMarket()
			cfg.Rate = 100
			now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()
			v := venuesim.NewVenue(b, cfg, now)
			var all []venuesim.Client
			for range clients {
				all = append(all, v.Attach(b, true, false, allStreams()...))
			}
			step := func() {
				now += int64(2 * time.Millisecond)
				v.Step(now)
				for _, c := range all {
					c.Discard()
				}
			}
			for range 2000 {
				step() // buffers grow to their size
			}
			before := v.Stats()
			b.ReportAllocs()
			for b.Loop() {
				step()
			}
			after := v.Stats()
			b.ReportMetric(float64(after.Messages-before.Messages)/float64(b.N), "messages/op")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(after.Messages-before.Messages), "ns/message")
		})
	}
}

// BenchmarkServe reads frames from a server over loopback as fast as it sends them. Client and
// server share the machine and the process.
func BenchmarkServe(b *testing.B) {
	f := func(name string, cfg venuesim.Config) {
		b.Run(name, func(b *testing.B) {
			if cfg.Playback.Full {
				cfg.Playback.Synthetic.Frames = max(b.N+1, 1000)
			}
			s, err := venuesim.Start(cfg)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			url := s.BinanceStreamURL() + "/stream?streams=btcusdt@trade/btcusdt@bookTicker/btcusdt@depth@100ms/ethusdt@trade/ethusdt@bookTicker/ethusdt@depth@100ms"
			ws, _, err := websocket.Dial(b.Context(), url, nil)
			if err != nil {
				b.Fatal(err)
			}
			defer ws.CloseNow()
			ws.SetReadLimit(1 << 20)
			buf := make([]byte, 64<<10)
			var before, after runtime.MemStats
			b.ResetTimer()
			runtime.ReadMemStats(&before)
			for range b.N {
				_, r, err := ws.Reader(context.Background())
				for err == nil {
					_, err = r.Read(buf)
				}
				if err != io.EOF {
					b.Fatal(err)
				}
			}
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
			b.ReportMetric(float64(after.Mallocs-before.Mallocs)/float64(b.N), "allocs/frame")
		})
	}
	streams := []string{"btcusdt@trade", "btcusdt@bookTicker", "btcusdt@depth@100ms", "ethusdt@trade", "ethusdt@bookTicker", "ethusdt@depth@100ms"}
	f("synthetic", venuesim.Config{Playback: venuesim.PlaybackConfig{Full: true, Synthetic: venuesim.Synthetic{Streams: streams}}})
	market := venuesim.MarketOf("BTC-USDT", "ETH-USDT")
	market.Rate = 1000
	f("market", venuesim.Config{Market: market})
}
