package venuesim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/meltica/meltica/runtime/venuesim"
)

// quiet is a market that sends nothing on a trade stream.
func quiet() venuesim.MarketConfig {
	m := venuesim.MarketOf("BTC-USDT")
	m.Symbols[0].TradesPerSecond = 0
	return m
}

const methods = "`SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`"

func TestControl(t *testing.T) {
	t.Parallel()
	s := dial(t, start(t, venuesim.Config{Market: quiet(), Binance: venuesim.BinanceConfig{InboundMax: 1000}}), "/ws/btcusdt@trade", nil)
	f := func(request, want string) {
		t.Helper()
		s.send(request)
		if got := s.read(); got != want {
			t.Errorf("%s:\n got %s\nwant %s", request, got, want)
		}
	}
	f(`{"method":"LIST_SUBSCRIPTIONS","id":3}`, `{"result":["btcusdt@trade"],"id":3}`)
	f(`{"method":"SUBSCRIBE","params":["nousdt@trade","no stream \"<at>\" all"],"id":1}`, `{"result":null,"id":1}`)
	f(`{"method":"LIST_SUBSCRIPTIONS","params":[],"id":"aB-9"}`, `{"result":["btcusdt@trade","no stream \"<at>\" all","nousdt@trade"],"id":"aB-9"}`)
	f(`{"method":"UNSUBSCRIBE","params":["btcusdt@trade","nousdt@trade","never@had"],"id":null}`, `{"result":null,"id":null}`)
	f(`{"id": 4 , "method" : "LIST_SUBSCRIPTIONS"}`, `{"result":["no stream \"<at>\" all"],"id":4}`)
	f(`{"method":"LIST_SUBSCRIPTIONS","params":["x"],"id":3}`, `{"code":2,"msg":"Invalid request: too many parameters"}`)
	for _, params := range []string{`[]`, `[1]`, `"x"`, `{}`} {
		f(`{"method":"SUBSCRIBE","params":`+params+`,"id":1}`, `{"code":2,"msg":"Invalid request: params must be a list of stream names"}`)
		f(`{"method":"UNSUBSCRIBE","params":`+params+`,"id":1}`, `{"code":2,"msg":"Invalid request: params must be a list of stream names"}`)
	}

	// Properties.
	f(`{"method":"GET_PROPERTY","params":["combined"],"id":2}`, `{"result":false,"id":2}`)
	f(`{"method":"SET_PROPERTY","params":["combined",true],"id":5}`, `{"result":null,"id":5}`)
	f(`{"method":"GET_PROPERTY","params":["combined"],"id":2}`, `{"result":true,"id":2}`)
	f(`{"method":"SET_PROPERTY","params":["combined",false],"id":5}`, `{"result":null,"id":5}`)
	f(`{"method":"GET_PROPERTY","params":["combined"],"id":2}`, `{"result":false,"id":2}`)
	for _, value := range []string{`,1`, `,"true"`, `,null`, ``} {
		f(`{"method":"SET_PROPERTY","params":["combined"`+value+`],"id":5}`, `{"code":1,"msg":"Invalid value type: expected Boolean"}`)
	}
	f(`{"method":"SET_PROPERTY","params":["color",true],"id":-7}`, `{"code":0,"msg":"Unknown property","id":-7}`)
	f(`{"method":"GET_PROPERTY","params":["color"],"id":"x"}`, `{"code":0,"msg":"Unknown property","id":"x"}`)
	for _, params := range []string{``, `,"params":[]`, `,"params":[1]`, `,"params":1`} {
		f(`{"method":"GET_PROPERTY","id":2`+params+`}`, `{"code":2,"msg":"Invalid request: property name must be a string"}`)
	}
	f(`{"method":"GET_PROPERTY","params":["combined",true],"id":2}`, `{"code":2,"msg":"Invalid request: too many parameters"}`)
	f(`{"method":"SET_PROPERTY","params":["combined",true,1],"id":2}`, `{"code":2,"msg":"Invalid request: too many parameters"}`)

	// The form of a request.
	f(`{"method":"SUBSCRIBEX","params":["btcusdt@trade"],"id":1}`, `{"code":2,"msg":"Invalid request: unknown variant SUBSCRIBEX, expected one of `+methods+` at line 1 column 22"}`)
	f("{\n \"id\":1,\n \"method\": \"subscribe\"\n}", `{"code":2,"msg":"Invalid request: unknown variant subscribe, expected one of `+methods+` at line 3 column 22"}`)
	f(`{"params":["btcusdt@trade"],"id":1}`, "{\"code\":2,\"msg\":\"Invalid request: missing field `method` at line 1 column 35\"}")
	f(`{"method":7,"id":1}`, `{"code":2,"msg":"Invalid request: invalid type at line 1 column 11"}`)
	f(`[1,2]`, `{"code":2,"msg":"Invalid request: invalid type at line 1 column 5"}`)
	f(`{"method":x}`, `{"code":3,"msg":"Invalid JSON: expected value at line 1 column 11"}`)
	f("{\n\"method\":\n}", `{"code":3,"msg":"Invalid JSON: expected value at line 3 column 1"}`)
	f(``, `{"code":3,"msg":"Invalid JSON: expected value at line 1 column 0"}`)
}

