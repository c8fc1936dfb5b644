package binance

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/goccy/go-json"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/provider"
)

var errStatus = errors.New("binance: unknown symbol status")

// SnapshotURL is GET /api/v3/depth, or /fapi/v1/depth.
func (v *Venue) SnapshotURL(native string) string {
	return v.cfg.RESTURL + v.market.depthPath + "?symbol=" + url.QueryEscape(native) + "&limit=" + strconv.Itoa(v.cfg.SnapshotLimit)
}

// InfoURL is GET /api/v3/exchangeInfo for some symbols, as for all it would be 15 MB; or
// /fapi/v1/exchangeInfo, which has no such choice.
func (v *Venue) InfoURL(natives []string) string {
	if v.market.infoWhole {
		return v.cfg.RESTURL + v.market.infoPath
	}
	list := []byte{'['}
	for i, n := range natives {
		if i > 0 {
			list = append(list, ',')
		}
		list = strconv.AppendQuote(list, n)
	}
	return v.cfg.RESTURL + v.market.infoPath + "?symbols=" + url.QueryEscape(string(append(list, ']')))
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
	diff := provider.Diff{Symbol: w.Symbol, First: uint64(w.First), Last: uint64(w.Last), Time: time}
	if d.market.futures {
		if w.Prev < 0 {
			return errMissing
		}
		if w.Prev > w.Last {
			return errRange
		}
		diff.Prev = uint64(w.Prev)
	}
	if err := readLevels(w.Bids, w.Asks, out); err != nil {
		return err
	}
	return out.Diff(&diff)
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
				info.NotionalMin = cmp.Or(f.MinNotional, f.Notional)
			}
		}
		if err := out.Status(&info); err != nil && !errors.Is(err, provider.ErrIgnored) {
			faults = append(faults, fmt.Errorf("%s: %w", s.Symbol, err))
		}
	}
	return errors.Join(faults...)
}

// tradingStatus translates the statuses of enums.md, "Symbol status", and of the futures'
// "Contract status".
func tradingStatus(status string) (eventv1.TradingStatus, bool) {
	switch status {
	case "TRADING":
		return eventv1.TradingStatusTrading, true
	case "HALT", "BREAK", "END_OF_DAY", "PENDING_TRADING", "PRE_DELIVERING", "PRE_SETTLE", "SETTLING":
		return eventv1.TradingStatusHalted, true
	case "CANCEL_ONLY":
		return eventv1.TradingStatusCancelOnly, true
	case "DELIVERING", "DELIVERED", "CLOSE":
		return eventv1.TradingStatusDelisted, true
	}
	return eventv1.TradingStatusUnset, false
}
