package kraken

import "github.com/goccy/go-json"

// The wire types. No two keys of the venue differ by case alone. Numbers are json.Number: the
// text as it was written, or the text of a string, which aliases the frame and costs nothing.
// A field that the message lacks, or that is null, is "", which is no number: the types are
// reused and every decode starts from the zero value (prepare).

// message is a message of a channel: a list of elements, each with its own symbol.
type message[T any] struct {
	Channel   string `json:"channel"`
	Type      string `json:"type"`
	Timestamp string `json:"timestamp"`
	Data      []T    `json:"data"`
}

// prepare clears the message and all elements that there is room for, keeping their memory.
func prepare[T any](m *message[T]) {
	clear(m.Data[:cap(m.Data)])
	*m = message[T]{Data: m.Data[:0]}
}

// level is a price level.
type level struct {
	Price    json.Number `json:"price"`
	Quantity json.Number `json:"qty"`
}

type wireBook struct {
	Symbol    string      `json:"symbol"`
	Bids      []level     `json:"bids"`
	Asks      []level     `json:"asks"`
	Checksum  json.Number `json:"checksum"`
	Timestamp string      `json:"timestamp"`
}

// prepareBooks is prepare for books, whose levels keep their memory, too.
func prepareBooks(m *message[wireBook]) {
	books := m.Data[:cap(m.Data)]
	for i := range books {
		b := &books[i]
		*b = wireBook{Bids: prepareLevels(b.Bids), Asks: prepareLevels(b.Asks)}
	}
	*m = message[wireBook]{Data: m.Data[:0]}
}

// prepareLevels clears the levels that the last message filled and returns a list that no
// message may leave as it is: one impossible level. Those behind the length are clear already: a
// decode fills from the front, and one that fails is followed by failed.
func prepareLevels(levels []level) []level {
	clear(levels)
	if cap(levels) == 0 {
		return make([]level, 1, 64)
	}
	return levels[:1]
}

// failed makes the next prepareBooks clear all levels: a decode that fails may have filled any.
func failed(m *message[wireBook]) {
	books := m.Data[:cap(m.Data)]
	for i := range books {
		b := &books[i]
		b.Bids, b.Asks = b.Bids[:cap(b.Bids)], b.Asks[:cap(b.Asks)]
	}
}

type wireTicker struct {
	Symbol      string      `json:"symbol"`
	BidPrice    json.Number `json:"bid"`
	BidQuantity json.Number `json:"bid_qty"`
	AskPrice    json.Number `json:"ask"`
	AskQuantity json.Number `json:"ask_qty"`
	Last        json.Number `json:"last"`
	High        json.Number `json:"high"`
	Low         json.Number `json:"low"`
	Volume      json.Number `json:"volume"`
	Timestamp   string      `json:"timestamp"`
}

type wireTrade struct {
	Symbol    string      `json:"symbol"`
	Side      string      `json:"side"` // of the taker
	Price     json.Number `json:"price"`
	Quantity  json.Number `json:"qty"`
	ID        json.Number `json:"trade_id"`
	Timestamp string      `json:"timestamp"`
}

type wireBar struct {
	Symbol   string      `json:"symbol"`
	Open     json.Number `json:"open"`
	High     json.Number `json:"high"`
	Low      json.Number `json:"low"`
	Close    json.Number `json:"close"`
	Trades   json.Number `json:"trades"`
	Volume   json.Number `json:"volume"`
	Begin    string      `json:"interval_begin"`
	Interval json.Number `json:"interval"`
}

// wireInstruments is a message of the instrument channel, as far as it is read. It is rare.
type wireInstruments struct {
	Data struct {
		Pairs []struct {
			Symbol            string      `json:"symbol"`
			Status            string      `json:"status"`
			PricePrecision    *int        `json:"price_precision"`
			QuantityPrecision *int        `json:"qty_precision"`
			PriceIncrement    json.Number `json:"price_increment"`
			QuantityIncrement json.Number `json:"qty_increment"`
			QuantityMin       json.Number `json:"qty_min"`
			CostMin           json.Number `json:"cost_min"`
		} `json:"pairs"`
	} `json:"data"`
}

// wireProbe is any message, for those that do not begin as the venue's data does.
type wireProbe struct {
	Channel string `json:"channel"`
	Method  string `json:"method"`
	Error   string `json:"error"` // also Error, of {"Error":"Exceeded msg rate"}
	Symbol  string `json:"symbol"`
	Success *bool  `json:"success"`
	ID      int64  `json:"req_id"`
}
