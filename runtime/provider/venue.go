package provider

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/meltica/meltica/runtime/provider/book"
)

// ErrIgnored is returned by a Decoder for a message that is no data by the venue's rules: an
// ack, a heartbeat, an event type or a symbol that nobody subscribed to. It is counted apart.
var ErrIgnored = errors.New("provider: ignored by rule")

// Venue is what one exchange brings: pure functions of its documents, without sockets,
// goroutines, pools or clocks. All methods are safe for concurrent use.
type Venue interface {
	// Limits returns what the venue allows and how its books chain.
	Limits() Limits
	// Native returns the venue's name of a canonical symbol, as its messages write it.
	Native(symbol string) string
	// Canonical returns the canonical symbol of a name in a message, and whether there is one.
	Canonical(native string) (symbol string, ok bool)
	// Streams appends the names of the streams of one symbol that are to be subscribed.
	Streams(dst []string, native string) []string
	// StreamURL is where to connect.
	StreamURL() string
	// Subscribe appends the request number id that subscribes streams.
	Subscribe(dst []byte, id int64, streams []string) []byte
	// SnapshotURL is where a book's snapshot is fetched; "" where the stream carries it.
	SnapshotURL(native string) string
	// InfoURL is where status and increments of symbols are fetched; "" where there is none.
	InfoURL(natives []string) string
	// NewDecoder returns a decoder for one connection.
	NewDecoder() Decoder
}

// Routed is a Venue whose streams come from several addresses: each route is a Venue of its own
// connections, with the streams that are there. No kind of event may come by two of them.
type Routed interface {
	Venue
	Routes() []Venue
}

// Decoder reads the messages of one venue into a Normalizer. It belongs to one goroutine and
// reuses its memory: what it decodes may alias data and is dead once the call returns.
type Decoder interface {
	// Message reads one message of the stream. It returns nil when all of it was normalised,
	// ErrIgnored (maybe wrapped), or the reason for which it was not.
	Message(data []byte, out *Normalizer) error
	// Response reads the body of an answer to SnapshotURL or InfoURL.
	Response(url string, body []byte, out *Normalizer) error
}

// Limits is what a venue allows, and how its books chain. Every field must be set unless it says
// otherwise.
type Limits struct {
	StreamsMax   int           // streams of one connection
	BatchMax     int           // streams of one subscribe request
	RequestEvery time.Duration // pause between two messages that we send
	Lifetime     time.Duration // a connection is replaced at this age, before the venue cuts it; 0 for never
	PingEvery    time.Duration // between two Ping messages; 0 for none
	Ping         string        // the text that the venue wants as a sign of life

	SnapshotWeight  int // request weight of SnapshotURL
	InfoWeight      int // request weight of InfoURL
	InfoSymbolsMax  int // symbols of one InfoURL
	WeightPerMinute int // request weight that we spend at most, in the long run
	WeightBurst     int // request weight that we spend at once

	// ChannelOf returns what the streams of one request must have in common; nil where a request
	// takes any streams.
	ChannelOf func(stream string) string
	AckEach   bool // each stream of a request is answered apart

	Rule book.Rule // how diffs chain
	// Unnumbered says that nothing in a message shows that one before it is missing: a frame that we
	// drop makes all books stale.
	Unnumbered   bool
	BookDepthMax int // levels of each side that the venue sends removals for; 0 for all
	// Checksum is the venue's of a book; nil where it sends none. The one of a Limits may keep a
	// buffer: one goroutine calls it.
	Checksum func(b *book.Book) uint32
}

// Results joins what became of the elements of one message. The zero value is ready.
type Results struct {
	fault   error // the first
	taken   bool  // one was not ignored
	ignored bool
}

// Add takes the result of one element: one that is ignored or at fault does not stop the others.
// It reports false where the rest is in vain, because our pool has no more objects: each Get would
// wait for its timeout, with the socket unread.
func (r *Results) Add(err error) (more bool) {
	switch {
	case err == nil:
		r.taken = true
	case errors.Is(err, ErrIgnored):
		r.ignored = true
	case outOfPool(err):
		r.fault = err
		return false
	case r.fault == nil:
		r.fault = err
	}
	return true
}

// Err returns the result of the message: the first fault, or ErrIgnored where all were ignored.
func (r *Results) Err() error {
	if r.fault == nil && r.ignored && !r.taken {
		return ErrIgnored
	}
	return r.fault
}

// ParseTime returns the Unix ns of an RFC 3339 time with any number of digits after the second,
// from 1970 to 2261. It does not allocate for a time in UTC.
func ParseTime(text string) (int64, error) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.Unix() < 0 || t.Year() > 2261 {
		return 0, fmt.Errorf("%w: %q", errTime, clip(text))
	}
	return t.UnixNano(), nil
}

// SplitQuote cuts a name such as BTCUSDT into base and quote by a list of quote assets, the
// longest that fits: BTCFDUSD is BTC-FDUSD, not BTCFD-USD. It refuses anything but capital
// letters and digits, and with it the U+FFFD that the JSON decoder puts for invalid UTF-8.
func SplitQuote(native string, quotes []string) (symbol string, ok bool) {
	for i := range len(native) {
		if c := native[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return "", false
		}
	}
	best := ""
	for _, q := range quotes {
		if len(q) > len(best) && len(native) > len(q) && strings.HasSuffix(native, q) {
			best = q
		}
	}
	if best == "" {
		return "", false
	}
	return native[:len(native)-len(best)] + "-" + best, true
}
