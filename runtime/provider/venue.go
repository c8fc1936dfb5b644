package provider

import (
	"errors"
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

	Rule     book.Rule                 // how diffs chain
	Checksum func(b *book.Book) uint32 // the venue's checksum of a book; nil where it sends none
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
