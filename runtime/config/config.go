package config

import (
	"log/slog"
	"time"
)

// Config is everything that meltica-run can be told. It is plain data: whoever holds one owns
// it, lists included.
type Config struct {
	Log       Log
	Simulator Simulator
	Providers []Provider // at least one; names are unique
	Bus       Bus
	Pools     Pools
	Shutdown  Shutdown
	Console   Console
}

// Log says what is logged and how.
type Log struct {
	Level slog.Level
	JSON  bool // one JSON object a line instead of text
}

// Simulator is the venue simulator that runs inside the process, on loopback.
type Simulator struct {
	Enabled bool     // false in a file that does not say so
	Seed    uint64   // same seed, same market
	Rate    float64  // events per second as a multiple of the simulator's own pace
	Symbols []string // BASE-QUOTE; what it trades
}

// Provider is one connection to a venue.
type Provider struct {
	Name           string // unique; in every event, log line and metric
	Venue          string // one of Venues
	StreamURL      string // ws or wss; empty together with RestURL: connect to the simulator
	RestURL        string // http or https
	Symbols        []string
	Channels       Channels
	Book           Book
	StaleAfter     time.Duration // silence after which a stream counts as dead
	ConnectionLife time.Duration // age at which a connection is replaced before the venue ends it
	ReadBytesMax   int           // largest message that is read
}

// Simulated reports whether the provider connects to the simulator instead of a venue.
func (p Provider) Simulated() bool {
	return p.StreamURL == ""
}

// Channels is what a provider subscribes to for each of its symbols; at least one.
type Channels struct {
	Book     bool
	Ticker   bool
	Trade    bool
	AggTrade bool
	Klines   []string // intervals in the venue's spelling, such as 1m; in the file kline_1m
}

// Book says how a provider keeps its order books.
type Book struct {
	Depth         int           // levels a side that are asked for in a snapshot
	Top           int           // levels a side of the snapshots that are published; at most Depth
	SnapshotEvery time.Duration // time between published snapshots
}

// Bus bounds what the data bus holds for one lane of a subscriber.
type Bus struct {
	QueueMax   int // events that wait at most
	ConflateAt int // waiting events from which on market data is conflated (LM-04); at most QueueMax
}

// Pools holds the bounds of the six pools.
type Pools struct {
	WsFrame        Pool
	ProviderRaw    Pool
	CanonicalEvent Pool
	MergedEvent    Pool
	OrderRequest   Pool
	ExecReport     Pool
}

// Pool bounds one pool. A zero field, which only a Config made in Go can have, means the default
// of the schema.
type Pool struct {
	Capacity int           // objects on loan at most (FR-008)
	Timeout  time.Duration // longest wait of a Get (FR-008)
}

// Shutdown bounds the way down.
type Shutdown struct {
	Timeout time.Duration // longest wait for objects on loan (FR-026)
}

// Console is the status line of a terminal.
type Console struct {
	Every time.Duration // time between two lines
}

// Venues returns the venues that a provider can name, sorted.
func Venues() []string {
	return []string{"binance"}
}

// Default returns what meltica-run does without a file: one provider on the simulator. The
// caller owns the result.
func Default() Config {
	symbols := []string{"BTC-USDT", "ETH-USDT", "SOL-USDT", "BNB-USDT", "XRP-USDT", "DOGE-USDT"}
	p := providerDefault()
	p.Name, p.Venue = "binance", "binance"
	p.Symbols = symbols
	p.Channels = Channels{Book: true, Ticker: true, Trade: true, Klines: []string{"1m"}}
	return Config{
		Log:       Log{Level: slog.LevelInfo},
		Simulator: Simulator{Enabled: true, Seed: 1, Rate: 1, Symbols: append([]string(nil), symbols...)},
		Providers: []Provider{p},
		Bus:       Bus{QueueMax: 4096, ConflateAt: 64},
		Pools: Pools{
			WsFrame:        Pool{200, 100 * time.Millisecond},
			ProviderRaw:    Pool{200, 100 * time.Millisecond},
			CanonicalEvent: Pool{300, 100 * time.Millisecond},
			MergedEvent:    Pool{50, 100 * time.Millisecond},
			OrderRequest:   Pool{20, 100 * time.Millisecond},
			ExecReport:     Pool{20, 100 * time.Millisecond},
		},
		Shutdown: Shutdown{Timeout: 5 * time.Second},
		Console:  Console{Every: time.Second},
	}
}

// providerDefault returns a provider with all that its entry in the file may leave out.
func providerDefault() Provider {
	return Provider{
		Book:           Book{Depth: 1000, Top: 20, SnapshotEvery: time.Second},
		StaleAfter:     10 * time.Second,
		ConnectionLife: 23*time.Hour + 50*time.Minute,
		ReadBytesMax:   16 << 20,
	}
}
