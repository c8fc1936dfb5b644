package coinbase

import "github.com/goccy/go-json"

// message is any message of the venue. No two keys differ by case alone. It is reused: every
// decode starts from the prepared state below, because null and a missing key leave a field as
// it was. Strings alias the frame.
type message struct {
	Channel   string      `json:"channel"`
	Timestamp string      `json:"timestamp"`
	Sequence  json.Number `json:"sequence_num"`
	Events    []event     `json:"events"`

	Type    string `json:"type"` // of a message without a channel: error
	Message string `json:"message"`
}

// event is an event of any channel that is read; each has one of the lists.
type event struct {
	Type    string       `json:"type"`
	Product string       `json:"product_id"`
	Levels  []wireLevel  `json:"updates"`
	Trades  []wireTrade  `json:"trades"`
	Tickers []wireTicker `json:"tickers"`
}

type wireLevel struct {
	Side     string `json:"side"` // bid or offer
	Price    string `json:"price_level"`
	Quantity string `json:"new_quantity"`
}

type wireTrade struct {
	ID      string `json:"trade_id"`
	Product string `json:"product_id"`
	Price   string `json:"price"`
	Size    string `json:"size"`
	Side    string `json:"side"` // BUY or SELL, of the maker
	Time    string `json:"time"`
}

type wireTicker struct {
	Product     string `json:"product_id"`
	Price       string `json:"price"`
	Volume      string `json:"volume_24_h"`
	Low         string `json:"low_24_h"`
	High        string `json:"high_24_h"`
	BidPrice    string `json:"best_bid"`
	BidQuantity string `json:"best_bid_quantity"`
	AskPrice    string `json:"best_ask"`
	AskQuantity string `json:"best_ask_quantity"`
}

func (m *message) prepare() {
	events := m.Events[:cap(m.Events)]
	for i := range events {
		e := &events[i]
		*e = event{Levels: impossible(e.Levels), Trades: impossible(e.Trades), Tickers: impossible(e.Tickers)}
	}
	*m = message{Events: events[:0]}
}

// impossible clears the elements that the last message filled, keeping the memory, and returns
// a list that no message may leave as it is: one element without anything. Those behind the
// length are clear already: a decode fills from the front, and one that fails is followed by
// failed. A snapshot fills forty thousand; to clear them before each update would be its cost.
func impossible[T any](list []T) []T {
	clear(list)
	if cap(list) == 0 {
		return make([]T, 1, 16)
	}
	return list[:1]
}

// failed makes the next prepare clear all elements: a decode that fails may have filled any.
func (m *message) failed() {
	events := m.Events[:cap(m.Events)]
	for i := range events {
		e := &events[i]
		e.Levels, e.Trades, e.Tickers = e.Levels[:cap(e.Levels)], e.Trades[:cap(e.Trades)], e.Tickers[:cap(e.Tickers)]
	}
}

// head is what of a damaged message may still be known.
type head struct {
	Channel  string      `json:"channel"`
	Sequence json.Number `json:"sequence_num"`
}
