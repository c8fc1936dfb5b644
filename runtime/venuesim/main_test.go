package venuesim_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/goccy/go-json"
	"github.com/meltica/meltica/runtime/lib/leaktest"
	"github.com/meltica/meltica/runtime/venuesim"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// waitMax is how long a test waits for what must come.
const waitMax = 10 * time.Second

// start serves a venue until the test ends.
func start(t *testing.T, cfg venuesim.Config) *venuesim.Server {
	t.Helper()
	s, err := venuesim.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// session is a client's connection to a venue.
type session struct {
	t  *testing.T
	ws *websocket.Conn
}

// dial connects to a path such as "/ws".
func dial(t *testing.T, s *venuesim.Server, path string, opts *websocket.DialOptions) session {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waitMax)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, s.BinanceStreamURL()+path, opts)
	if err != nil {
		t.Fatal(err)
	}
	ws.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = ws.CloseNow() })
	return session{t, ws}
}

// refused returns the status that answers a connection attempt.
func refused(t *testing.T, s *venuesim.Server, path string) int {
	t.Helper()
	ws, response, err := websocket.Dial(t.Context(), s.BinanceStreamURL()+path, nil)
	if err == nil {
		_ = ws.CloseNow()
		t.Fatalf("%.100s: connected, want a refusal", path)
	}
	if response == nil {
		t.Fatal(err)
	}
	return response.StatusCode
}

func (s session) send(message string) {
	s.t.Helper()
	if err := s.ws.Write(s.t.Context(), websocket.MessageText, []byte(message)); err != nil {
		s.t.Fatalf("send %.100s: %v", message, err)
	}
}

// next returns the next frame, or the error that ends the connection.
func (s session) next() (string, error) {
	ctx, cancel := context.WithTimeout(s.t.Context(), waitMax)
	defer cancel()
	_, frame, err := s.ws.Read(ctx)
	if ctx.Err() != nil {
		s.t.Fatal("nothing came")
	}
	return string(frame), err
}

func (s session) read() string {
	s.t.Helper()
	frame, err := s.next()
	if err != nil {
		s.t.Fatal(err)
	}
	return frame
}

// end reads until the connection ends and returns the last frame and the code of the close frame,
// or -1 if the line just broke.
func (s session) end() (last string, code websocket.StatusCode) {
	for {
		frame, err := s.next()
		if err != nil {
			return last, websocket.CloseStatus(err)
		}
		last = frame
	}
}

// get sends a REST request.
func get(t *testing.T, s *venuesim.Server, path string) (*http.Response, string) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: waitMax}
	response, err := client.Get(s.BinanceRESTURL() + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

// decode reads a message into out.
func decode(t *testing.T, message []byte, out any) {
	t.Helper()
	if err := json.Unmarshal(message, out); err != nil {
		t.Fatalf("%v in %.200s", err, message)
	}
}
