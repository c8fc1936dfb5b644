package venuesim_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/meltica/meltica/runtime/venuesim"
)

func TestREST(t *testing.T) {
	t.Parallel()
	server := start(t, venuesim.Config{Market: venuesim.MarketOf("BTC-USDT", "ABC-EUR")})
	used := 0
	f := func(path string, status, weight int, want string) {
		t.Helper()
		response, body := get(t, server, path)
		if response.StatusCode != status || !strings.HasPrefix(body, want) {
			t.Errorf("%s: got %d %.200s, want %d %s", path, response.StatusCode, body, status, want)
		}
		now, err := strconv.Atoi(response.Header.Get("X-MBX-USED-WEIGHT-1M"))
		if err != nil {
			t.Fatal(err)
		}
		if got := now - used; got != weight && now != weight { // a new minute begins at 0
			t.Errorf("%s: got weight %d, want %d", path, got, weight)
		}
		used = now
	}
	f("/api/v3/ping", 200, 1, `{}`)
	f("/api/v3/time", 200, 1, `{"serverTime":`)
	f("/api/v3/depth?symbol=BTCUSDT", 200, 5, `{"lastUpdateId":`)
	f("/api/v3/depth?symbol=BTCUSDT&limit=100", 200, 5, `{"lastUpdateId":`)
	f("/api/v3/depth?symbol=BTCUSDT&limit=101", 200, 25, `{"lastUpdateId":`)
	f("/api/v3/depth?symbol=BTCUSDT&limit=501", 200, 50, `{"lastUpdateId":`)
	f("/api/v3/depth?symbol=BTCUSDT&limit=1001", 200, 250, `{"lastUpdateId":`)
	f("/api/v3/depth?symbol=BTCUSDT&limit=99999999999999999999", 200, 250, `{"lastUpdateId":`)
	f("/api/v3/depth", 400, 1, `{"code":-1102,"msg":"Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."}`)
	f("/api/v3/depth?symbol=btcusdt", 400, 1, `{"code":-1100,"msg":"Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'."}`)
	f("/api/v3/depth?symbol=NOUSDT", 400, 5, `{"code":-1121,"msg":"Invalid symbol."}`)
	f("/api/v3/depth?symbol=BTCUSDT&limit=-5", 400, 1, `{"code":-1100,"msg":"Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'."}`)
	f("/api/v3/depth?symbol=BTCUSDT&limit=0", 400, 1, `{"code":-1130,"msg":"Data sent for parameter 'limit' is not valid."}`)
	f("/api/v3/exchangeInfo", 200, 20, `{"timezone":"UTC","serverTime":`)
	f("/api/v3/exchangeInfo?symbol=NOUSDT", 400, 20, `{"code":-1121,"msg":"Invalid symbol."}`)
	f("/api/v3/exchangeInfo?symbol=no", 400, 1, `{"code":-1100,"msg":"Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'."}`)
	f("/api/v3/exchangeInfo?symbols=[1]", 400, 1, `{"code":-1100,"msg":"Illegal characters found in parameter 'symbols'; legal range is '^\\[(\"[A-Z0-9-_.]{1,20}\"(,\"[A-Z0-9-_.]{1,20}\"){0,}){0,1}\\]$'."}`)
	if got := server.Stats().Snapshots; got != 6 {
		t.Errorf("got %d snapshots in Stats, want 6", got)
	}
	for limit, want := range map[string]int{"1": 1, "20": 20, "": 100} {
		_, body := get(t, server, "/api/v3/depth?symbol=ABCEUR&limit="+limit)
		if got := depthOf(t, []byte(body)); len(got.Bids) != want || len(got.Asks) != want {
			t.Errorf("limit %q: got %d bids and %d asks, want %d", limit, len(got.Bids), len(got.Asks), want)
		}
	}
}

func TestExchangeInfo(t *testing.T) {
	t.Parallel()
	server := start(t, venuesim.Config{Market: venuesim.MarketOf("BTC-USDT", "ETH-USDT", "ABC-EUR")})
	f := func(query string, want ...string) {
		t.Helper()
		_, body := get(t, server, "/api/v3/exchangeInfo"+query)
		var info struct {
			Symbols []struct {
				Symbol, Status, BaseAsset, QuoteAsset string
				Filters                               []struct{ FilterType, TickSize, StepSize string }
			}
		}
		decode(t, []byte(body), &info)
		var got []string
		for _, s := range info.Symbols {
			got = append(got, strings.Join([]string{s.Symbol, s.Status, s.BaseAsset, s.QuoteAsset, s.Filters[0].TickSize, s.Filters[1].StepSize}, " "))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
	const btc, eth, abc = "BTCUSDT TRADING BTC USDT 0.01000000 0.00001000", "ETHUSDT TRADING ETH USDT 0.01000000 0.00010000", "ABCEUR TRADING ABC EUR 0.00010000 0.10000000"
	f("", btc, eth, abc)
	f("?symbol=ETHUSDT", eth)
	f(`?symbols=[%22ABCEUR%22,%22BTCUSDT%22]`, btc, abc)
}

func TestWeightLimit(t *testing.T) {
	t.Parallel()
	server := start(t, venuesim.Config{Binance: venuesim.BinanceConfig{WeightMax: 60}})
	for {
		minute := time.Now().Unix() / 60
		first, _ := get(t, server, "/api/v3/depth?symbol=BTCUSDT&limit=1000")
		second, body := get(t, server, "/api/v3/depth?symbol=BTCUSDT&limit=1000")
		if time.Now().Unix()/60 != minute {
			continue // the second request was in another minute
		}
		if first.StatusCode != http.StatusOK || second.StatusCode != http.StatusTooManyRequests {
			t.Fatalf("got status %d and %d, want 200 and 429", first.StatusCode, second.StatusCode)
		}
		want := `{"code":-1003,"msg":"Too much request weight used; current limit is 60 request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API."}`
		if body != want {
			t.Errorf("got %s, want %s", body, want)
		}
		if n, err := strconv.Atoi(second.Header.Get("Retry-After")); err != nil || n < 1 || n > 60 {
			t.Errorf("got Retry-After %q, want 1 to 60", second.Header.Get("Retry-After"))
		}
		if got := second.Header.Get("X-MBX-USED-WEIGHT-1M"); got != "100" {
			t.Errorf("got used weight %s, want 100", got)
		}
		if got := server.Stats().Snapshots; got != 1 {
			t.Errorf("got %d snapshots, want none for a refused request", got)
		}
		return
	}
}
