package provider

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/backoff"
	"github.com/meltica/meltica/runtime/provider/book"
)

// derivedMax bounds the symbols that an Adapter without configured ones takes on.
const derivedMax = 4096

var (
	errSymbol     = errors.New("provider: not a symbol")
	errNoSymbol   = errors.New("provider: no symbol in a snapshot, and not exactly one known")
	errDuplicate  = errors.New("two symbols with one name at the venue")
	errManySymbol = errors.New("provider: too many symbols")
)

// instrument is one symbol on one connection. The goroutine of the connection owns it, except
// for the mailbox.
type instrument struct {
	native, symbol string // immutable

	epoch     uint32 // of trades, tickers and klines: raised on each connection
	bookEpoch uint32 // of the book: raised when its chain breaks, too

	book        *book.Assembler
	tops        book.Tops
	snapshotDue bool  // the book became live and no BOOK_SNAPSHOT could be published yet
	staleDue    bool  // the book broke and it could not be published yet
	fetching    bool  // a snapshot was asked for and has not come
	asked       bool  // not the first time since the book was synced
	refreshing  bool  // the live book keeps diffs, and the next one asks for a snapshot
	refreshAt   int64 // ingest time of the next refresh

	renewing       bool  // it was subscribed anew, and no snapshot has come
	resubscribedAt int64 // ingest time
	shownAt        int64 // ingest time of the last BOOK_SNAPSHOT
	retries        *backoff.Backoff

	status    eventv1.InstrumentStatus // last published
	ticker    eventv1.Ticker           // last of this connection, what deltas change
	hasTicker bool

	priceScale, quantityScale int // digits after the point that levels are padded to

	mailbox atomic.Pointer[response] // one slot: put in by the fetcher, taken out by the owner
}

// pad gives levels the trailing zeros that the venue computes its checksum with.
func (ins *instrument) pad(bids, asks []book.Level) {
	if ins.priceScale == 0 && ins.quantityScale == 0 {
		return
	}
	for _, levels := range [2][]book.Level{bids, asks} {
		for i := range levels {
			l := &levels[i]
			l.Price, l.Quantity = l.Price.Pad(ins.priceScale), l.Quantity.Pad(ins.quantityScale)
		}
	}
}

// symbols is the table of one connection.
type symbols struct {
	venue    Venue
	limits   Limits
	rand     *rand.Rand
	derive   bool
	byNative map[string]*instrument
	list     []*instrument // in the order of the config
}

func newSymbols(venue Venue, canonical []string, rnd *rand.Rand) (*symbols, error) {
	s := &symbols{
		venue: venue, limits: venue.Limits(), rand: rnd,
		derive: len(canonical) == 0, byNative: make(map[string]*instrument, len(canonical)),
	}
	for _, symbol := range canonical {
		base, quote, ok := strings.Cut(symbol, "-")
		if !ok || base == "" || quote == "" || symbol != strings.ToUpper(symbol) {
			return nil, fmt.Errorf("%w: symbol %q is not BASE-QUOTE", errConfig, symbol)
		}
		native := venue.Native(symbol)
		if s.byNative[native] != nil {
			return nil, fmt.Errorf("%w: symbol %s: %w", errConfig, symbol, errDuplicate)
		}
		s.add(native, symbol)
	}
	return s, nil
}

func (s *symbols) add(native, symbol string) *instrument {
	ins := &instrument{
		native: native, symbol: symbol, epoch: 1, bookEpoch: 1,
		book: book.NewAssembler(book.Config{Rule: s.limits.Rule, DepthMax: s.limits.BookDepthMax}),
		retries: backoff.New(backoff.Config{Min: 250 * time.Millisecond, Max: 30 * time.Second, StableAfter: time.Hour},
			rand.New(rand.NewPCG(s.rand.Uint64(), s.rand.Uint64()))),
	}
	s.byNative[native] = ins
	s.list = append(s.list, ins)
	return ins
}

// only returns the symbol of a snapshot that names none: the only one there is.
func (s *symbols) only() (*instrument, error) {
	if len(s.list) != 1 {
		return nil, errNoSymbol
	}
	return s.list[0], nil
}

// lookup returns the symbol of a name in a message. A name that is none of ours is ErrIgnored;
// one that can't be a symbol is a fault.
func (s *symbols) lookup(native string) (*instrument, error) {
	if ins := s.byNative[native]; ins != nil {
		return ins, nil
	}
	if native == "" || strings.ContainsRune(native, utf8.RuneError) {
		return nil, fmt.Errorf("%w: %q", errSymbol, clip(native))
	}
	if !s.derive {
		return nil, ErrIgnored
	}
	symbol, ok := s.venue.Canonical(native)
	if !ok {
		return nil, fmt.Errorf("%w: %q", errSymbol, clip(native))
	}
	if len(s.list) >= derivedMax {
		return nil, errManySymbol
	}
	for _, ins := range s.list {
		if ins.symbol == symbol {
			return nil, fmt.Errorf("provider: symbol %s: %w: %s and %s", symbol, errDuplicate, ins.native, clip(native))
		}
	}
	return s.add(strings.Clone(native), strings.Clone(symbol)), nil // native aliases the frame
}

// clip bounds hostile input in error texts.
func clip(s string) string { return s[:min(len(s), 64)] }
