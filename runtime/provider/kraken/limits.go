package kraken

import (
	"time"

	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/book"
)

// Limits returns what the venue's documents allow.
func (v *Venue) Limits() provider.Limits {
	return provider.Limits{
		// The documents name neither a number of subscriptions nor a rate of messages ("Exceeded msg
		// rate" is dynamic): few and far between.
		StreamsMax:   400,
		BatchMax:     50,
		RequestEvery: 200 * time.Millisecond,
		ChannelOf:    channelOf,
		AckEach:      true, // "There is an acknowledgement response for each symbol"

		// Heartbeats come by themselves once something is subscribed; a ping keeps the firewalls on
		// the way from forgetting a quiet connection.
		PingEvery: 30 * time.Second,
		Ping:      `{"method":"ping"}`,

		Rule:         rule(),
		Unnumbered:   true,
		BookDepthMax: v.cfg.Depth,
		Checksum:     newChecksum(),
	}
}

// rule is the chain of books: messages have no number, so each follows.
func rule() book.Rule {
	follow := func(uint64, book.Diff) book.Verdict { return book.Apply }
	return book.Rule{First: follow, Next: follow, Inline: true}
}
