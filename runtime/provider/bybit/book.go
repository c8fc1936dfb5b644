package bybit

import "github.com/meltica/meltica/runtime/provider"

// restartUpdate is the update id of the book that a restarted service sends whole.
// https://bybit-exchange.github.io/docs/v5/websocket/public/orderbook, "u".
const restartUpdate = 1

// readBook gives a snapshot or a delta to the book. The chain is the rule of limits.go.
func readBook(w *wireBook, topic string, out *provider.Normalizer) error {
	if w.Type != snapshot && w.Type != delta {
		return errType
	}
	if err := checkBook(w, topic); err != nil {
		return err
	}
	for _, l := range w.Data.Bids {
		if len(l) != 2 {
			return errLevel
		}
		if err := out.Bid(l[0], l[1]); err != nil {
			return err
		}
	}
	for _, l := range w.Data.Asks {
		if len(l) != 2 {
			return errLevel
		}
		if err := out.Ask(l[0], l[1]); err != nil {
			return err
		}
	}
	u, time := uint64(w.Data.Update), w.Time*nsPerMs
	if w.Type == snapshot || u == restartUpdate {
		return out.Snapshot(&provider.Snapshot{Symbol: w.Data.Symbol, Last: u, Time: time})
	}
	return out.Diff(&provider.Diff{Symbol: w.Data.Symbol, First: u, Last: u, Time: time})
}

// checkBook checks what books and tops have in common.
func checkBook(w *wireBook, topic string) error {
	if !isAbout(w.Topic, topic, w.Data.Symbol) {
		return errTopic
	}
	if w.Data.Update < 0 || w.Data.Seq < 0 || w.Time < 0 || w.Time > msMax {
		return errMissing
	}
	if w.Data.Bids == nil || w.Data.Asks == nil { // null; a side without levels is []
		return errMissing
	}
	return nil
}

// readTop publishes a book of one level as a ticker. It comes whole each time.
func readTop(w *wireBook, out *provider.Normalizer) error {
	if w.Type != snapshot {
		return errType
	}
	if err := checkBook(w, topsTopic); err != nil {
		return err
	}
	t := provider.Ticker{
		Symbol: w.Data.Symbol, Seq: uint64(w.Data.Seq), Time: w.Time * nsPerMs, Apart: true,
		BidPrice: "0", BidQuantity: "0", AskPrice: "0", AskQuantity: "0", // a side without orders
	}
	for i, side := range [...][]level{w.Data.Bids, w.Data.Asks} {
		if len(side) > 1 || len(side) == 1 && (len(side[0]) != 2 || side[0][0] == "") {
			return errLevel
		}
		switch {
		case len(side) == 0:
		case i == 0:
			t.BidPrice, t.BidQuantity = side[0][0], side[0][1]
		default:
			t.AskPrice, t.AskQuantity = side[0][0], side[0][1]
		}
	}
	return out.Ticker(&t)
}
