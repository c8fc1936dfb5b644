package bybit

// The wire types. The decoder matches keys without regard to case, and publicTrade tells s and S
// apart by case alone. So every one-letter key that is read stands here in BOTH cases.
//
// They are reused: each decode starts from the prepared state below, because null and a missing
// key leave a field as it was. Numbers are prepared as absent, which no message may leave.
// Strings alias the frame.

// absent marks a number that the message did not set. All numbers of the venue are >= 0.
const absent = -1

// skip takes a value of any type and drops it. It is for keys that the venue does not send (a
// decode with it allocates).
type skip struct{}

// UnmarshalJSON drops the value.
func (*skip) UnmarshalJSON([]byte) error { return nil }

// level is [price, quantity]. As slices, so that a level of one or three elements shows; an
// array would take both without a word.
type level = []string

type wireBook struct {
	Topic string       `json:"topic"`
	Type  string       `json:"type"`
	Time  int64        `json:"cts"` // of the matching engine, as T of a trade; ts is when it was sent
	Data  wireBookData `json:"data"`
}

type wireBookData struct {
	Symbol string  `json:"s"`
	SkipS  skip    `json:"S"`
	Bids   []level `json:"b"`
	SkipB  skip    `json:"B"`
	Asks   []level `json:"a"`
	SkipA  skip    `json:"A"`
	Update int64   `json:"u"`
	SkipU  skip    `json:"U"`
	Seq    int64   `json:"seq"`
}

func (w *wireBook) prepare() {
	*w = wireBook{Time: absent, Data: wireBookData{
		Update: absent, Seq: absent, Bids: prepareLevels(w.Data.Bids), Asks: prepareLevels(w.Data.Asks),
	}}
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
		return make([]level, 1, 64)
	}
	return levels[:1]
}

type wireTrades struct {
	Topic string      `json:"topic"`
	Type  string      `json:"type"`
	Data  []wireTrade `json:"data"`

	failed bool // the decode did not end well, so that any of Data may be set
}

type wireTrade struct {
	Time     int64  `json:"T"`
	SkipT    skip   `json:"t"`
	Symbol   string `json:"s"`
	Side     string `json:"S"`
	Quantity string `json:"v"`
	SkipV    skip   `json:"V"`
	Price    string `json:"p"`
	SkipP    skip   `json:"P"`
	ID       string `json:"i"`
	SkipI    skip   `json:"I"`
}

// prepare clears what the message before may have left, keeping the memory, and leaves one trade
// that no message may leave as it is: it is empty. Up to 1024 trades come in one message, and most
// messages have one, so clearing the whole capacity each time would cost more than the decode.
func (w *wireTrades) prepare() {
	trades := w.Data[:cap(w.Data)]
	if len(trades) == 0 {
		trades = make([]wireTrade, 16)
	}
	if w.failed {
		clear(trades)
	} else {
		clear(w.Data)
	}
	*w = wireTrades{Data: trades[:1], failed: true}
}

type wireTicker struct {
	Topic string         `json:"topic"`
	Type  string         `json:"type"`
	Time  int64          `json:"ts"`
	Seq   int64          `json:"cs"`
	Data  wireTickerData `json:"data"`
}

type wireTickerData struct {
	Symbol      string `json:"symbol"`
	BidPrice    string `json:"bid1Price"`
	BidQuantity string `json:"bid1Size"`
	AskPrice    string `json:"ask1Price"`
	AskQuantity string `json:"ask1Size"`
	LastPrice   string `json:"lastPrice"`
	High24h     string `json:"highPrice24h"`
	Low24h      string `json:"lowPrice24h"`
	Volume24h   string `json:"volume24h"`
}

func (w *wireTicker) prepare() { *w = wireTicker{Time: absent, Seq: absent} }

// wireProbe is any message, for those that do not begin with a topic.
type wireProbe struct {
	Topic     string `json:"topic"`
	Op        string `json:"op"`
	Success   *bool  `json:"success"`
	Message   string `json:"ret_msg"`
	RequestID string `json:"req_id"`
}
