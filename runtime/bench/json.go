package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	goccy "github.com/goccy/go-json"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/bench/baseline"
	"github.com/meltica/meltica/runtime/databus"
	"github.com/meltica/meltica/runtime/dispatcher"
	"github.com/meltica/meltica/runtime/lib/capture"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/binance"
	"github.com/meltica/meltica/runtime/venuesim"
)

// message is one recorded message and the way to decode it.
type message struct {
	data []byte
	kind messageKind
}

type messageKind uint8

const (
	kindTrade messageKind = iota
	kindTicker
	kindDepth
	kindSnapshot
)

// loadMessages reads the recorded Binance session, or makes one where it is absent.
func loadMessages(dir string) (messages []message, source string, err error) {
	files := []string{filepath.Join(dir, "binance", "btcusdt-1.ws.gz"), filepath.Join(dir, "binance", "btcusdt-2.ws.gz")}
	if _, err := os.Stat(files[0]); err != nil {
		frames, err := venuesim.Record(venuesim.Synthetic{
			Market: venuesim.MarketOf("BTC-USDT"), Frames: 100_000,
			Streams: []string{"btcusdt@depth@100ms", "btcusdt@bookTicker", "btcusdt@trade"},
		})
		if err != nil {
			return nil, "", err
		}
		for _, f := range frames {
			messages = add(messages, f)
		}
		return messages, "frames of the simulator, no recordings in " + dir, nil
	}
	for _, path := range files {
		r, err := capture.Open(path)
		if err != nil {
			return nil, "", err
		}
		for {
			rec, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return nil, "", errors.Join(err, r.Close())
			}
			messages = add(messages, slices.Clone(rec.Data))
		}
		if err := r.Close(); err != nil {
			return nil, "", err
		}
	}
	return messages, "recorded Binance BTCUSDT session", nil
}

func add(messages []message, data []byte) []message {
	head := string(data[:min(len(data), 64)])
	switch {
	case strings.HasPrefix(head, `{"lastUpdateId"`):
		return append(messages, message{data, kindSnapshot})
	case strings.Contains(head, "@trade"):
		return append(messages, message{data, kindTrade})
	case strings.Contains(head, "@bookTicker"):
		return append(messages, message{data, kindTicker})
	case strings.Contains(head, "@depth"):
		return append(messages, message{data, kindDepth})
	}
	return messages
}

// contestant is one way to get from the bytes to data.
type contestant struct {
	name string
	run  func([]message) error
}

// benchJSON measures decoding alone, and decoding up to canonical events (SC-003).
func benchJSON(_ context.Context, c *cli) error {
	messages, source, err := loadMessages(c.Captures)
	if err != nil {
		return err
	}
	fmt.Printf("\nJSON: %d messages, %s\n", len(messages), source)
	if err := contest(c.Rounds, messages, "decode", []contestant{
		{"encoding/json, new struct (baseline)", decodeFresh(json.Unmarshal)},
		{"encoding/json, reused struct", decodeReused(json.Unmarshal)},
		{"goccy, new struct", decodeFresh(goccy.Unmarshal)},
		{"goccy, reused struct, no string copies (ours)", decodeReused(func(data []byte, v any) error {
			return goccy.UnmarshalWithOption(data, v, goccy.DecodeNoCopyString())
		})},
	}); err != nil {
		return err
	}
	return contest(c.Rounds, messages, "frame to canonical event, book verified", []contestant{
		{"baseline", toEventsBaseline},
		{"meltica", toEventsOurs},
	})
}

