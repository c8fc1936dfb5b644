// Package baseline is the same flow as the pipeline's without its means: encoding/json instead
// of goccy/go-json, gorilla/websocket instead of coder/websocket, and new(T) wherever the
// pipeline borrows from a pool. What is not compared is the same code on both sides: decimals,
// book, data bus, handlers. It is the rival of SC-001, SC-003 and SC-008, and the only place,
// with its tests, where the banned libraries are imported.
package baseline

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/databus"
	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/provider/book"
)

// Config says what to read.
type Config struct {
	StreamURL, RestURL string
	Symbols            map[string]string // canonical by venue symbol
	Streams            []string
	Bus                *databus.Bus
	Now                func() int64
}

// Flow reads one connection and fans out to the subscriptions of a bus.
type Flow struct {
	cfg       Config
	streams   map[eventv1.CanonicalEventStreamKey]*stream
	books     map[string]*book.Assembler
	snapshots chan snapshot
	Frames    uint64
	Events    uint64
}

type stream struct {
	number  uint32
	seq     uint64
	subs    []*databus.Subscription
	version uint64
}

type snapshot struct {
	symbol  string
	message *SnapshotMessage
}

// New returns a flow; Run runs it.
func New(cfg Config) *Flow {
	return &Flow{
		cfg: cfg, streams: make(map[eventv1.CanonicalEventStreamKey]*stream),
		books: make(map[string]*book.Assembler), snapshots: make(chan snapshot, len(cfg.Symbols)),
	}
}

// Run connects and reads until ctx ends or the connection does.
func (f *Flow) Run(ctx context.Context) error {
	conn, resp, err := websocket.DefaultDialer.DialContext(ctx, f.cfg.StreamURL+"/stream", nil)
	if err != nil {
		return err
	}
	if err := resp.Body.Close(); err != nil {
		return err
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer func() {
		stop()
		_ = conn.Close()
	}()
	if err := conn.WriteJSON(map[string]any{"method": "SUBSCRIBE", "params": f.cfg.Streams, "id": 1}); err != nil {
		return err
	}
	for symbol := range f.cfg.Symbols {
		wg.Go(func() { f.fetch(ctx, symbol) })
	}
	for {
		_, data, err := conn.ReadMessage()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		if err := f.Frame(data, f.cfg.Now()); err != nil {
			return err
		}
	}
}

// fetch gets a depth snapshot and leaves it for the reader.
func (f *Flow) fetch(ctx context.Context, symbol string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.cfg.RestURL+"/api/v3/depth?limit=1000&symbol="+symbol, nil)
	if err != nil {
		return
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return
	}
	s := snapshot{symbol: symbol, message: new(SnapshotMessage)}
	if json.Unmarshal(body, s.message) == nil {
		f.snapshots <- s
	}
}

// Frame takes one message through the stages: a frame, a raw event, a canonical event, each
// newly allocated, then clones for the subscribers.
func (f *Flow) Frame(data []byte, ingest int64) error {
	frame := new(eventv1.WsFrame)
	frame.Provider, frame.Opcode, frame.IngestTime = "binance", eventv1.OpcodeText, ingest
	frame.Data.Set(data)
	f.Frames++
	select {
	case s := <-f.snapshots:
		if err := f.snapshot(s.symbol, s.message, ingest); err != nil {
			return err
		}
	default:
	}
	return f.parse(frame)
}

func (f *Flow) parse(frame *eventv1.WsFrame) error {
	raw := new(eventv1.ProviderRaw)
	raw.Provider, raw.IngestTime, raw.Data = frame.Provider, frame.IngestTime, frame.Data
	data := raw.Data.Bytes()
	name := string(data[:min(len(data), 64)])
	switch {
	case strings.HasPrefix(name, `{"lastUpdateId"`):
		m := new(SnapshotMessage)
		if err := json.Unmarshal(data, m); err != nil {
			return err
		}
		for symbol := range f.cfg.Symbols {
			return f.snapshot(symbol, m, raw.IngestTime)
		}
	case strings.Contains(name, "@trade"):
		return f.trade(data, raw)
	case strings.Contains(name, "@bookTicker"):
		return f.ticker(data, raw)
	case strings.Contains(name, "@depth"):
		return f.depth(data, raw)
	}
	return nil
}

func (f *Flow) event(raw *eventv1.ProviderRaw, symbol string, first, last uint64, exchange int64) (*eventv1.CanonicalEvent, error) {
	canonical, ok := f.cfg.Symbols[symbol]
	if !ok {
		return nil, fmt.Errorf("baseline: unknown symbol %q", symbol)
	}
	ev := new(eventv1.CanonicalEvent)
	ev.Provider, ev.Symbol, ev.SchemaRevision = raw.Provider, canonical, eventv1.CanonicalEventRevision
	ev.SeqFirst, ev.SeqLast, ev.ExchangeTime, ev.IngestTime = first, last, exchange, raw.IngestTime
	ev.EmitTime = f.cfg.Now()
	return ev, nil
}

