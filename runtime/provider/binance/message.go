package binance

import "bytes"

// The wire types. The decoder matches keys without regard to case, and Binance tells keys apart
// by case alone. So every one-letter key stands here in BOTH cases, also those that are not
// read and those that the venue does not send yet: without M, "M":true would set m; without B,
// the quantity of a bookTicker would become its price.
//
// They are reused: each decode starts from the prepared state below, because null and a missing
// key leave a field as it was. Numbers are prepared as absent, which no message may leave.
// Strings alias the frame. Both markets share them: what only futures send (T, pu, X, and the
// bookTicker's e and E) is declared here and required or not by the decoder's market.

// absent marks a number that the message did not set. All numbers of the venue are >= 0.
const absent = -1

// skip takes a value of any type and drops it. It is for keys that the venue does not send (a
// decode with it allocates); keys that it sends have their own type.
type skip struct{}

// UnmarshalJSON drops the value.
func (*skip) UnmarshalJSON([]byte) error { return nil }

// combined is the wrapper of /stream; /ws sends the data alone.
type combined[T any] struct {
	Stream string `json:"stream"`
	Data   T      `json:"data"`
}

// level is [price, quantity]. As slices, so that a level of one or three elements shows; an
// array would take both without a word.
type level = []string

type wireTrade struct {
	Event     string `json:"e"`
	EventTime int64  `json:"E"`
	Symbol    string `json:"s"`
	SkipS     skip   `json:"S"`
	ID        int64  `json:"t"`
	Time      int64  `json:"T"`
	Price     string `json:"p"`
	SkipP     skip   `json:"P"`
	Quantity  string `json:"q"`
	SkipQ     skip   `json:"Q"`
	BuyerIsM  bool   `json:"m"`
	SkipM     bool   `json:"M"` // always true; spot
	Kind      string `json:"X"` // MARKET, or what is no trade; futures
	SkipX     skip   `json:"x"`
}

func (w *wireTrade) prepare() { *w = wireTrade{EventTime: absent, ID: absent, Time: absent} }

type wireAggTrade struct {
	Event     string `json:"e"`
	EventTime int64  `json:"E"`
	Symbol    string `json:"s"`
	SkipS     skip   `json:"S"`
	ID        int64  `json:"a"`
	SkipA     skip   `json:"A"`
	Price     string `json:"p"`
	SkipP     skip   `json:"P"`
	Quantity  string `json:"q"`
	SkipQ     skip   `json:"Q"`
	First     int64  `json:"f"`
	SkipF     skip   `json:"F"`
	Last      int64  `json:"l"`
	SkipL     skip   `json:"L"`
	Time      int64  `json:"T"`
	SkipT     skip   `json:"t"`
	BuyerIsM  bool   `json:"m"`
	SkipM     bool   `json:"M"`
}

func (w *wireAggTrade) prepare() {
	*w = wireAggTrade{EventTime: absent, ID: absent, First: absent, Last: absent, Time: absent}
}

// wireTop is a bookTicker. Spot sends neither e, E nor T.
type wireTop struct {
	Event       string `json:"e"`
	EventTime   int64  `json:"E"`
	UpdateID    int64  `json:"u"`
	SkipU       skip   `json:"U"`
	Symbol      string `json:"s"`
	SkipS       skip   `json:"S"`
	BidPrice    string `json:"b"`
	BidQuantity string `json:"B"`
	AskPrice    string `json:"a"`
	AskQuantity string `json:"A"`
}

func (w *wireTop) prepare() { *w = wireTop{UpdateID: absent} }

type wireDepth struct {
	Event     string  `json:"e"`
	EventTime int64   `json:"E"`
	Symbol    string  `json:"s"`
	SkipS     skip    `json:"S"`
	First     int64   `json:"U"`
	Last      int64   `json:"u"`
	Prev      int64   `json:"pu"` // futures
	Bids      []level `json:"b"`
	SkipB     skip    `json:"B"`
	Asks      []level `json:"a"`
	SkipA     skip    `json:"A"`
}

func (w *wireDepth) prepare() {
	*w = wireDepth{
		EventTime: absent, First: absent, Last: absent, Prev: absent,
		Bids: prepareLevels(w.Bids), Asks: prepareLevels(w.Asks),
	}
}

type wireKline struct {
	Event     string  `json:"e"`
	EventTime int64   `json:"E"`
	Symbol    string  `json:"s"`
	SkipS     skip    `json:"S"`
	Bar       wireBar `json:"k"`
	SkipK     skip    `json:"K"`
}

