package kraken

import (
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"

	"github.com/goccy/go-json"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/book"
)

var errStatus = errors.New("kraken: unknown status of a pair")

// readBooks gives the books of a message to out. The next message of a book would not show that
// one before was not understood, so out is told.
func (d *decoder) readBooks(data []byte, out *provider.Normalizer) error {
	prepareBooks(&d.book)
	if err := decode(data, &d.book, "book"); err != nil {
		failed(&d.book)
		out.Gap("")
		return err
	}
	var results provider.Results
	for i := range d.book.Data {
		w := &d.book.Data[i]
		err := readBook(w, d.book.Type == typeSnapshot, out)
		if err != nil && !errors.Is(err, provider.ErrIgnored) {
			out.Gap(w.Symbol)
		}
		if !results.Add(err) {
			out.Gap("") // of whom the rest is
			break
		}
	}
	return results.Err()
}

func readBook(w *wireBook, isSnapshot bool, out *provider.Normalizer) error {
	var at int64
	var err error
	if w.Timestamp != "" || !isSnapshot { // older snapshots have no time
		if at, err = provider.ParseTime(w.Timestamp); err != nil {
			return err
		}
	}
	sum, err := whole(w.Checksum, 32)
	if err != nil {
		return err
	}
	if w.Bids == nil || w.Asks == nil { // null; a side without changes is []
		return errMissing
	}
	for _, l := range w.Bids {
		if err := out.Bid(string(l.Price), string(l.Quantity)); err != nil {
			return err
		}
	}
	for _, l := range w.Asks {
		if err := out.Ask(string(l.Price), string(l.Quantity)); err != nil {
			return err
		}
	}
	if isSnapshot {
		return out.Snapshot(&provider.Snapshot{Symbol: w.Symbol, Time: at, Checksum: uint32(sum), HasChecksum: true})
	}
	return out.Diff(&provider.Diff{Symbol: w.Symbol, Time: at, Checksum: uint32(sum), HasChecksum: true})
}

// checksumDepth is how many levels of each side the checksum covers, whatever is subscribed.
const checksumDepth = 10

// newChecksum returns the venue's checksum for the books of one connection: the CRC-32 of the best
// ten asks and then bids, best first, as the digits of each price and quantity without the
// point and leading zeros, which are those of the coefficient.
// https://docs.kraken.com/exchange/guides/websockets/book-checksum-v2
func newChecksum() func(*book.Book) uint32 {
	// Kept, because what crc32 is given escapes: two coefficients of 19 digits in each level.
	text := make([]byte, 0, 2*checksumDepth*2*19)
	return func(b *book.Book) uint32 {
		text = text[:0]
		for _, side := range [...]book.Side{book.Asks, book.Bids} {
			for i := range checksumDepth {
				l, ok := b.At(side, i)
				if !ok {
					break
				}
				text = strconv.AppendUint(text, l.Price.Coef(), 10)
				text = strconv.AppendUint(text, l.Quantity.Coef(), 10)
			}
		}
		return crc32.ChecksumIEEE(text)
	}
}

// readInstruments publishes status and increments of each pair that is ours, and tells the
// precisions. One that can't be read does not keep the others back.
func (d *decoder) readInstruments(data []byte, out *provider.Normalizer) error {
	var w wireInstruments
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	if w.Data.Pairs == nil {
		return errMissing
	}
	var results provider.Results
	for i := range w.Data.Pairs {
		p := &w.Data.Pairs[i]
		if _, ok := d.venue.Canonical(p.Symbol); !ok && p.Symbol != "" {
			continue // tokenized shares and the like
		}
		status, ok := tradingStatus(p.Status)
		if !ok {
			results.Add(fmt.Errorf("%w: %.32q: %.32q", errStatus, p.Symbol, p.Status))
			continue
		}
		if p.PricePrecision == nil || p.QuantityPrecision == nil {
			results.Add(fmt.Errorf("%w: precision of %.32q", errMissing, p.Symbol))
			continue
		}
		more := results.Add(out.Status(&provider.Status{
			Symbol: p.Symbol, Status: status, PriceScale: *p.PricePrecision, QuantityScale: *p.QuantityPrecision,
			PriceIncrement: plain(p.PriceIncrement), QuantityIncrement: plain(p.QuantityIncrement),
			QuantityMin: plain(p.QuantityMin), NotionalMin: plain(p.CostMin),
		}))
		if !more {
			break
		}
	}
	return results.Err()
}

// tradingStatus translates the status of a pair.
func tradingStatus(status string) (eventv1.TradingStatus, bool) {
	switch status {
	case "online", "limit_only", "reduce_only":
		return eventv1.TradingStatusTrading, true
	case "post_only":
		return eventv1.TradingStatusAuction, true
	case "cancel_only":
		return eventv1.TradingStatusCancelOnly, true
	case "maintenance", "work_in_progress":
		return eventv1.TradingStatusHalted, true
	case "delisted":
		return eventv1.TradingStatusDelisted, true
	}
	return eventv1.TradingStatusUnset, false
}

// plain writes a number without its exponent: increments come as 1E-8, too. What is no such
// number is returned as it is, for the parser to refuse.
func plain(n json.Number) string {
	mantissa, exponent, ok := strings.Cut(strings.ToLower(string(n)), "e")
	shift, err := strconv.Atoi(exponent)
	if !ok || err != nil || shift < -18 || shift > 18 {
		return string(n)
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if shift < 0 {
		whole = strings.Repeat("0", -shift) + whole
		at := len(whole) + shift
		whole, fraction = whole[:at], whole[at:]+fraction
	} else {
		fraction += strings.Repeat("0", max(shift-len(fraction), 0))
		whole, fraction = whole+fraction[:shift], fraction[shift:]
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}