func TestControlID(t *testing.T) {
	now := time.Now().UnixNano()
	c := venuesim.NewVenue(t, quiet(), now).Attach(t, false, false)
	f := func(id string, ok bool) {
		t.Helper()
		want := `{"result":[],"id":` + id + `}`
		if !ok {
			want = `{"code":2,"msg":"Invalid request: request ID must be an unsigned integer"}`
		}
		member := `,"id":` + id
		if id == "" {
			member = ""
		}
		if err := c.Control(`{"method":"LIST_SUBSCRIPTIONS"` + member + `}`); err != nil {
			t.Fatal(err)
		}
		if got := string(c.Frames(t)[0]); got != want {
			t.Errorf("id %s: got %s, want %s", id, got, want)
		}
	}
	f(`0`, true)
	f(`9223372036854775807`, true)
	f(`-9223372036854775808`, true)
	f(`null`, true)
	f(`""`, true)
	f(`"`+strings.Repeat("a", 36)+`"`, true)
	f(`"4a5b0d1e-7c2f-4a9d-8e3b-1f6c7d8e9a0b"`, true)
	f(``, false)
	f(`9223372036854775808`, false)
	f(`1.5`, false)
	f(`1e3`, false)
	f(`true`, false)
	f(`[1]`, false)
	f(`{}`, false)
	f(`"`+strings.Repeat("a", 37)+`"`, false)
	f(`"a b"`, false)
	f(`"\u0061"`, false)
}

// TestProperty changes the form of a running stream: the answer is the last frame before it.
func TestProperty(t *testing.T) {
	t.Parallel()
	market := venuesim.MarketOf("BTC-USDT")
	market.Rate = 5
	server := start(t, venuesim.Config{Market: market})
	s := dial(t, server, "/ws", nil)
	f := func(request, answer, form string) {
		t.Helper()
		s.send(request)
		for s.read() != answer {
		}
		for range 20 {
			if got := s.read(); !strings.HasPrefix(got, form) {
				t.Fatalf("got %s, want it to begin with %s", got, form)
			}
		}
	}
	const raw, combined = `{"u":`, `{"stream":"btcusdt@bookTicker","data":{"u":`
	f(`{"method":"SUBSCRIBE","params":["btcusdt@bookTicker"],"id":1}`, `{"result":null,"id":1}`, raw)
	f(`{"method":"SET_PROPERTY","params":["combined",true],"id":2}`, `{"result":null,"id":2}`, combined)
	f(`{"method":"SET_PROPERTY","params":["combined",false],"id":3}`, `{"result":null,"id":3}`, raw)
	s.send(`{"method":"UNSUBSCRIBE","params":["btcusdt@bookTicker"],"id":4}`)
	for s.read() != `{"result":null,"id":4}` {
	}
	s.send(`{"method":"LIST_SUBSCRIPTIONS","id":5}`)
	if got, want := s.read(), `{"result":[],"id":5}`; got != want {
		t.Errorf("got %s after UNSUBSCRIBE, want %s", got, want)
	}

	s = dial(t, server, "/stream?streams=btcusdt@bookTicker&timeUnit=MICROSECOND", nil)
	if got := s.read(); !strings.HasPrefix(got, combined) {
		t.Errorf("got %s, want it to begin with %s", got, combined)
	}
	s = dial(t, server, "/ws/btcusdt@trade/btcusdt@bookTicker", nil)
	if got := s.read(); !strings.HasPrefix(got, raw) && !strings.HasPrefix(got, `{"e":"trade"`) {
		t.Errorf("got %s, want a raw message", got)
	}
	if got := refused(t, server, "/stream?streams=btcusdt@trade//x"); got != 400 {
		t.Errorf("got status %d for an empty stream name, want 400", got)
	}
}

