package provider

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"math/rand/v2"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/pool"
)

var errBinary = errors.New("provider: binary message")

// Adapter is the part of a connection that has no socket: frames in, canonical events out. A
// session drives it live; a replay drives it through Feed and Respond. It belongs to one
// goroutine, except for Stats.
type Adapter struct {
	cfg     Config
	decoder Decoder
	out     *Normalizer
	rand    *rand.Rand
	stats   counters

	connectionID uint32
	tracePrefix  uint64
	frameSeq     uint64
	responses    uint64
	failedInRow  int  // messages that could not be understood
	sawData      bool // the last frame was data, even if we had no object for it
}

// NewAdapter returns an Adapter for the configured symbols, or one that derives symbols from
// what it is fed when there are none.
func NewAdapter(venue Venue, cfg Config) (*Adapter, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	return newAdapter(venue, cfg, 0)
}

// newAdapter takes a complete config; stream tells the random numbers of one connection from
// another's.
func newAdapter(venue Venue, cfg Config, stream uint64) (*Adapter, error) {
	rnd := rand.New(rand.NewPCG(cfg.Seed, stream))
	table, err := newSymbols(venue, cfg.Symbols, rnd)
	if err != nil {
		return nil, err
	}
	a := &Adapter{cfg: cfg, decoder: venue.NewDecoder(), rand: rnd}
	a.out = &Normalizer{
		cfg: &a.cfg, stats: &a.stats, symbols: table, checksum: table.limits.Checksum, inline: table.limits.Rule.Inline,
		request: func(*instrument) {},
	}
	name := fnv.New64a()
	name.Write([]byte(cfg.Name))
	a.begin(1, name.Sum64())
	return a, nil
}

// begin begins a new connection: what is numbered per connection starts anew.
func (a *Adapter) begin(id uint32, tracePrefix uint64) {
	a.connectionID, a.tracePrefix, a.frameSeq, a.failedInRow = id, tracePrefix, 0, 0
}

// Feed takes one message of the stream, copying it, as if it had been read at ingest (Unix ns).
// What becomes of it is in Stats. It returns an error only when the pools are closed.
func (a *Adapter) Feed(message []byte, ingest int64) error {
	lease, err := a.cfg.Pools.WsFrame.Get(context.Background())
	if err != nil {
		return a.drop(len(message), err)
	}
	frame := lease.Value()
	frame.Data.Set(message)
	a.stamp(frame, false, ingest)
	err = a.parse(frame)
	lease.Put()
	return err
}

// Respond takes the answer to a request of the venue's SnapshotURL or InfoURL.
func (a *Adapter) Respond(url string, body []byte, ingest int64) error {
	a.responses++
	a.out.begin(ingest, a.trace(responseMark|a.responses))
	return a.decoder.Response(url, body, a.out)
}

// Stats returns what happened so far. It may be called from any goroutine.
func (a *Adapter) Stats() Stats { return a.stats.snapshot() }

// Disconnected says that the connection is lost: books are stale until they are synced again,
// and the epochs of all streams are raised.
func (a *Adapter) Disconnected(now int64) {
	a.out.disconnect(now)
	a.decoder = a.out.symbols.venue.NewDecoder() // it may count the messages of a connection
}

// stamp numbers and dates a frame whose data is in place.
func (a *Adapter) stamp(frame *eventv1.WsFrame, isBinary bool, ingest int64) {
	a.frameSeq++
	frame.Provider, frame.ConnectionID, frame.FrameSeq = a.cfg.Name, a.connectionID, a.frameSeq
	frame.IngestTime, frame.TraceID = ingest, a.trace(a.frameSeq)
	frame.Opcode = eventv1.OpcodeText
	if isBinary {
		frame.Opcode = eventv1.OpcodeBinary
	}
}

// responseMark tells the trace of a response from that of a frame.
const responseMark = 1 << 63

// trace returns a trace id: 8 bytes of the connection, 8 of the number on it.
func (a *Adapter) trace(number uint64) (id eventv1.TraceID) {
	binary.BigEndian.PutUint64(id[:8], a.tracePrefix)
	binary.BigEndian.PutUint64(id[8:], number)
	return id
}

