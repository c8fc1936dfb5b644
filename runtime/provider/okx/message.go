package okx

import "math"

// The wire types. No two keys of the venue differ by case alone, so one declaration of each is
// enough for a decoder that ignores case.
//
// They are reused: each decode starts from the prepared state below, because null and a missing
// key leave a field as it was. Strings alias the frame.

// What no message may leave in a required field. A text of the venue may be "" (a ticker's price
// where a side has no orders), a number may be negative (prevSeqId of a snapshot, checksum).
const (
	absentText = "\xff" // no JSON text decodes to it
	absent     = math.MinInt64
)

// level is [price, quantity, "0", number of orders]. As a slice, so that a level of another
// length shows; an array would take it without a word.
type level = []string

type wireArg struct {
	Channel string `json:"channel"`
	Symbol  string `json:"instId"`
}

// envelope is what all data comes in.
type envelope[T any] struct {
	Arg    wireArg `json:"arg"`
	Action string  `json:"action"` // books: snapshot or update
	Data   []T     `json:"data"`
}

// prepare clears the envelope and, over the whole capacity, its data, keeping the memory. The
// data is then one prepared element, which no message may leave as it is.
func (e *envelope[T]) prepare(clear func(*T)) {
	data := e.Data[:cap(e.Data)]
	if len(data) == 0 {
		data = make([]T, 1)
	}
	for i := range data {
		clear(&data[i])
	}
	*e = envelope[T]{Data: data[:1]}
}

type wireBook struct {
	Asks     []level `json:"asks"`
	Bids     []level `json:"bids"`
	Time     string  `json:"ts"`
	Checksum int64   `json:"checksum"`
	Seq      int64   `json:"seqId"`
	Prev     int64   `json:"prevSeqId"`
}

func prepareBook(w *wireBook) {
	*w = wireBook{
		Asks: prepareLevels(w.Asks), Bids: prepareLevels(w.Bids),
		Time: absentText, Checksum: absent, Seq: absent, Prev: absent,
	}
}

// prepareLevels clears the levels over the whole capacity, keeping the memory, and returns a
// list that no message may leave as it is: one level without elements.
func prepareLevels(levels []level) []level {
	levels = levels[:cap(levels)]
	for i, l := range levels {
		clear(l[:cap(l)])
		levels[i] = l[:0]
	}
	if len(levels) == 0 {
		return make([]level, 1)
	}
	return levels[:1]
}

type wireTrade struct {
	Symbol   string `json:"instId"`
	ID       string `json:"tradeId"`
	Price    string `json:"px"`
	Quantity string `json:"sz"`
	Side     string `json:"side"` // of the taker
	Time     string `json:"ts"`
	Count    string `json:"count"` // trades that are summed up here, the last one's id being ID
}

func prepareTrade(w *wireTrade) { *w = wireTrade{Count: absentText} }

type wireTicker struct {
	Symbol      string `json:"instId"`
	LastPrice   string `json:"last"`
	BidPrice    string `json:"bidPx"`
	BidQuantity string `json:"bidSz"`
	AskPrice    string `json:"askPx"`
	AskQuantity string `json:"askSz"`
	High24h     string `json:"high24h"`
	Low24h      string `json:"low24h"`
	Volume24h   string `json:"vol24h"`
	Time        string `json:"ts"`
}

func prepareTicker(w *wireTicker) {
	*w = wireTicker{
		LastPrice: absentText, BidPrice: absentText, BidQuantity: absentText, AskPrice: absentText,
		AskQuantity: absentText, High24h: absentText, Low24h: absentText, Volume24h: absentText, Time: absentText,
	}
}

// wireEvent is an answer to a request, a notice, or any other message that does not begin as the
// venue's data does.
type wireEvent struct {
	Event   string   `json:"event"`
	ID      string   `json:"id"`
	Code    string   `json:"code"`
	Message string   `json:"msg"`
	Arg     *wireArg `json:"arg"`
}

// wireInfo is the answer to GET /api/v5/public/instruments, as far as it is read.
type wireInfo struct {
	Code    string `json:"code"`
	Message string `json:"msg"`
	Data    []struct {
		Symbol      string `json:"instId"`
		State       string `json:"state"`
		TickSize    string `json:"tickSz"`
		LotSize     string `json:"lotSz"`
		MinQuantity string `json:"minSz"`
	} `json:"data"`
}
