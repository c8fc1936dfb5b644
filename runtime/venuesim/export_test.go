package venuesim

import "testing"

// Venue is a venue without a network: tests move its time and look into its clients' queues.
type Venue struct{ b *binance }

// NewVenue builds a venue over a market at the instant start.
func NewVenue(t testing.TB, cfg MarketConfig, start int64) Venue {
	m, err := NewMarket(cfg, start)
	if err != nil {
		t.Fatal(err)
	}
	return Venue{newBinance(BinanceConfig{}, m)}
}

// Market returns the market.
func (v Venue) Market() *Market { return v.b.market }

// Step moves the time.
func (v Venue) Step(now int64) { v.b.step(now) }

// Stats returns what the venue has done.
func (v Venue) Stats() Stats { return v.b.stats() }

// Depth returns the body of a depth snapshot.
func (v Venue) Depth(symbol string, limit int) []byte {
	body, _ := v.b.snapshot(symbol, limit)
	return body
}

// Attach adds a client in memory, with the URL's form and unit.
func (v Venue) Attach(t testing.TB, combined, micros bool, streams ...string) Client {
	c := newClient(v.b.cfg)
	c.combined, c.micros = combined, micros
	if err := v.b.attach(c, streams); err != nil {
		t.Fatal(err)
	}
	return Client{v.b, c}
}

// Client is a client in memory.
type Client struct {
	b *binance
	c *client
}

// Control sends a control message and returns an error that ends the connection.
func (c Client) Control(message string) error { return c.b.control(c.c, []byte(message)) }

// Frames takes what is queued. The frames are valid until the next call.
func (c Client) Frames(t testing.TB) [][]byte {
	batch, err := c.c.take()
	if err != nil {
		t.Fatal(err)
	}
	var frames [][]byte
	for rest := batch; len(rest) > 0; {
		var frame []byte
		frame, rest = nextFrame(rest)
		frames = append(frames, frame)
	}
	c.c.giveBack(batch)
	return frames
}

// Discard empties the queue without looking.
func (c Client) Discard() {
	batch, _ := c.c.take()
	c.c.giveBack(batch)
}

// KlineBounds returns the bar of an interval around t.
func KlineBounds(name string, t int64) (open, next int64) {
	for _, k := range klineIntervals {
		if k.name == name {
			return k.bounds(t)
		}
	}
	panic("no interval " + name)
}
