package venuesim_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/meltica/meltica/runtime/venuesim"
)

func TestPing(t *testing.T) {
	t.Parallel()
	server := start(t, venuesim.Config{Market: quiet(), Binance: venuesim.BinanceConfig{
		PingInterval: 5 * time.Millisecond, PongTimeout: 200 * time.Millisecond, InboundMax: 1000,
	}})

	// Who answers stays, for as long as it answers.
	var answered int
	s := dial(t, server, "/ws", &websocket.DialOptions{OnPingReceived: func(_ context.Context, payload []byte) bool {
		if len(payload) == 0 {
			t.Error("got a ping without a payload")
		}
		answered++
		return answered <= 10
	}})
	begin := time.Now()
	last, code := s.end()
	if last != "" || code != -1 || answered != 11 {
		t.Errorf("got %q, code %d and %d pings, want a cut after the first pong that is missing", last, code, answered)
	}
	if took := time.Since(begin); took < 200*time.Millisecond {
		t.Errorf("cut after %v, want the pong's timeout to pass", took)
	}
}

func TestPongsCount(t *testing.T) {
	t.Parallel()
	server := start(t, venuesim.Config{Market: quiet(), Binance: venuesim.BinanceConfig{PingInterval: time.Millisecond}})
	if _, code := dial(t, server, "/ws", nil).end(); code != websocket.StatusPolicyViolation {
		t.Errorf("got code %d after six pongs in a second, want 1008", code)
	}
}

func TestLife(t *testing.T) {
	t.Parallel()
	f := func(path, want string) {
		server := start(t, venuesim.Config{Market: quiet(), Binance: venuesim.BinanceConfig{ConnectionLife: 20 * time.Millisecond}})
		last, code := dial(t, server, path, nil).end()
		if !regexp.MustCompile("^"+want+"$").MatchString(last) || code != websocket.StatusGoingAway {
			t.Errorf("%s: got %q and code %d, want %s and 1001", path, last, code, want)
		}
	}
	f("/ws", `\{"e":"serverShutdown","E":\d{13}\}`)
	f("/ws?timeUnit=microsecond", `\{"e":"serverShutdown","E":\d{16}\}`)
	f("/stream", `\{"stream":"!serverShutdown","data":\{"e":"serverShutdown","E":\d{13}\}\}`)
}

// TestDeaf cuts a client that answers no close frame.
func TestDeaf(t *testing.T) {
	t.Parallel()
	server := start(t, venuesim.Config{Market: quiet(), Binance: venuesim.BinanceConfig{ConnectionLife: time.Millisecond}})
	dial(t, server, "/ws", nil) // and do not read
	begin := time.Now()
	for server.Stats().Connections > 0 || server.Stats().Accepted == 0 {
		if time.Since(begin) > 3*time.Second {
			t.Fatal("still connected after 3 s")
		}
		<-time.After(10 * time.Millisecond)
	}
}

