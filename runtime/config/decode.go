package config

import (
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What a file can ask for at least and at most.
const (
	simulatorRateLow  = 0.01
	simulatorRateHigh = 1000
	simulatorSeedHigh = 1<<31 - 1

	symbolsMax   = 1024 // streams that Binance takes on one connection
	providersMax = 64
	channelsMax  = 32

	bookDepthLow  = 5
	bookDepthHigh = 5000 // levels of the largest snapshot that Binance sends
	bookTopLow    = 1
	bookTopHigh   = 1000

	snapshotEveryLow  = 100 * time.Millisecond
	snapshotEveryHigh = time.Hour

	staleAfterLow  = time.Second
	staleAfterHigh = 10 * time.Minute

	connectionLifeLow  = time.Minute
	connectionLifeHigh = 24 * time.Hour // Binance ends a connection then

	readBytesLow  = 64 << 10 // depth frames of 34,570 bytes were seen
	readBytesHigh = 16 << 20 // bound of WsFrame.data in the schema

	busQueueLow       = 16
	busQueueHigh      = 1 << 20
	busConflateAtLow  = 1
	busConflateAtHigh = 1 << 20

	poolCapacityLow  = 1
	poolCapacityHigh = 1 << 16
	poolTimeoutLow   = time.Millisecond
	poolTimeoutHigh  = 5 * time.Second // longest useful: the shutdown's (FR-026)

	shutdownTimeoutLow  = 100 * time.Millisecond
	shutdownTimeoutHigh = 5 * time.Minute

	consoleEveryLow  = 100 * time.Millisecond
	consoleEveryHigh = time.Hour
)

// config reads the root. The simulator comes before the providers, who are checked against it.
func (d *decoder) config(s *section, c *Config) {
	s.require("providers")
	s.mapping("log", func(s *section) {
		level, format := "info", "text"
		s.choice("level", &level, []string{"debug", "info", "warn", "error"})
		s.choice("format", &format, []string{"text", "json"})
		c.Log = Log{Level: logLevel(level), JSON: format == "json"}
	})
	before := len(d.findings)
	s.mapping("simulator", func(s *section) {
		seed := int(c.Simulator.Seed)
		s.boolean("enabled", &c.Simulator.Enabled)
		s.integer("seed", &seed, 0, simulatorSeedHigh)
		s.number("rate", &c.Simulator.Rate, simulatorRateLow, simulatorRateHigh)
		s.texts("symbols", &c.Simulator.Symbols, symbolsMax, checkSymbol)
		c.Simulator.Seed = uint64(seed)
	})
	simulatorRead := len(d.findings) == before
	names := map[string]place{}
	s.list("providers", providersMax, func(path string, item *node) {
		d.section(path, item, func(s *section) {
			p := readProvider(s, names)
			if simulatorRead && p.Simulated() {
				checkSimulated(s, p, c.Simulator)
			}
			c.Providers = append(c.Providers, p)
		})
	})
	s.mapping("bus", func(s *section) {
		s.integer("queue_max", &c.Bus.QueueMax, busQueueLow, busQueueHigh)
		s.integer("conflate_at", &c.Bus.ConflateAt, busConflateAtLow, busConflateAtHigh)
	})
	s.mapping("pools", func(s *section) {
		readPool(s, "ws_frame", &c.Pools.WsFrame)
		readPool(s, "provider_raw", &c.Pools.ProviderRaw)
		readPool(s, "canonical_event", &c.Pools.CanonicalEvent)
		readPool(s, "merged_event", &c.Pools.MergedEvent)
		readPool(s, "order_request", &c.Pools.OrderRequest)
		readPool(s, "exec_report", &c.Pools.ExecReport)
	})
	s.mapping("shutdown", func(s *section) {
		s.duration("timeout", &c.Shutdown.Timeout, shutdownTimeoutLow, shutdownTimeoutHigh)
	})
	s.mapping("console", func(s *section) {
		s.duration("every", &c.Console.Every, consoleEveryLow, consoleEveryHigh)
	})
}

func logLevel(name string) slog.Level {
	switch name {
	case "debug":
		return slog.LevelDebug
	case "warn":
		return slog.LevelWarn
	case "error":
		return slog.LevelError
	default:
		return slog.LevelInfo
	}
}

func readPool(s *section, key string, p *Pool) {
	s.mapping(key, func(s *section) {
		s.integer("capacity", &p.Capacity, poolCapacityLow, poolCapacityHigh)
		s.duration("timeout", &p.Timeout, poolTimeoutLow, poolTimeoutHigh)
	})
}

// readProvider reads one provider; names holds where those before it are named.
func readProvider(s *section, names map[string]place) Provider {
	p := providerDefault()
	s.require("name", "venue", "symbols", "channels")
	s.text("name", &p.Name, checkName)
	if first, double := names[p.Name]; double {
		s.wrong("name", fmt.Sprintf("%q is the name of the provider on line %d already", p.Name, first.line), "give each provider a name of its own")
	} else if p.Name != "" {
		names[p.Name] = s.place("name")
	}
	s.choice("venue", &p.Venue, Venues())
	s.text("stream_url", &p.StreamURL, checkURL("ws", "wss"))
	s.text("rest_url", &p.RestURL, checkURL("http", "https"))
	switch stream, rest := s.has("stream_url"), s.has("rest_url"); {
	case stream && !rest:
		s.wrong("stream_url", "set without rest_url", "set both, or neither for the simulator")
	case rest && !stream:
		s.wrong("rest_url", "set without stream_url", "set both, or neither for the simulator")
	}
	s.texts("symbols", &p.Symbols, symbolsMax, checkSymbol)
	p.Channels = readChannels(s)
	s.mapping("book", func(s *section) {
		s.integer("depth", &p.Book.Depth, bookDepthLow, bookDepthHigh)
		s.integer("top", &p.Book.Top, bookTopLow, bookTopHigh)
		s.duration("snapshot_every", &p.Book.SnapshotEvery, snapshotEveryLow, snapshotEveryHigh)
		if p.Book.Top > p.Book.Depth {
			s.wrong("top", fmt.Sprintf("want at most the depth %d, got %d", p.Book.Depth, p.Book.Top), "")
		}
	})
	s.duration("stale_after", &p.StaleAfter, staleAfterLow, staleAfterHigh)
	s.duration("connection_life", &p.ConnectionLife, connectionLifeLow, connectionLifeHigh)
	s.size("read_bytes_max", &p.ReadBytesMax, readBytesLow, readBytesHigh)
	return p
}

// checkSimulated checks a provider without URLs against the simulator.
func checkSimulated(s *section, p Provider, sim Simulator) {
	if s.has("stream_url") || s.has("rest_url") {
		return // there are URLs, and they have been reported
	}
	if !sim.Enabled {
		s.wrong("", "no stream_url and rest_url, and the simulator is off", "set both, or simulator: {enabled: true}")
		return
	}
	if !s.has("symbols") {
		return
	}
	for i, item := range s.entries["symbols"].value.items {
		if slices.Contains(p.Symbols, item.text) && !slices.Contains(sim.Symbols, item.text) {
			s.want(item, fmt.Sprintf("symbols[%d]", i), "a symbol of the simulator", suggest(item.text, sim.Symbols))
		}
	}
}

const klinePrefix = "kline_"

// channelNames returns what a provider can subscribe to. The intervals are those of Binance.
func channelNames() []string {
	names := []string{"book", "ticker", "trade", "agg_trade"}
	for interval := range strings.FieldsSeq("1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M") {
		names = append(names, klinePrefix+interval)
	}
	return names
}

func readChannels(s *section) Channels {
	var names []string
	s.texts("channels", &names, channelsMax, oneOf(channelNames()))
	c := Channels{
		Book:     slices.Contains(names, "book"),
		Ticker:   slices.Contains(names, "ticker"),
		Trade:    slices.Contains(names, "trade"),
		AggTrade: slices.Contains(names, "agg_trade"),
	}
	for _, name := range names {
		if interval, ok := strings.CutPrefix(name, klinePrefix); ok {
			c.Klines = append(c.Klines, interval)
		}
	}
	return c
}

// checkName accepts what is fit for metrics and log lines.
func checkName(name string) (what, hint string) {
	if !regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`).MatchString(name) {
		return "a name of up to 32 of a-z, 0-9, - and _ that begins with a letter", ""
	}
	return "", ""
}

// checkSymbol accepts BASE-QUOTE (CQ-04).
func checkSymbol(symbol string) (what, hint string) {
	pattern := regexp.MustCompile(`^[A-Z0-9]{1,20}-[A-Z0-9]{1,20}$`)
	if pattern.MatchString(symbol) {
		return "", ""
	}
	fixed := strings.NewReplacer("/", "-", "_", "-", ":", "-").Replace(strings.ToUpper(symbol))
	if pattern.MatchString(fixed) {
		hint = fmt.Sprintf("did you mean %q?", fixed)
	}
	return "a symbol BASE-QUOTE in upper case", hint
}

// checkURL accepts a URL to which an adapter can append its paths. It does not pass on what
// url.Parse says, which quotes parts of the URL: one of them may be a password.
func checkURL(schemes ...string) func(text string) (what, hint string) {
	want := "a URL that begins with " + strings.Join(schemes, ":// or ") + "://"
	return func(text string) (string, string) {
		u, err := url.Parse(text)
		switch {
		case strings.Contains(text, "${"):
			return want, "variables are not expanded"
		case err != nil || !slices.Contains(schemes, u.Scheme):
			return want, ""
		case u.User != nil:
			return want + " without a user and a password", ""
		case u.Hostname() == "":
			return want + " and names a host", ""
		case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
			return want + " and has no ? and no #", "the venue's adapter appends what it needs"
		}
		if port := u.Port(); port != "" {
			if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
				return want + " with a port from 1 to 65535", ""
			}
		}
		return "", ""
	}
}
