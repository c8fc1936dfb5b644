package bybit

import (
	"strings"
	"time"

	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/book"
)

// Limits returns what the venue's documents allow (v5/ws/connect).
func (v *Venue) Limits() provider.Limits {
	return provider.Limits{
		// 21,000 characters of topics on a connection; the longest topics have 40.
		StreamsMax: 500,
		// "Spot can input up to 10 args for each subscription request". One topic that is refused
		// fails its whole request, so each symbol has one of its own.
		BatchMax:  10,
		ChannelOf: symbolOf,
		// No limit of requests is written down.
		RequestEvery: 100 * time.Millisecond,
		// "we recommend that you send the ping heartbeat packet every 20 seconds".
		PingEvery: 20 * time.Second,
		Ping:      `{"op":"ping"}`,
		Rule:      rule(),
	}
}

// symbolOf returns the symbol of a topic.
func symbolOf(topic string) string { return topic[strings.LastIndexByte(topic, '.')+1:] }

// rule is the chain of books: each delta has the update id after the one before, and a snapshot
// begins it.
func rule() book.Rule {
	next := func(id uint64, d book.Diff) book.Verdict {
		switch {
		case d.Last <= id:
			return book.Skip
		case d.Last-id > 1:
			return book.Gap
		}
		return book.Apply
	}
	return book.Rule{First: next, Next: next, Inline: true}
}
