package venuesim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Config describes a simulated venue. The zero value of each field means its default.
type Config struct {
	// Listen is a loopback address; default "127.0.0.1:0".
	Listen string
	// Market is the market to trade; default DefaultMarket. Ignored with a Playback.
	Market MarketConfig
	// Binance sets the limits of the Binance protocol.
	Binance BinanceConfig
	// Playback serves recorded messages instead of a market, if it has Files or Synthetic frames.
	Playback PlaybackConfig
	// Step is how often the market moves; default 2 ms.
	Step time.Duration
}

// Server serves one simulated venue until Close. Its methods are safe for concurrent use.
type Server struct {
	listener net.Listener
	http     *http.Server
	binance  *binance
	cancel   context.CancelFunc
	conns    sync.WaitGroup // HTTP connections that are not hijacked
	wg       sync.WaitGroup // feed and serve
	serveErr error          // written by serve, read behind wg
}

// Start listens and serves. The caller ends it with Close. A Synthetic playback is recorded
// before Start returns.
func Start(cfg Config) (*Server, error) {
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	if cfg.Step == 0 {
		cfg.Step = 2 * time.Millisecond
	}
	if cfg.Step < 0 {
		return nil, fmt.Errorf("venuesim: negative step %v", cfg.Step)
	}
	b, feed, err := newFeed(cfg)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("venuesim: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{listener: corkListener{l}, binance: b, cancel: cancel}
	s.http = &http.Server{
		Handler:           b.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		ConnContext:       withConn,
		ConnState:         s.countConn,
	}
	// Ends when ctx ends.
	s.wg.Go(func() { feed(ctx) })
	// Ends when Close closes the server.
	s.wg.Go(func() {
		if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			s.serveErr = fmt.Errorf("venuesim: serve: %w", err)
		}
	})
	return s, nil
}

// newFeed builds the venue, and what moves it until a context ends.
func newFeed(cfg Config) (*binance, func(context.Context), error) {
	if err := cfg.Binance.validate(); err != nil {
		return nil, nil, err
	}
	p := newPlayback(cfg.Playback)
	synthetic := cfg.Playback.Synthetic.Frames > 0
	switch {
	case synthetic && len(cfg.Playback.Files) > 0:
		return nil, nil, errors.New("venuesim: a playback is of files or synthetic, not both")
	case cfg.Playback.FramesPerSecond < 0 || cfg.Playback.Synthetic.Frames < 0:
		return nil, nil, errors.New("venuesim: negative number of frames")
	case len(cfg.Playback.Files) > 0:
		if err := p.loadFiles(); err != nil {
			return nil, nil, err
		}
		b := newBinance(cfg.Binance, nil)
		b.playback = p
		return b, func(ctx context.Context) { p.run(ctx, b) }, nil
	}
	market, start := cfg.Market, time.Now().UnixNano()
	if synthetic {
		market, start = cfg.Playback.Synthetic.Market, syntheticStart
	}
	m, err := NewMarket(market.withDefaults(), start)
	if err != nil {
		return nil, nil, err
	}
	if !synthetic {
		b := newBinance(cfg.Binance, m)
		return b, func(ctx context.Context) { b.run(ctx, cfg.Step) }, nil
	}
	if err := p.record(newBinance(BinanceConfig{QueueMax: syntheticQueueMax}, m)); err != nil {
		return nil, nil, err
	}
	b := newBinance(cfg.Binance, m) // the market has ended; exchangeInfo tells of it
	b.playback = p
	return b, func(ctx context.Context) { p.run(ctx, b) }, nil
}

// countConn lets Close wait for the goroutines of HTTP connections. A hijacked connection is
// waited for by its handler.
func (s *Server) countConn(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.conns.Add(1)
	case http.StateHijacked, http.StateClosed:
		s.conns.Done()
	}
}

// BinanceStreamURL is the base of the market streams, such as "ws://127.0.0.1:40123".
func (s *Server) BinanceStreamURL() string { return "ws://" + s.listener.Addr().String() }

// BinanceRESTURL is the base of the REST API, such as "http://127.0.0.1:40123".
func (s *Server) BinanceRESTURL() string { return "http://" + s.listener.Addr().String() }

// Stats tells what the venue has sent.
func (s *Server) Stats() Stats { return s.binance.stats() }

// Cut closes every stream connection at once, without a close frame, as a broken line does.
func (s *Server) Cut() { s.binance.cut() }

// Close ends all connections and waits for every goroutine of the server. It returns why the
// server had stopped serving before, if it had.
func (s *Server) Close() error {
	s.cancel()
	err := s.http.Close()
	s.wg.Wait() // now nothing is accepted any more
	// A connection that was accepted while the first Close ran is closed by this one.
	err = errors.Join(err, s.http.Close())
	s.binance.close()
	s.conns.Wait()
	return errors.Join(err, s.serveErr)
}