func (f *Flow) trade(data []byte, raw *eventv1.ProviderRaw) error {
	m := new(TradeMessage)
	if err := json.Unmarshal(data, m); err != nil {
		return err
	}
	ev, err := f.event(raw, m.Data.Symbol, m.Data.TradeID, m.Data.TradeID, m.Data.TradeTime*1e6)
	if err != nil {
		return err
	}
	trade := new(eventv1.Trade)
	if !trade.TradeID.Set(strconv.FormatUint(m.Data.TradeID, 10)) {
		return fmt.Errorf("baseline: trade id %d", m.Data.TradeID)
	}
	trade.Side = eventv1.SideBuy
	if m.Data.Maker {
		trade.Side = eventv1.SideSell
	}
	if trade.Price, err = decimal.Parse(m.Data.Price); err != nil {
		return err
	}
	if trade.Quantity, err = decimal.Parse(m.Data.Quantity); err != nil {
		return err
	}
	ev.Kind, ev.Payload = eventv1.EventKindTrade, trade
	f.dispatch(ev)
	return nil
}

func (f *Flow) ticker(data []byte, raw *eventv1.ProviderRaw) error {
	m := new(TickerMessage)
	if err := json.Unmarshal(data, m); err != nil {
		return err
	}
	ev, err := f.event(raw, m.Data.Symbol, m.Data.UpdateID, m.Data.UpdateID, 0)
	if err != nil {
		return err
	}
	ticker := new(eventv1.Ticker)
	for _, field := range []struct {
		dst  *decimal.Decimal
		text string
	}{
		{&ticker.BidPrice, m.Data.BidPrice}, {&ticker.BidQuantity, m.Data.BidQuantity},
		{&ticker.AskPrice, m.Data.AskPrice}, {&ticker.AskQuantity, m.Data.AskQuantity},
	} {
		if *field.dst, err = decimal.Parse(field.text); err != nil {
			return err
		}
	}
	ev.Kind, ev.Payload = eventv1.EventKindTicker, ticker
	f.dispatch(ev)
	return nil
}

func (f *Flow) depth(data []byte, raw *eventv1.ProviderRaw) error {
	m := new(DepthMessage)
	if err := json.Unmarshal(data, m); err != nil {
		return err
	}
	ev, err := f.event(raw, m.Data.Symbol, m.Data.First, m.Data.Last, m.Data.EventTime*1e6)
	if err != nil {
		return err
	}
	update := new(eventv1.BookUpdate)
	if update.Bids, err = levels(m.Data.Bids); err != nil {
		return err
	}
	if update.Asks, err = levels(m.Data.Asks); err != nil {
		return err
	}
	ev.Kind, ev.Payload = eventv1.EventKindBookUpdate, update
	diff := book.Diff{First: m.Data.First, Last: m.Data.Last, Bids: update.Bids, Asks: update.Asks}
	if f.assembler(m.Data.Symbol).Diff(diff) == book.Changed {
		f.dispatch(ev)
	}
	return nil
}

func (f *Flow) snapshot(symbol string, m *SnapshotMessage, ingest int64) error {
	bids, err := levels(m.Bids)
	if err != nil {
		return err
	}
	asks, err := levels(m.Asks)
	if err != nil {
		return err
	}
	a := f.assembler(symbol)
	if a.Snapshot(book.Snapshot{Last: m.LastUpdateID, Bids: bids, Asks: asks}) != book.Ready {
		return nil
	}
	ev, err := f.event(&eventv1.ProviderRaw{Provider: "binance", IngestTime: ingest}, symbol, a.LastID(), a.LastID(), 0)
	if err != nil {
		return err
	}
	top := new(eventv1.BookSnapshot)
	top.Bids, top.Asks = a.Book().Top(book.Bids, 20, nil), a.Book().Top(book.Asks, 20, nil)
	ev.Kind, ev.Payload = eventv1.EventKindBookSnapshot, top
	f.dispatch(ev)
	return nil
}

func (f *Flow) assembler(symbol string) *book.Assembler {
	a := f.books[symbol]
	if a == nil {
		a = book.NewAssembler(book.Config{Rule: book.BinanceSpot()})
		f.books[symbol] = a
	}
	return a
}

func levels(pairs [][2]string) ([]eventv1.Level, error) {
	out := make([]eventv1.Level, 0, len(pairs))
	for _, p := range pairs {
		price, err := decimal.Parse(p[0])
		if err != nil {
			return nil, err
		}
		quantity, err := decimal.Parse(p[1])
		if err != nil {
			return nil, err
		}
		out = append(out, eventv1.Level{Price: price, Quantity: quantity})
	}
	return out, nil
}

// dispatch keeps each stream in order and enqueues a clone for each subscriber.
func (f *Flow) dispatch(ev *eventv1.CanonicalEvent) {
	key := ev.StreamKey()
	st := f.streams[key]
	if st == nil {
		st = &stream{number: uint32(len(f.streams))}
		f.streams[key] = st
	}
	if ev.SeqLast <= st.seq {
		return
	}
	st.seq = ev.SeqLast
	if v := f.cfg.Bus.Version(); v != st.version {
		st.subs, st.version = f.cfg.Bus.AppendMatching(nil, key), v
	}
	f.Events++
	for _, s := range st.subs {
		s.Enqueue(st.number, ev.Clone())
	}
}

// Clock returns unix nanoseconds, as the pipeline reads them.
func Clock() func() int64 {
	start := time.Now()
	unix := start.UnixNano()
	return func() int64 { return unix + int64(time.Since(start)) }
}