// parse takes a frame from the wire to canonical events, and accounts for it. The frame stays
// the caller's; its data moves to the raw event and its buffer is another one afterwards. The
// raw event never leaves this function, except on loan to OnFailed. It returns an error only
// when the pools are closed.
func (a *Adapter) parse(frame *eventv1.WsFrame) error {
	lease, err := a.cfg.Pools.ProviderRaw.Get(context.Background())
	if err != nil {
		return a.drop(frame.Data.Len(), err)
	}
	a.stats.frames.Add(1)
	a.stats.bytes.Add(uint64(frame.Data.Len()))
	raw := lease.Value()
	raw.Data, frame.Data = frame.Data, raw.Data
	raw.Provider, raw.ConnectionID, raw.FrameSeq = frame.Provider, frame.ConnectionID, frame.FrameSeq
	raw.IngestTime, raw.TraceID = frame.IngestTime, frame.TraceID

	a.out.begin(raw.IngestTime, raw.TraceID)
	err = errBinary
	if frame.Opcode == eventv1.OpcodeText {
		err = a.decoder.Message(raw.Data.Bytes(), a.out)
	}
	err = a.account(raw, err)
	lease.Put()
	a.collect()
	return err
}

// account counts a frame that was decoded with the given result.
func (a *Adapter) account(raw *eventv1.ProviderRaw, err error) error {
	a.sawData = err == nil
	switch {
	case err == nil && a.out.handed > 0:
		a.failedInRow = 0
		a.stats.normalised.Add(1)
		return nil
	case err == nil, errors.Is(err, ErrIgnored):
		a.failedInRow = 0
		a.stats.ignored.Add(1)
		return nil
	}
	a.stats.failed.Add(1)
	if mine, closed := a.exhausted(err); mine {
		a.sawData = true // the venue is well
		return closed
	}
	a.failedInRow++
	if a.cfg.OnFailed != nil {
		if a.out.current != nil {
			raw.Symbol = a.out.current.symbol
		}
		a.cfg.OnFailed(raw, err)
	}
	return nil
}

// exhausted reports whether err says that a pool had no object, which is a fault of ours and
// not of the message, and counts it. The error is for the caller when the pool is closed: the
// sign of a shutdown.
func (a *Adapter) exhausted(err error) (mine bool, closed error) {
	if errors.Is(err, pool.ErrClosed) {
		return true, err
	}
	if _, ok := errors.AsType[*pool.ExhaustedError](err); ok {
		a.stats.exhausted.Add(1)
		return true, nil
	}
	return false, nil
}

// outOfPool reports whether err says that a pool has no object or is closed.
func outOfPool(err error) bool {
	_, exhausted := errors.AsType[*pool.ExhaustedError](err)
	return exhausted || errors.Is(err, pool.ErrClosed)
}

// drop accounts for a frame for which there was no pooled object.
func (a *Adapter) drop(bytes int, err error) error {
	a.stats.frames.Add(1)
	a.stats.bytes.Add(uint64(bytes))
	a.stats.failed.Add(1)
	a.sawData = true
	if a.out.symbols.limits.Unnumbered {
		a.out.Gap("")
	}
	_, closed := a.exhausted(err)
	return closed
}

// collect hands a snapshot that has arrived for the symbol of the last message to its book.
func (a *Adapter) collect() {
	ins := a.out.current
	if ins == nil || ins.mailbox.Load() == nil {
		return
	}
	r := ins.mailbox.Swap(nil)
	ins.fetching = false
	a.out.begin(a.out.ingest, a.out.trace)
	err := a.decoder.Response(r.url, r.body, a.out)
	if err == nil {
		return
	}
	// For want of a pooled event the book is live all the same, and the next diff publishes it.
	if mine, _ := a.exhausted(err); !mine {
		a.stats.snapshotsFailed.Add(1)
		a.cfg.Log.Warn("snapshot not usable", "symbol", ins.symbol, "error", err)
	}
}