type wireBar struct {
	OpenTime    int64  `json:"t"`
	CloseTime   int64  `json:"T"`
	Symbol      string `json:"s"`
	SkipS       skip   `json:"S"`
	Interval    string `json:"i"`
	SkipI       skip   `json:"I"`
	FirstTrade  int64  `json:"f"`
	SkipF       skip   `json:"F"`
	LastTrade   int64  `json:"L"`
	Low         string `json:"l"`
	Open        string `json:"o"`
	SkipO       skip   `json:"O"`
	Close       string `json:"c"`
	SkipC       skip   `json:"C"`
	High        string `json:"h"`
	SkipH       skip   `json:"H"`
	Volume      string `json:"v"`
	TakerVolume string `json:"V"`
	Trades      int64  `json:"n"`
	SkipN       skip   `json:"N"`
	Closed      bool   `json:"x"`
	SkipX       skip   `json:"X"`
	Quote       string `json:"q"`
	TakerQuote  string `json:"Q"`
	Unused      string `json:"B"`
	SkipB       skip   `json:"b"`
}

func (w *wireKline) prepare() {
	*w = wireKline{EventTime: absent, Bar: wireBar{OpenTime: absent, CloseTime: absent, Trades: absent}}
}

// wireSnapshot is the answer to GET /api/v3/depth.
type wireSnapshot struct {
	LastUpdateID int64   `json:"lastUpdateId"`
	Bids         []level `json:"bids"`
	Asks         []level `json:"asks"`
}

func (w *wireSnapshot) prepare() {
	*w = wireSnapshot{LastUpdateID: absent, Bids: prepareLevels(w.Bids), Asks: prepareLevels(w.Asks)}
}

// prepareLevels clears the levels that the last message filled, keeping the memory, and returns
// a list that no message may leave as it is: one level without elements. Levels behind the
// length need not be: a message that could show them, by a null for a level, is refused
// (hasNull), and a decode that fails is followed by failed. To clear the whole capacity each
// time was a fifth of the cost of a diff, once a large one had grown it.
func prepareLevels(levels []level) []level {
	for i, l := range levels {
		clear(l[:cap(l)])
		levels[i] = l[:0]
	}
	if cap(levels) == 0 {
		return make([]level, 1, 64)
	}
	return levels[:1]
}

// hasNull reports whether a null may stand in the message: no diff of the venue has one.
func hasNull(data []byte) bool { return bytes.Contains(data, []byte("null")) }

// failed makes the next prepare clear all levels: a decode that fails may have filled any.
func (w *wireDepth) failed() { w.Bids, w.Asks = w.Bids[:cap(w.Bids)], w.Asks[:cap(w.Asks)] }

func (w *wireSnapshot) failed() { w.Bids, w.Asks = w.Bids[:cap(w.Bids)], w.Asks[:cap(w.Asks)] }

// wireProbe is any message, for those that do not begin as the venue's do.
type wireProbe struct {
	Stream       string     `json:"stream"`
	Data         text       `json:"data"`
	Event        string     `json:"e"`
	SkipE        skip       `json:"E"`
	UpdateID     *int64     `json:"u"`
	SkipU        skip       `json:"U"`
	LastUpdateID *int64     `json:"lastUpdateId"`
	Result       text       `json:"result"`
	ID           text       `json:"id"`
	Code         *int64     `json:"code"`
	Message      string     `json:"msg"`
	Error        *wireError `json:"error"`
}

type wireError struct {
	Code    int64  `json:"code"`
	Message string `json:"msg"`
}

// text keeps the text of a value of any type, null included.
type text []byte

// UnmarshalJSON keeps a copy of the text.
func (a *text) UnmarshalJSON(text []byte) error {
	*a = append((*a)[:0], text...)
	return nil
}

// wireEvent is a serverShutdown.
type wireEvent struct {
	Event string `json:"e"`
	Time  int64  `json:"E"`
}

func (w *wireEvent) prepare() { *w = wireEvent{Time: absent} }

// wireInfo is the answer to GET /api/v3/exchangeInfo, as far as it is read.
type wireInfo struct {
	Symbols []struct {
		Symbol  string `json:"symbol"`
		Status  string `json:"status"`
		Filters []struct {
			Type        string `json:"filterType"`
			TickSize    string `json:"tickSize"`
			StepSize    string `json:"stepSize"`
			MinQuantity string `json:"minQty"`
			MinNotional string `json:"minNotional"`
			Notional    string `json:"notional"` // futures
		} `json:"filters"`
	} `json:"symbols"`
}