func TestSlowConsumer(t *testing.T) {
	t.Parallel()
	market := venuesim.DefaultMarket()
	market.Rate = 300
	server := start(t, venuesim.Config{Market: market, Binance: venuesim.BinanceConfig{QueueMax: 128 << 10}})
	path := "/stream?streams="
	for _, name := range allStreams() {
		path += name + "/"
	}
	dial(t, server, path[:len(path)-1], nil) // and do not read
	reading := dial(t, server, "/ws/btcusdt@depth5@100ms", nil)
	for server.Stats().SlowConsumers == 0 {
		reading.read()
	}
	reading.read()
	reading.read()
	if got := server.Stats(); got.SlowConsumers != 1 || got.Accepted != 2 {
		t.Errorf("got %+v, want one slow consumer of two", got)
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	server := start(t, venuesim.Config{Market: venuesim.MarketOf("BTC-USDT")})
	var all []session
	for range 3 {
		all = append(all, dial(t, server, "/ws/btcusdt@bookTicker", nil))
	}
	for _, s := range all {
		s.read()
	}
	server.Cut()
	for _, s := range all {
		if _, code := s.end(); code != -1 {
			t.Errorf("got code %d, want a broken line", code)
		}
	}
	dial(t, server, "/ws/btcusdt@bookTicker", nil).read()
}

// TestCloseBusy closes a venue in the middle of everything that can be open.
func TestCloseBusy(t *testing.T) {
	t.Parallel()
	server, err := venuesim.Start(venuesim.Config{Binance: venuesim.BinanceConfig{DepthDelay: time.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	open := dial(t, server, "/ws/btcusdt@bookTicker", nil)
	open.read()
	half, err := net.Dial("tcp", server.BinanceRESTURL()[len("http://"):])
	if err != nil {
		t.Fatal(err)
	}
	defer half.Close()
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	started := make(chan struct{})
	wg.Go(func() { // ends when the request fails
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.BinanceRESTURL()+"/api/v3/depth?symbol=BTCUSDT", nil)
		if err != nil {
			t.Error(err)
			return
		}
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		if response, err := client.Do(request); err == nil {
			t.Error("got an answer before the delay")
			response.Body.Close()
		}
	})
	for range 4 {
		wg.Go(func() { // ends when a dial fails
			for n := 0; ; n++ {
				ws, _, err := websocket.Dial(ctx, server.BinanceStreamURL()+"/ws/btcusdt@trade", nil)
				if err != nil {
					return
				}
				select {
				case started <- struct{}{}:
				default: // the test has gone on
				}
				defer ws.CloseNow()
			}
		})
	}
	<-started
	if err := errors.Join(server.Close(), server.Close()); err != nil {
		t.Error(err)
	}
	if got := server.Stats().Connections; got != 0 {
		t.Errorf("got %d open connections after Close", got)
	}
	if _, code := open.end(); code != -1 {
		t.Errorf("got code %d, want a broken line", code)
	}
	wg.Wait()
}

func TestStartErrors(t *testing.T) {
	one := func(change func(*venuesim.SymbolConfig)) venuesim.Config {
		m := venuesim.MarketOf("BTC-USDT")
		change(&m.Symbols[0])
		return venuesim.Config{Market: m}
	}
	twice := venuesim.MarketOf("BTC-USDT", "BTC-USDT")
	synthetic := venuesim.Synthetic{Streams: []string{"btcusdt@trade"}, Frames: 1}
	for i, cfg := range []venuesim.Config{
		{Listen: "127.0.0.1:x"},
		{Step: -1},
		{Market: twice},
		{Market: venuesim.MarketConfig{Rate: -1}},
		{Market: venuesim.MarketConfig{Rate: 1e9}},
		one(func(s *venuesim.SymbolConfig) { s.Symbol = "BTCUSDT" }),
		one(func(s *venuesim.SymbolConfig) { s.Symbol = "btc-USDT" }),
		one(func(s *venuesim.SymbolConfig) { s.Symbol = "BTC-" }),
		one(func(s *venuesim.SymbolConfig) { s.Depth = 1 }),
		one(func(s *venuesim.SymbolConfig) { s.QuantityLots = 0 }),
		one(func(s *venuesim.SymbolConfig) { s.PriceTicks = 4000 }),
		one(func(s *venuesim.SymbolConfig) { s.PriceTicks, s.QuantityLots = 1e12, 1e9 }),
		one(func(s *venuesim.SymbolConfig) { s.TickScale = 9 }),
		one(func(s *venuesim.SymbolConfig) { s.LotScale = -1 }),
		one(func(s *venuesim.SymbolConfig) { s.TradesPerSecond = -1 }),
		{Binance: venuesim.BinanceConfig{QueueMax: -1}},
		{Binance: venuesim.BinanceConfig{PingInterval: -1}},
		{Playback: venuesim.PlaybackConfig{FramesPerSecond: -1}},
		{Playback: venuesim.PlaybackConfig{Files: []string{"testdata/none"}}},
		{Playback: venuesim.PlaybackConfig{Files: []string{"testdata/playback.txt"}, Synthetic: synthetic}},
		{Playback: venuesim.PlaybackConfig{Synthetic: venuesim.Synthetic{Streams: []string{"nousdt@trade"}, Frames: 1}}},
		{Playback: venuesim.PlaybackConfig{Synthetic: venuesim.Synthetic{Market: quiet(), Streams: []string{"btcusdt@trade"}, Frames: 1}}},
		{Playback: venuesim.PlaybackConfig{Synthetic: venuesim.Synthetic{Frames: 1}}},
	} {
		s, err := venuesim.Start(cfg)
		if err == nil {
			t.Errorf("case %d: started: %+v", i, cfg)
			_ = s.Close()
		} else if got := fmt.Sprint(err); len(got) < 20 || got[:9] != "venuesim:" {
			t.Errorf("case %d: got error %q, want one that begins with the package", i, got)
		}
	}
}
