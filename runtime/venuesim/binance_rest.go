package venuesim

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-json"
)

// weightWindow counts request weight by the minute. The venue counts by address; there is one.
type weightWindow struct {
	minute int64
	used   int
}

// restError is an error body with its HTTP status.
type restError struct {
	status, code int
	msg          string
}

func badRequest(code int, msg string) *restError {
	return &restError{http.StatusBadRequest, code, msg}
}

// request is a checked request: what it weighs and how its answer is made.
type request struct {
	weight int
	answer func() ([]byte, *restError)
}

// endpoint checks the parameters of a request.
type endpoint func(r *http.Request) (request, *restError)

// serveREST wraps an endpoint with the weight limit and the error form of the venue. A request
// with bad parameters weighs 1.
func (b *binance) serveREST(e endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		req, fail := e(r)
		now := time.Now()
		used := b.weigh(max(1, req.weight), now)
		h := w.Header()
		h.Set("Content-Type", "application/json;charset=UTF-8")
		h.Set("X-MBX-USED-WEIGHT-1M", strconv.Itoa(used))
		var body []byte
		switch {
		case used > b.cfg.WeightMax:
			h.Set("Retry-After", strconv.FormatInt(60-now.Unix()%60, 10))
			fail = &restError{http.StatusTooManyRequests, -1003, "Too much request weight used; current limit is " +
				strconv.Itoa(b.cfg.WeightMax) + " request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API."}
		case fail == nil:
			body, fail = req.answer()
		}
		if fail != nil {
			w.WriteHeader(fail.status)
			body = fmt.Appendf(nil, `{"code":%d,"msg":%s}`, fail.code, quote(fail.msg))
		}
		// A client that is gone is no fault of the venue.
		_, _ = w.Write(body)
	}
}

// weigh adds to the weight of the running minute and returns it.
func (b *binance) weigh(weight int, now time.Time) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if minute := now.Unix() / 60; minute != b.weight.minute {
		b.weight = weightWindow{minute: minute}
	}
	b.weight.used += weight
	return b.weight.used
}

func (b *binance) restPing(*http.Request) (request, *restError) {
	return request{1, func() ([]byte, *restError) { return []byte("{}"), nil }}, nil
}

func (b *binance) restTime(*http.Request) (request, *restError) {
	return request{1, func() ([]byte, *restError) {
		return fmt.Appendf(nil, `{"serverTime":%d}`, time.Now().UnixMilli()), nil
	}}, nil
}

// depthWeight is the weight of a depth request by its limit.
func depthWeight(limit int) int {
	switch {
	case limit <= 100:
		return 5
	case limit <= 500:
		return 25
	case limit <= 1000:
		return 50
	default:
		return 250
	}
}

// What the venue says of characters that do not belong into a parameter.
const (
	illegalLimit   = "Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'."
	illegalSymbol  = "Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'."
	illegalSymbols = "Illegal characters found in parameter 'symbols'; legal range is '^\\[(\"[A-Z0-9-_.]{1,20}\"(,\"[A-Z0-9-_.]{1,20}\"){0,}){0,1}\\]$'."
)

// legal reports whether text is 1 to 20 of the given characters.
func legal(text, characters string) bool {
	return text != "" && len(text) <= 20 && strings.Trim(text, characters) == ""
}

const (
	digitCharacters  = "0123456789"
	symbolCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + digitCharacters + "-_."
)

// depthLimitMax is the most levels of a side in a snapshot.
const depthLimitMax = 5000

