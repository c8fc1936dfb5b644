package coinbase

import (
	"time"

	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/book"
)

// Limits returns what the venue's documents allow.
func (v *Venue) Limits() provider.Limits {
	return provider.Limits{
		// A hole in the sequence costs all books of a connection, and a snapshot has up to 5 MB: ten
		// symbols of four streams.
		StreamsMax: 40,
		BatchMax:   10,
		ChannelOf:  channelOf, // one channel a message
		// "unauthenticated messages are rate-limited at 8 per second per IP address", over all
		// connections.
		RequestEvery: 500 * time.Millisecond,
		Rule:         rule(),
	}
}

// rule is the chain of books: the decoder sees to it that no frame is missing, so each follows.
func rule() book.Rule {
	follow := func(uint64, book.Diff) book.Verdict { return book.Apply }
	return book.Rule{First: follow, Next: follow, Inline: true}
}
