package pipeline_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// script is a venue that sends prepared frames, without allocating, when it is told to.
type script struct {
	t      *testing.T
	send   chan [][]byte
	server *httptest.Server
}

// scriptSnapshot ends where the first diff ends.
const scriptSnapshot = `{"lastUpdateId":1001,"bids":[["99.00","1.0"],["98.00","1.0"]],"asks":[["101.00","1.0"],["102.00","1.0"]]}`

func newScript(t *testing.T) *script {
	s := &script{t: t, send: make(chan [][]byte)}
	mux := http.NewServeMux()
	mux.HandleFunc("/stream", s.serve)
	mux.HandleFunc("/api/v3/depth", func(w http.ResponseWriter, _ *http.Request) {
		if _, err := w.Write([]byte(scriptSnapshot)); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("/api/v3/exchangeInfo", func(w http.ResponseWriter, _ *http.Request) {
		if _, err := w.Write([]byte(`{"symbols":[]}`)); err != nil {
			t.Error(err)
		}
	})
	s.server = httptest.NewServer(mux)
	return s
}

// serve acknowledges the subscription and then sends what it is given.
func (s *script) serve(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		s.t.Error(err)
		return
	}
	defer func() { _ = c.CloseNow() }()
	_, request, err := c.Read(context.Background())
	if err != nil {
		return
	}
	id := request[strings.LastIndex(string(request), ":")+1 : len(request)-1]
	if err := c.Write(context.Background(), websocket.MessageText, fmt.Appendf(nil, `{"result":null,"id":%s}`, id)); err != nil {
		return
	}
	for frames := range s.send {
		for _, f := range frames {
			if err := c.Write(context.Background(), websocket.MessageText, f); err != nil {
				return
			}
		}
	}
}

// frames makes n messages of each kind, each with the next sequence.
type frames struct{ seq, trade int }

func (f *frames) next(n int) (out [][]byte) {
	for range n {
		f.seq++
		f.trade++
		out = append(out,
			fmt.Appendf(nil, `{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1700000000100,"s":"BTCUSDT","U":%d,"u":%d,"b":[["99.00","%d.5"],["98.00","2.0"]],"a":[["101.00","1.25"]]}}`, f.seq, f.seq, f.seq%7+1),
			fmt.Appendf(nil, `{"stream":"btcusdt@bookTicker","data":{"u":%d,"s":"BTCUSDT","b":"99.00","B":"%d.5","a":"101.00","A":"1.25"}}`, f.seq, f.seq%7+1),
			fmt.Appendf(nil, `{"stream":"btcusdt@trade","data":{"e":"trade","E":1700000000300,"s":"BTCUSDT","t":%d,"p":"101.00","q":"0.5","T":1700000000299,"m":false,"M":true}}`, f.trade))
	}
	return out
}

// until waits for a condition, for ten seconds at the most.
func until(t *testing.T, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !condition(); runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain")
		}
	}
}