func (b *binance) restDepth(r *http.Request) (request, *restError) {
	q := r.URL.Query()
	symbol, limit := q.Get("symbol"), 100
	switch text := q.Get("limit"); {
	case symbol == "":
		return request{}, badRequest(-1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.")
	case !legal(symbol, symbolCharacters):
		return request{}, badRequest(-1100, illegalSymbol)
	case text == "":
	case !legal(text, digitCharacters):
		return request{}, badRequest(-1100, illegalLimit)
	case strings.Trim(text, "0") == "":
		return request{}, badRequest(-1130, "Data sent for parameter 'limit' is not valid.")
	default:
		limit = depthLimitMax
		if n, err := strconv.Atoi(text); err == nil { // an error is a number beyond an int
			limit = min(n, depthLimitMax)
		}
	}
	return request{depthWeight(limit), func() ([]byte, *restError) {
		if b.cfg.DepthDelay > 0 {
			select {
			case <-r.Context().Done():
			case <-time.After(b.cfg.DepthDelay):
			}
		}
		body, ok := b.snapshot(symbol, limit)
		if !ok {
			return nil, badRequest(-1121, "Invalid symbol.")
		}
		b.snapshots.Add(1)
		return body, nil
	}}, nil
}

// snapshot returns the body of a depth snapshot. A recorded one is as deep as it was.
func (b *binance) snapshot(symbol string, limit int) ([]byte, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.playback != nil {
		return b.playback.snapshot(symbol)
	}
	book := b.books[symbol]
	if book == nil {
		return nil, false
	}
	return book.appendPartial(nil, limit), true
}

func (b *binance) restExchangeInfo(r *http.Request) (request, *restError) {
	q := r.URL.Query()
	var wanted []string
	one, list := q.Get("symbol"), q.Get("symbols")
	switch {
	case one != "" && !legal(one, symbolCharacters):
		return request{}, badRequest(-1100, illegalSymbol)
	case one != "":
		wanted = []string{one}
	case list != "":
		err := json.Unmarshal([]byte(list), &wanted)
		if err != nil || slices.ContainsFunc(wanted, func(s string) bool { return !legal(s, symbolCharacters) }) {
			return request{}, badRequest(-1100, illegalSymbols)
		}
	}
	return request{20, func() ([]byte, *restError) { return b.exchangeInfo(wanted) }}, nil
}

// exchangeInfo returns the symbols that are wanted, or all.
func (b *binance) exchangeInfo(wanted []string) ([]byte, *restError) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, symbol := range wanted {
		if b.books[symbol] == nil {
			return nil, badRequest(-1121, "Invalid symbol.")
		}
	}
	dst := fmt.Appendf(nil, `{"timezone":"UTC","serverTime":%d,"rateLimits":[{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":%d}],"exchangeFilters":[],"symbols":[`,
		time.Now().UnixMilli(), b.cfg.WeightMax)
	for _, book := range b.ordered {
		if len(wanted) == 0 || slices.Contains(wanted, book.symbol) {
			dst = append(book.appendInfo(dst), ',')
		}
	}
	return append(bytes.TrimSuffix(dst, []byte(",")), "]}"...), nil
}

// appendInfo appends what exchangeInfo says of a symbol.
func (b *binanceBook) appendInfo(dst []byte) []byte {
	fixed := func(n int64, scale int) string { return string(appendFixed(nil, n, scale)) }
	dst = fmt.Appendf(dst, `{"symbol":%q,"status":"TRADING","baseAsset":%q,"baseAssetPrecision":8,"quoteAsset":%q,"quotePrecision":8,"quoteAssetPrecision":8`,
		b.symbol, b.sym.Base, b.sym.Quote)
	dst = append(dst, `,"baseCommissionPrecision":8,"quoteCommissionPrecision":8,"orderTypes":["LIMIT","LIMIT_MAKER","MARKET"],"icebergAllowed":false,"ocoAllowed":false,"isSpotTradingAllowed":true,"isMarginTradingAllowed":false,"filters":[`...)
	dst = fmt.Appendf(dst, `{"filterType":"PRICE_FILTER","minPrice":%q,"maxPrice":%q,"tickSize":%q},`,
		fixed(1, b.sym.TickScale), fixed(100*b.sym.PriceTicks, b.sym.TickScale), fixed(1, b.sym.TickScale))
	dst = fmt.Appendf(dst, `{"filterType":"LOT_SIZE","minQty":%q,"maxQty":%q,"stepSize":%q},`,
		fixed(1, b.sym.LotScale), fixed(1_000*b.sym.QuantityLots, b.sym.LotScale), fixed(1, b.sym.LotScale))
	dst = append(dst, `{"filterType":"NOTIONAL","minNotional":"5.00000000","applyMinToMarket":true,"maxNotional":"9000000.00000000","applyMaxToMarket":false,"avgPriceMins":5}]`...)
	return append(dst, `,"permissions":[],"permissionSets":[["SPOT"]],"defaultSelfTradePreventionMode":"EXPIRE_MAKER","allowedSelfTradePreventionModes":["EXPIRE_MAKER"]}`...)
}
