package binance

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/goccy/go-json"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/provider"
)

const (
	depthPath = "/api/v3/depth"
	infoPath  = "/api/v3/exchangeInfo"
)

var errStatus = errors.New("binance: unknown symbol status")

// SnapshotURL is GET /api/v3/depth.
func (v *Venue) SnapshotURL(native string) string {
	return v.cfg.RESTURL + depthPath + "?symbol=" + url.QueryEscape(native) + "&limit=" + strconv.Itoa(v.cfg.SnapshotLimit)
}

// InfoURL is GET /api/v3/exchangeInfo for some symbols; for all it would be 15 MB.
func (v *Venue) InfoURL(natives []string) string {
	list := []byte{'['}
	for i, n := range natives {
		if i > 0 {
			list = append(list, ',')
		}
		list = strconv.AppendQuote(list, n)
	}
	return v.cfg.RESTURL + infoPath + "?symbols=" + url.QueryEscape(string(append(list, ']')))
}

// readDepth gives a diff of U to u to the book. The chain is the rule of limits.go.
func (d *decoder) readDepth(w *wireDepth, out *provider.Normalizer) error {
	if w.Event != "depthUpdate" {
		return errEvent
	}
	time, err := nanos(w.EventTime)
	if err != nil {
		return err
	}
	if w.First < 0 || w.Last < 0 {
		return errMissing
	}
	if w.First > w.Last {
		return errRange
	}
	if err := readLevels(w.Bids, w.Asks, out); err != nil {
		return err
	}
	return out.Diff(&provider.Diff{Symbol: w.Symbol, First: uint64(w.First), Last: uint64(w.Last), Time: time})
}

// readSnapshot gives a whole book to out. The message names no symbol; the request did.
func (d *decoder) readSnapshot(native string, body []byte, out *provider.Normalizer) error {
	w := &d.snapshot
	w.failed() // rare, so the whole capacity is cleared whatever came before
	w.prepare()
	if err := json.UnmarshalWithOption(body, w, json.DecodeNoCopyString()); err != nil {
		return err
	}
	if w.LastUpdateID < 0 {
		return errMissing
	}
	if err := readLevels(w.Bids, w.Asks, out); err != nil {
		return err
	}
	return out.Snapshot(&provider.Snapshot{Symbol: native, Last: uint64(w.LastUpdateID)})
}

func readLevels(bids, asks []level, out *provider.Normalizer) error {
	if bids == nil || asks == nil { // null; a side without changes is []
		return errMissing
	}
	for _, l := range bids {
		if len(l) != 2 {
			return errLevel
		}
		if err := out.Bid(l[0], l[1]); err != nil {
			return err
		}
	}
	for _, l := range asks {
		if len(l) != 2 {
			return errLevel
		}
		if err := out.Ask(l[0], l[1]); err != nil {
			return err
		}
	}
	return nil
}

// readInfo publishes status and increments of each symbol. One that can't be read does not
// keep the others back.
func readInfo(body []byte, out *provider.Normalizer) error {
	var w wireInfo
	if err := json.Unmarshal(body, &w); err != nil {
		return err
	}
	if w.Symbols == nil {
		return errShape
	}
	var faults []error
	for i := range w.Symbols {
		s := &w.Symbols[i]
		status, ok := tradingStatus(s.Status)
		if !ok {
			faults = append(faults, fmt.Errorf("%w: %s: %q", errStatus, s.Symbol, s.Status))
			continue
		}
		info := provider.Status{Symbol: s.Symbol, Status: status}
		for _, f := range s.Filters {
			switch f.Type {
			case "PRICE_FILTER":
				info.PriceIncrement = f.TickSize
			case "LOT_SIZE":
				info.QuantityIncrement, info.QuantityMin = f.StepSize, f.MinQuantity
			case "NOTIONAL", "MIN_NOTIONAL":
				info.NotionalMin = f.MinNotional
			}
		}
		if err := out.Status(&info); err != nil && !errors.Is(err, provider.ErrIgnored) {
			faults = append(faults, fmt.Errorf("%s: %w", s.Symbol, err))
		}
	}
	return errors.Join(faults...)
}

// tradingStatus translates the statuses of enums.md, "Symbol status".
func tradingStatus(status string) (eventv1.TradingStatus, bool) {
	switch status {
	case "TRADING":
		return eventv1.TradingStatusTrading, true
	case "HALT", "BREAK", "END_OF_DAY":
		return eventv1.TradingStatusHalted, true
	case "CANCEL_ONLY":
		return eventv1.TradingStatusCancelOnly, true
	}
	return eventv1.TradingStatusUnset, false
}
