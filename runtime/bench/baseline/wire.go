package baseline

// The messages as encoding/json decodes them: a struct for each event type, both cases of every
// one-letter key declared, because encoding/json matches keys without regard to case as well.

// TradeMessage is a message of a trade stream.
type TradeMessage struct {
	Stream string `json:"stream"`
	Data   struct {
		Event     string `json:"e"`
		EventTime int64  `json:"E"`
		Symbol    string `json:"s"`
		TradeID   uint64 `json:"t"`
		TradeTime int64  `json:"T"`
		Price     string `json:"p"`
		Quantity  string `json:"q"`
		Maker     bool   `json:"m"`
		Ignore    bool   `json:"M"`
	} `json:"data"`
}

// TickerMessage is a message of a bookTicker stream.
type TickerMessage struct {
	Stream string `json:"stream"`
	Data   struct {
		UpdateID    uint64 `json:"u"`
		Symbol      string `json:"s"`
		BidPrice    string `json:"b"`
		BidQuantity string `json:"B"`
		AskPrice    string `json:"a"`
		AskQuantity string `json:"A"`
	} `json:"data"`
}

// DepthMessage is a message of a depth stream.
type DepthMessage struct {
	Stream string `json:"stream"`
	Data   struct {
		Event     string      `json:"e"`
		EventTime int64       `json:"E"`
		Symbol    string      `json:"s"`
		First     uint64      `json:"U"`
		Last      uint64      `json:"u"`
		Bids      [][2]string `json:"b"`
		Asks      [][2]string `json:"a"`
	} `json:"data"`
}

// SnapshotMessage is a depth snapshot.
type SnapshotMessage struct {
	LastUpdateID uint64      `json:"lastUpdateId"`
	Bids         [][2]string `json:"bids"`
	Asks         [][2]string `json:"asks"`
}
