package venuesim_test

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/meltica/meltica/runtime/venuesim"
)

// recordedFrames returns the messages of the fixture.
func recordedFrames(t *testing.T) (out []string) {
	t.Helper()
	f, err := os.Open("testdata/playback.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if _, frame, ok := strings.Cut(lines.Text(), ": "); ok && strings.HasPrefix(frame, `{"stream"`) {
			out = append(out, frame)
		}
	}
	if len(out) != 5 {
		t.Fatalf("got %d messages in the fixture, want 5", len(out))
	}
	return out
}

func TestPlayback(t *testing.T) {
	t.Parallel()
	frames := recordedFrames(t)
	files := []string{"testdata/playback.txt"}
	f := func(cfg venuesim.PlaybackConfig, shortest, longest time.Duration) {
		t.Helper()
		cfg.Files = files
		server := start(t, venuesim.Config{Playback: cfg})
		s := dial(t, server, "/stream", nil)
		begin := time.Now()
		s.send(`{"method":"SUBSCRIBE","params":["abcusdt@trade","abcusdt@depth@100ms","nousdt@trade"],"id":1}`)
		got := []string{s.read()}
		for range frames {
			got = append(got, s.read())
		}
		took := time.Since(begin)
		if diff := cmp.Diff(append([]string{`{"result":null,"id":1}`}, frames...), got); diff != "" {
			t.Errorf("%+v: frames differ:\n%s", cfg, diff)
		}
		if took < shortest || took > longest {
			t.Errorf("%+v: took %v, want %v to %v", cfg, took, shortest, longest)
		}
		if _, body := get(t, server, "/api/v3/depth?symbol=ABCUSDT&limit=5"); !strings.HasPrefix(body, `{"lastUpdateId":12,`) {
			t.Errorf("got snapshot %s", body)
		}
		if response, _ := get(t, server, "/api/v3/depth?symbol=NOUSDT"); response.StatusCode != 400 {
			t.Errorf("got status %d for a symbol that was not recorded", response.StatusCode)
		}
		if got := server.Stats(); got.Messages != 5 || got.Frames != 5 {
			t.Errorf("got %+v, want 5 messages", got)
		}
	}
	f(venuesim.PlaybackConfig{Full: true}, 0, waitMax)
	f(venuesim.PlaybackConfig{FramesPerSecond: 40}, 100*time.Millisecond, waitMax) // the fifth is due after 4/40 s
	f(venuesim.PlaybackConfig{}, 200*time.Millisecond, waitMax)                    // as recorded

	// A raw client of one stream gets that one only, unwrapped.
	server := start(t, venuesim.Config{Playback: venuesim.PlaybackConfig{Files: files, Full: true}})
	s := dial(t, server, "/ws/abcusdt@trade", nil)
	for _, i := range []int{1, 3} {
		want := strings.TrimSuffix(strings.TrimPrefix(frames[i], `{"stream":"abcusdt@trade","data":`), "}")
		if got := s.read(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestPlaybackBare(t *testing.T) {
	t.Parallel()
	cfg := venuesim.PlaybackConfig{Files: []string{"testdata/bare.txt"}}
	if _, err := venuesim.Start(venuesim.Config{Playback: cfg}); err == nil || !strings.Contains(err.Error(), "has no times to keep") {
		t.Errorf("got error %v for a recording without times", err)
	}
	cfg.Full = true
	server := start(t, venuesim.Config{Playback: cfg})
	book := follower{t: t}
	s := dial(t, server, "/ws/abcusdt@depth", nil)
	for book.diffs < 2 {
		var e event
		decode(t, []byte(s.read()), &e)
		book.take(e)
		if !book.synced {
			_, body := get(t, server, "/api/v3/depth?symbol=ABCUSDT")
			book.snapshot(depthOf(t, []byte(body)))
		}
	}
	if !book.inside || book.id != 5 {
		t.Errorf("got book %d, inside a diff: %v, want 5, true", book.id, book.inside)
	}
}

// TestSynthetic follows the books of a synthetic recording over the network, as an adapter does.
func TestSynthetic(t *testing.T) {
	t.Parallel()
	market := venuesim.MarketOf("BTC-USDT", "ETH-USDT")
	for i := range market.Symbols {
		market.Symbols[i].Depth = 100
	}
	streams := []string{"btcusdt@depth@100ms", "btcusdt@bookTicker", "btcusdt@trade", "ethusdt@depth@100ms", "ethusdt@bookTicker"}
	f := func(cfg venuesim.PlaybackConfig, frames int, shortest time.Duration) {
		t.Helper()
		cfg.Synthetic = venuesim.Synthetic{Market: market, Streams: streams, Frames: frames}
		server := start(t, venuesim.Config{Playback: cfg})
		if _, body := get(t, server, "/api/v3/exchangeInfo?symbol=ETHUSDT"); !strings.Contains(body, `"baseAsset":"ETH"`) {
			t.Errorf("got exchangeInfo %s", body)
		}
		s := dial(t, server, "/stream?streams="+strings.Join(streams, "/"), nil)
		begin := time.Now()
		books := map[string]*follower{"BTCUSDT": {t: t}, "ETHUSDT": {t: t}}
		for range frames {
			var wrapped struct {
				Stream string `json:"stream"`
				Data   event  `json:"data"`
			}
			decode(t, []byte(s.read()), &wrapped)
			if !slices.Contains(streams, wrapped.Stream) {
				t.Fatalf("got stream %s", wrapped.Stream)
			}
			book := books[wrapped.Data.Symbol]
			book.take(wrapped.Data)
			if !book.synced && wrapped.Data.Type == "depthUpdate" {
				_, body := get(t, server, "/api/v3/depth?symbol="+wrapped.Data.Symbol+"&limit=1000")
				book.snapshot(depthOf(t, []byte(body)))
			}
		}
		if took := time.Since(begin); took < shortest {
			t.Errorf("%+v: took %v, want at least %v", cfg, took, shortest)
		}
		for symbol, book := range books {
			// On a slow machine the snapshot is far ahead of the reader: few diffs are left to apply.
			if book.seen < 50 || !book.synced || book.ticker == nil {
				t.Errorf("%s: got %d diffs, in sync: %v, want at least 50, true", symbol, book.seen, book.synced)
			}
		}
		if got := server.Stats(); got.Frames != uint64(frames) || got.SlowConsumers != 0 {
			t.Errorf("got %+v, want %d frames", got, frames)
		}
	}
	f(venuesim.PlaybackConfig{FramesPerSecond: 10_000}, 3000, 290*time.Millisecond)
	f(venuesim.PlaybackConfig{Full: true}, 6000, 0)
}