// contest runs the contestants in turn and prints the median of each beside the first.
func contest(rounds int, messages []message, title string, contestants []contestant) error {
	times := make([][]time.Duration, len(contestants))
	objects := make([]float64, len(contestants))
	for range rounds {
		for i, ct := range contestants {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := time.Now()
			if err := ct.run(messages); err != nil {
				return fmt.Errorf("%s: %w", ct.name, err)
			}
			times[i] = append(times[i], time.Since(start))
			runtime.ReadMemStats(&after)
			objects[i] = float64(after.Mallocs-before.Mallocs) / float64(len(messages))
		}
	}
	w := table()
	fmt.Fprintf(w, "%s\tevents/s\tratio\tobjects/event\t\n", title)
	var first float64
	for i, ct := range contestants {
		slices.Sort(times[i])
		perSecond := float64(len(messages)) / times[i][len(times[i])/2].Seconds()
		if i == 0 {
			first = perSecond
		}
		fmt.Fprintf(w, "%s\t%.0f\t%.2fx\t%.2f\t\n", ct.name, perSecond, perSecond/first, objects[i])
	}
	return w.Flush()
}

type unmarshal func(data []byte, v any) error

func decodeFresh(decode unmarshal) func([]message) error {
	return func(messages []message) error {
		for _, m := range messages {
			var v any
			switch m.kind {
			case kindTrade:
				v = new(baseline.TradeMessage)
			case kindTicker:
				v = new(baseline.TickerMessage)
			case kindDepth:
				v = new(baseline.DepthMessage)
			default:
				v = new(baseline.SnapshotMessage)
			}
			if err := decode(m.data, v); err != nil {
				return err
			}
		}
		return nil
	}
}

// decodeReused zeroes one struct of each type before each message, keeping the lists' memory.
func decodeReused(decode unmarshal) func([]message) error {
	return func(messages []message) error {
		var (
			trade    baseline.TradeMessage
			ticker   baseline.TickerMessage
			depth    baseline.DepthMessage
			snapshot baseline.SnapshotMessage
		)
		for _, m := range messages {
			var err error
			switch m.kind {
			case kindTrade:
				trade = baseline.TradeMessage{}
				err = decode(m.data, &trade)
			case kindTicker:
				ticker = baseline.TickerMessage{}
				err = decode(m.data, &ticker)
			case kindDepth:
				bids, asks := depth.Data.Bids, depth.Data.Asks
				depth = baseline.DepthMessage{}
				depth.Data.Bids, depth.Data.Asks = bids[:0], asks[:0]
				err = decode(m.data, &depth)
			default:
				snapshot = baseline.SnapshotMessage{}
				err = decode(m.data, &snapshot)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
}

func toEventsBaseline(messages []message) error {
	bus := databus.New(databus.Config{})
	flow := baseline.New(baseline.Config{Symbols: map[string]string{"BTCUSDT": "BTC-USDT"}, Bus: bus, Now: baseline.Clock()})
	for _, m := range messages {
		if err := flow.Frame(m.data, 1); err != nil {
			return err
		}
	}
	return nil
}

// noRoutes is a bus without subscribers.
type noRoutes struct{}

func (noRoutes) Version() uint64 { return 1 }

func (noRoutes) AppendLanes(dst []dispatcher.Lane, _ eventv1.CanonicalEventStreamKey) []dispatcher.Lane {
	return dst
}

func toEventsOurs(messages []message) error {
	venue, err := binance.New(binance.Config{})
	if err != nil {
		return err
	}
	adapter, err := provider.NewAdapter(venue, provider.Config{
		Name: "binance", Symbols: []string{"BTC-USDT"}, Pools: eventv1.NewPools(eventv1.PoolsConfig{}),
		Sink: dispatcher.New(noRoutes{}), Now: baseline.Clock(), Seed: 1,
		SnapshotEvery: math.MaxInt64, RefreshEvery: math.MaxInt64,
	})
	if err != nil {
		return err
	}
	for _, m := range messages {
		if err := adapter.Feed(m.data, 1); err != nil {
			return err
		}
	}
	if s := adapter.Stats(); s.Failed+s.Gaps > 0 {
		return fmt.Errorf("%d messages failed, %d gaps", s.Failed, s.Gaps)
	}
	return nil
}