func TestInboundLimit(t *testing.T) {
	t.Parallel()
	server := start(t, venuesim.Config{Market: quiet()})
	s := dial(t, server, "/ws", nil)
	for id := range 5 {
		s.send(fmt.Sprintf(`{"method":"LIST_SUBSCRIPTIONS","id":%d}`, id))
		if got, want := s.read(), fmt.Sprintf(`{"result":[],"id":%d}`, id); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	s.send(`{"method":"LIST_SUBSCRIPTIONS","id":5}`)
	if last, code := s.end(); last != "" || code != websocket.StatusPolicyViolation {
		t.Errorf("got %q and code %d after the sixth message, want code 1008", last, code)
	}

	// Pings count, too.
	s = dial(t, server, "/ws", nil)
	done := s.ws.CloseRead(t.Context())
	for i := range 5 {
		if err := s.ws.Ping(t.Context()); err != nil {
			t.Fatalf("ping %d: %v", i, err)
		}
	}
	if err := s.ws.Ping(t.Context()); err == nil {
		t.Error("got a pong for the sixth ping of a second")
	}
	<-done.Done()
}

func TestStreamLimit(t *testing.T) {
	t.Parallel()
	server := start(t, venuesim.Config{Market: quiet()})
	names := func(from, to int) (out []string) {
		for i := from; i < to; i++ {
			out = append(out, fmt.Sprintf("coin%dusdt@trade", i))
		}
		return out
	}
	if got := refused(t, server, "/stream?streams="+strings.Join(names(0, 1025), "/")); got != 400 {
		t.Errorf("got status %d for 1025 streams in the URL, want 400", got)
	}
	subscribe := func(names []string) string {
		return `{"method":"SUBSCRIBE","params":["` + strings.Join(names, `","`) + `"],"id":1}`
	}
	s := dial(t, server, "/stream?streams="+strings.Join(names(0, 1000), "/"), nil)
	s.send(subscribe(names(0, 1024))) // most of them again
	if got, want := s.read(), `{"result":null,"id":1}`; got != want {
		t.Errorf("got %s for the 1024th stream, want %s", got, want)
	}
	s.send(subscribe(names(1024, 1025)))
	if last, code := s.end(); last != "" || code != websocket.StatusPolicyViolation {
		t.Errorf("got %q and code %d for the 1025th stream, want code 1008", last, code)
	}
}

func TestConnectLimit(t *testing.T) {
	t.Parallel()
	server := start(t, venuesim.Config{Market: quiet(), Binance: venuesim.BinanceConfig{ConnectsMax: 2}})
	dial(t, server, "/ws", nil)
	dial(t, server, "/stream", nil)
	if got := refused(t, server, "/ws"); got != 429 {
		t.Errorf("got status %d for the third connection, want 429", got)
	}
}
