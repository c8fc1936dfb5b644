package book

// Verdict is what a Rule says of a diff.
type Verdict uint8

// The verdicts of a Rule.
const (
	Skip  Verdict = iota // the book has it already
	Apply                // it is the next one
	Gap                  // one or more before it are missing
)

// Rule is how a venue chains its diffs. Both functions are pure; id is the book's update id.
type Rule struct {
	// First judges a diff while none has been applied since the snapshot with update id id.
	First func(id uint64, d Diff) Verdict

	// Next judges a diff that follows one whose last update id is id.
	Next func(id uint64, d Diff) Verdict

	// Inline says that the stream itself carries the snapshots: each one replaces the book,
	// and no diff is kept while there is none.
	Inline bool
}

// BinanceSpot is the chain of Binance's spot depth streams: ranges of update ids without holes.
// https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams
// "How to manage a local order book correctly", steps 5 and 7.
func BinanceSpot() Rule {
	next := func(id uint64, d Diff) Verdict {
		switch {
		case d.Last <= id:
			return Skip
		case d.First > id && d.First-id > 1:
			return Gap
		default:
			return Apply
		}
	}
	return Rule{First: next, Next: next}
}

// BinanceUSDM is the chain of Binance's USD-M futures depth streams: each diff names the last
// update id of the one before, and the ranges leave holes.
// https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams
// "How to manage a local order book correctly", steps 4 to 6. A first diff whose Prev is the
// snapshot's id follows it as exactly as any later one does; a quiet symbol needs that.
func BinanceUSDM() Rule {
	return Rule{
		First: func(id uint64, d Diff) Verdict {
			switch {
			case d.Last < id:
				return Skip
			case d.First > id && d.Prev != id:
				return Gap
			default:
				return Apply
			}
		},
		Next: func(id uint64, d Diff) Verdict {
			switch {
			case d.Last <= id:
				return Skip
			case d.Prev != id:
				return Gap
			default:
				return Apply
			}
		},
	}
}
