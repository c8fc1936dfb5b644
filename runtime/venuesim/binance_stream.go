package venuesim

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// stream is one market stream with its subscribers. Guarded by binance.mu.
type stream struct {
	name    string
	head    []byte // of the combined form
	clients []*client
	slot    **stream // where its book keeps it; nil for a name that no symbol has
}

// streamKind is what a stream carries.
type streamKind uint8

const (
	kindTrade streamKind = iota
	kindAggTrade
	kindBookTicker
	kindTicker
	kindMiniTicker
	kindDepth   // diffs
	kindPartial // top levels
	kindKline
)

// streamSpec is a parsed stream name.
type streamSpec struct {
	symbol   string // venue symbol, upper case
	kind     streamKind
	slow     bool // 1000 ms instead of 100 ms
	levels   int  // of a partial book
	interval int  // index into klineIntervals
}

// parseStream reads a stream name such as "btcusdt@depth20@100ms".
func parseStream(name string) (streamSpec, bool) {
	symbol, rest, ok := strings.Cut(name, "@")
	if !ok || symbol == "" || symbol != strings.ToLower(symbol) {
		return streamSpec{}, false
	}
	spec := streamSpec{symbol: strings.ToUpper(symbol)}
	switch rest {
	case "trade":
		spec.kind = kindTrade
		return spec, true
	case "aggTrade":
		spec.kind = kindAggTrade
		return spec, true
	case "bookTicker":
		spec.kind = kindBookTicker
		return spec, true
	case "ticker":
		spec.kind = kindTicker
		return spec, true
	case "miniTicker":
		spec.kind = kindMiniTicker
		return spec, true
	}
	if interval, ok := strings.CutPrefix(rest, "kline_"); ok {
		for i, k := range klineIntervals {
			if k.name == interval {
				spec.kind, spec.interval = kindKline, i
				return spec, true
			}
		}
		return streamSpec{}, false
	}
	depth, speed, fast := strings.Cut(rest, "@")
	levels, ok := strings.CutPrefix(depth, "depth")
	if !ok || fast && speed != "100ms" {
		return streamSpec{}, false
	}
	spec.kind, spec.slow = kindDepth, !fast
	switch levels {
	case "":
	case "5", "10", "20":
		spec.kind = kindPartial
		spec.levels, _ = strconv.Atoi(levels)
	default:
		return streamSpec{}, false
	}
	return spec, true
}

// klineInterval is a bar length as the venue names it.
type klineInterval struct {
	name   string
	length time.Duration // 0 for a month
}

var klineIntervals = [...]klineInterval{
	{"1s", time.Second}, {"1m", time.Minute}, {"3m", 3 * time.Minute}, {"5m", 5 * time.Minute},
	{"15m", 15 * time.Minute}, {"30m", 30 * time.Minute}, {"1h", time.Hour}, {"2h", 2 * time.Hour},
	{"4h", 4 * time.Hour}, {"6h", 6 * time.Hour}, {"8h", 8 * time.Hour}, {"12h", 12 * time.Hour},
	{"1d", 24 * time.Hour}, {"3d", 72 * time.Hour}, {"1w", 7 * 24 * time.Hour}, {"1M", 0},
}

// bounds returns the first instant of the bar that holds t and that of the next, in unix ns.
func (k klineInterval) bounds(t int64) (open, next int64) {
	if k.length == 0 {
		u := time.Unix(0, t).UTC()
		first := time.Date(u.Year(), u.Month(), 1, 0, 0, 0, 0, time.UTC)
		return first.UnixNano(), first.AddDate(0, 1, 0).UnixNano()
	}
	offset := int64(0)
	if k.name == "1w" {
		offset = int64(4 * 24 * time.Hour) // 1970-01-01 was a Thursday; weeks start on Monday
	}
	length := int64(k.length)
	open = t - (t-offset)%length
	return open, open + length
}

// namesOf returns the stream names in a request's URL.
func namesOf(r *http.Request) ([]string, error) {
	list := r.PathValue("streams")
	if r.URL.Path == "/stream" {
		list = r.URL.Query().Get("streams")
	}
	if list == "" {
		return nil, nil
	}
	names := strings.Split(list, "/")
	for _, name := range names {
		if name == "" {
			return nil, fmt.Errorf("empty stream name in %q", list)
		}
	}
	return names, nil
}

// subscribe adds a client to a stream. Names that no symbol has are taken, as the venue does,
// and yield nothing. The caller holds mu.
func (b *binance) subscribe(c *client, name string) {
	if _, ok := c.streams[name]; ok {
		return
	}
	st := b.streams[name]
	if st == nil {
		st = &stream{name: name, head: []byte(`{"stream":"` + name + `","data":`)}
		b.streams[name] = st
		if st.slot = b.slotOf(name); st.slot != nil {
			*st.slot = st
		}
	}
	st.clients = append(st.clients, c)
	c.streams[name] = st
	if b.playback != nil {
		b.playback.wakeUp() // it may have waited for the first
	}
}

// slotOf returns where the stream of a name is kept, or nil if nothing is ever sent on it. The
// caller holds mu.
func (b *binance) slotOf(name string) **stream {
	if b.playback != nil {
		return b.playback.slot(name)
	}
	spec, ok := parseStream(name)
	if book := b.books[spec.symbol]; ok && book != nil {
		return book.slot(spec)
	}
	return nil
}

// unsubscribe takes a client off a stream. The caller holds mu.
func (b *binance) unsubscribe(c *client, name string) {
	st := c.streams[name]
	if st == nil {
		return
	}
	delete(c.streams, name)
	st.clients = slices.DeleteFunc(st.clients, func(other *client) bool { return other == c })
	if len(st.clients) == 0 {
		delete(b.streams, name)
		if st.slot != nil {
			*st.slot = nil
		}
	}
}

var combinedTail = []byte("}")

// publish makes a message once for each time unit that is asked for, and queues it to every
// client of the stream. The caller holds mu.
func (b *binance) publish(st *stream, encode func(dst []byte, unit timeUnit) []byte) {
	b.messages.Add(1)
	for _, unit := range [...]timeUnit{millis, micros} {
		made := false
		for _, c := range st.clients {
			if c.micros != (unit == micros) {
				continue
			}
			if !made {
				b.buf = encode(b.buf[:0], unit)
				made = true
			}
			b.queue(c, st, b.buf)
		}
	}
}

// queue sends a message of a stream to one client, in the form that it asked for.
func (b *binance) queue(c *client, st *stream, message []byte) {
	b.frames.Add(1)
	if c.combined {
		b.send(c, st.head, message, combinedTail)
	} else {
		b.send(c, nil, message, nil)
	}
}

// send queues a frame to one client, which wakeAll is to wake. The caller holds mu.
func (b *binance) send(c *client, head, body, tail []byte) {
	c.send(head, body, tail)
	if !c.waiting {
		c.waiting = true
		b.waiting = append(b.waiting, c)
	}
}
