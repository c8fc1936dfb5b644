package names

import "strconv"

// Wrong ones.

type level struct {
	price    float64            // want `^price is a float: use decimal.Decimal for a price or quantity$`
	Qty      float32            // want `^Qty is a float`
	bestBid  float64            // want `^bestBid is a float`
	asks     []float64          // want `^asks is a float`
	USDPrice *float64           // want `^USDPrice is a float`
	fees     map[string]float64 // want `^fees is a float`
	px_last  float64            // want `^px_last is a float`
}

type Price float64 // want `^type Price holds floats: use decimal.Decimal for a price or quantity$`

type Volumes [2]float64 // want `^type Volumes holds floats`

type tick float64

const minQuantity = 0.001 // want `^minQuantity is a float`

var notional float64 // want `^notional is a float`

func Mid(a, b int64) float64 { return 0 } // want `^Mid returns a float: use decimal.Decimal for a price or quantity$`

func cost(n int) (amount float64, err error) { return } // want `^amount is a float`

func pay(fee float64) {} // want `^fee is a float`

func local() {
	quantities := []float64{1}       // want `^quantities is a float`
	for _, qty := range quantities { // want `^qty is a float`
		_ = qty
	}
	var lastPrice tick // want `^lastPrice is a float`
	_ = lastPrice
}

type quoter interface {
	BestAsk() float64 // want `^BestAsk returns a float`
}

func convert(price int64, l struct{ Volume int64 }, bids []int64) float64 {
	x := float64(price) / 100        // want `^price becomes a float: use decimal.Decimal for a price or quantity$`
	x += float64(l.Volume)           // want `^Volume becomes a float`
	x += float64(bids[0])            // want `^bids becomes a float`
	x += float64(float32(price + 1)) // want `^price becomes a float` `^price becomes a float`
	x += float64(tick(price))        // want `^price becomes a float` `^price becomes a float`
	return x
}

func parse(text, bidPrice string, w struct{ Qty string }) {
	a, _ := strconv.ParseFloat(bidPrice, 64)  // want `^bidPrice is parsed to a float: use decimal.Parse for a price or quantity$`
	b, _ := strconv.ParseFloat(w.Qty, 64)     // want `^Qty is parsed to a float`
	amount, _ := strconv.ParseFloat(text, 64) // want `^amount is a float`
	_, _, _ = a, b, amount
}

// Right ones that look alike.

type fine struct {
	priceTicks  int64
	qty         string
	rate        float64 // events per second
	feedRate    float64 // feed, not fee
	asked       float64
	bidirection float64
	volumeRatio float64
	bidCount    float64
	priceNs     float64
	feesPerSec  float64
	Price       string
	midnight    float64
	tasks       []float64
	order       struct{ load float64 }
}

type prices struct{ seconds float64 }

var quantity prices // a struct: its fields have names of their own

type tree []tree

var askTree tree

func seconds(ns int64) float64 { return float64(ns) / 1e9 }

func load(prices []string, ages map[int64]int, price int64) float64 {
	return float64(len(prices)) + float64(ages[price])
}

func id(bid struct{ id int64 }) float64 { return float64(bid.id) }

func parseRate(text string) (float64, error) { return strconv.ParseFloat(text, 64) }

func share(volumeShare float64) float64 { return volumeShare }

func parseQty(qty string) (int64, error) { return strconv.ParseInt(qty, 10, 64) }

func widen(price int32) int64 { return int64(price) }
