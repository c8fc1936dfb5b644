package provider_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/provider"
)

func TestStaleFeedIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &pipeVenue{stream: func(n int, p *peer) {
			p.ack()
			p.send(trade(n))
			// From here on everything but data: none of it may count as life.
			for p.wait(time.Second) {
				p.send(`{"result":null,"id":1}`, `{"stream":"x","data":{}}`, `{"broken`)
			}
		}}
		sink := &recorder{}
		p := newProvider(t, v, sink, func(cfg *provider.Config) { cfg.StaleAfter = 20 * time.Second })
		stop := run(t, p)
		time.Sleep(50 * time.Second)
		stop()
		want := []string{"TRADE BTC-USDT e1 1-1", "TRADE BTC-USDT e2 2-2", "TRADE BTC-USDT e3 3-3"}
		if diff := cmp.Diff(want, sink.take()); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		if gap := v.accepted[1].Sub(v.accepted[0]); gap < 20*time.Second || gap > 24*time.Second {
			t.Errorf("the stale connection lived %v, want 20s and little more", gap)
		}
		s := p.Stats()
		balanced(t, s)
		if s.Connects != 3 || s.Reconnects != 2 {
			t.Errorf("%d connects, %d reconnects, want 3 and 2", s.Connects, s.Reconnects)
		}
	})
}

func TestHalfOpenConnectionIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &pipeVenue{stream: func(n int, p *peer) {
			p.ack()
			p.send(trade(n))
			<-p.gone // not a byte, not a close: the peer is gone for all we know
		}}
		sink := &recorder{}
		p := newProvider(t, v, sink, nil)
		stop := run(t, p)
		time.Sleep(45 * time.Second)
		if c := p.Connections()[0]; c.State != "live" || c.Streams != 3 || c.ID != 2 || c.LastData == 0 {
			t.Errorf("got %+v, want the second connection live with 3 streams", c)
		}
		stop()
		if n := len(sink.take()); n != 2 {
			t.Errorf("%d trades, want one of each connection", n)
		}
	})
}

func TestAnnouncedRestartReconnectsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &pipeVenue{stream: func(n int, p *peer) {
			p.ack()
			p.send(trade(n))
			if p.wait(10 * time.Second) {
				p.send(`{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}`)
				<-p.gone
			}
		}}
		p := newProvider(t, v, &recorder{}, nil)
		stop := run(t, p)
		time.Sleep(35 * time.Second)
		stop()
		for i := 1; i < len(v.accepted); i++ {
			if gap := v.accepted[i].Sub(v.accepted[i-1]); gap != 10*time.Second {
				t.Errorf("connection %d came after %v, want 10s", i+1, gap)
			}
		}
		if len(v.accepted) != 4 {
			t.Errorf("%d connections, want 4", len(v.accepted))
		}
	})
}

func TestConnectionIsReplacedBeforeItsAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &pipeVenue{stream: func(n int, p *peer) {
			p.ack()
			for id := n * 1_000_000; p.wait(10 * time.Second); id++ {
				p.send(trade(id))
			}
		}}
		p := newProvider(t, v, &recorder{}, nil)
		stop := run(t, p)
		time.Sleep(25 * time.Hour)
		stop()
		if len(v.accepted) != 2 {
			t.Fatalf("%d connections in 25 hours, want 2", len(v.accepted))
		}
		if age := v.accepted[1].Sub(v.accepted[0]); age < 22*time.Hour || age >= 24*time.Hour {
			t.Errorf("the first one lived %v", age)
		}
	})
}

func TestUnconfirmedSubscriptionsReconnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &pipeVenue{stream: func(n int, p *peer) {
			for p.wait(time.Second) {
				p.send(trade(n))
			}
		}}
		p := newProvider(t, v, &recorder{}, nil)
		stop := run(t, p)
		time.Sleep(30 * time.Second)
		stop()
		if s := p.Stats(); s.Connects < 2 || s.Connects > 3 {
			t.Errorf("%d connections in 30s without acks, want one each 10s and a pause", s.Connects)
		}
	})
}

func TestRefusedSubscriptionKeepsTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &pipeVenue{stream: func(n int, p *peer) {
			<-p.requests
			p.send(`{"code":2,"msg":"Invalid request: too many parameters"}`)
			for p.wait(time.Second) {
				p.send(trade(n))
			}
		}}
		p := newProvider(t, v, &recorder{}, nil)
		stop := run(t, p)
		time.Sleep(60 * time.Second)
		stop()
		if s := p.Stats(); s.Refused != 3 || s.Connects != 1 {
			t.Errorf("%d refused, %d connects, want 3 streams on 1 connection", s.Refused, s.Connects)
		}
	})
}

func TestSubscribesWithinTheLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type request struct {
			conn    int
			at      time.Time
			streams int
		}
		got := make(chan request, 100)
		v := &pipeVenue{stream: func(n int, p *peer) {
			for {
				select {
				case r := <-p.requests:
					got <- request{n, time.Now(), strings.Count(r, "@") - strings.Count(r, "@100ms")}
					_, id, _ := strings.Cut(r, `"id":`)
					p.send(`{"result":null,"id":` + id)
				case <-p.gone:
					return
				}
			}
		}}
		p := newProvider(t, v, &recorder{}, func(cfg *provider.Config) {
			cfg.Symbols = nil
			for i := range 500 {
				cfg.Symbols = append(cfg.Symbols, fmt.Sprintf("S%d-USDT", i))
			}
		})
		stop := run(t, p)
		time.Sleep(15 * time.Second)
		for _, c := range p.Connections() {
			if c.State != "live" {
				t.Errorf("got %+v, want it live", c)
			}
		}
		stop()
		close(got)
		perConn := map[int]int{}
		times := map[int][]time.Time{}
		for r := range got {
			perConn[r.conn] += r.streams
			times[r.conn] = append(times[r.conn], r.at)
		}
		total := 0
		for conn, n := range perConn {
			total += n
			if n > 1024 {
				t.Errorf("%d streams on connection %d", n, conn)
			}
			for i := 5; i < len(times[conn]); i++ {
				if d := times[conn][i].Sub(times[conn][i-5]); d <= time.Second {
					t.Errorf("six messages within %v on connection %d", d, conn)
				}
			}
		}
		if total != 1500 || len(perConn) != 2 {
			t.Errorf("%d streams on %d connections, want 1500 on 2", total, len(perConn))
		}
	})
}

func TestRefusedIdentityEndsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &pipeVenue{refuse: http.StatusUnauthorized}
		p := newProvider(t, v, &recorder{}, nil)
		err := p.Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), "401") || len(v.accepted) != 1 {
			t.Errorf("got %v after %d attempts, want status 401 after one", err, len(v.accepted))
		}
	})
}

func TestUnavailableVenueIsNotHammered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &pipeVenue{refuse: http.StatusServiceUnavailable}
		p := newProvider(t, v, &recorder{}, nil)
		stop := run(t, p)
		time.Sleep(5 * time.Minute)
		stop()
		if n := len(v.accepted); n < 10 || n > 60 {
			t.Errorf("%d attempts in 5 minutes", n)
		}
	})
}

func TestClosedPoolsEndRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &pipeVenue{stream: func(n int, p *peer) {
			p.ack()
			for p.wait(time.Second) {
				p.send(trade(n))
			}
		}}
		var pools *eventv1.Pools
		p := newProvider(t, v, &recorder{}, func(cfg *provider.Config) { pools = cfg.Pools })
		time.AfterFunc(10*time.Second, func() { pools.Close() })
		if err := p.Run(t.Context()); err != nil {
			t.Errorf("got %v, want a clean end", err)
		}
	})
}

// book serves a depth stream whose ids count up from 101, and leaves one diff out after hole
// messages.
func bookStream(hole int) func(int, *peer) {
	return func(n int, p *peer) {
		p.ack()
		id := 1000*(n-1) + 101
		for i := 0; p.wait(100 * time.Millisecond); i++ {
			if i == hole {
				id++
			}
			p.send(depth(id, id), trade(id))
			id++
		}
	}
}

func TestGapResyncsTheBook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &pipeVenue{stream: bookStream(20)}
		v.rest = func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/api/v3/depth") {
				http.NotFound(w, r)
				return
			}
			fmt.Fprint(w, snapshot(v.ticks()))
		}
		sink := &recorder{}
		p := newProvider(t, v, sink, nil)
		start := time.Now()
		stop := run(t, p)
		time.Sleep(8 * time.Second)
		stop()
		s := p.Stats()
		balanced(t, s)
		if s.Gaps != 1 || s.Resyncs != 1 || s.Failed != 0 {
			t.Errorf("%d gaps, %d resyncs, %d failed; want 1, 1, 0", s.Gaps, s.Resyncs, s.Failed)
		}
		checkBookEvents(t, sink.lines)
		stale := slices.Index(sink.lines, "BOOK_UPDATE BTC-USDT e2 0-0 stale")
		if stale < 0 {
			t.Fatalf("no stale update in %q", sink.lines)
		}
		synced := stale + slices.IndexFunc(sink.lines[stale:], func(l string) bool { return strings.HasPrefix(l, "BOOK_SNAPSHOT BTC-USDT e2 ") })
		if synced < stale || sink.at[synced].Sub(sink.at[stale]) > 5*time.Second {
			t.Errorf("no resync within 5s of the gap (start %v)", start)
		}
	})
}

// checkBookEvents fails unless in every epoch a snapshot comes before the updates and the
// updates have no hole.
func checkBookEvents(t *testing.T, lines []string) {
	t.Helper()
	shown, seq := map[int]int{}, map[int]int{}
	for _, l := range lines {
		var epoch, first, last int
		switch {
		case strings.HasSuffix(l, "stale"):
		case strings.HasPrefix(l, "BOOK_SNAPSHOT"):
			fmt.Sscanf(l, "BOOK_SNAPSHOT BTC-USDT e%d %d-%d", &epoch, &first, &last)
			shown[epoch] = last
		case strings.HasPrefix(l, "BOOK_UPDATE"):
			fmt.Sscanf(l, "BOOK_UPDATE BTC-USDT e%d %d-%d", &epoch, &first, &last)
			switch {
			case shown[epoch] == 0:
				t.Errorf("%s before any snapshot", l)
			case first > max(seq[epoch], shown[epoch])+1:
				t.Errorf("%s after %d: a hole", l, max(seq[epoch], shown[epoch]))
			}
			seq[epoch] = last
		}
	}
}

func TestHostileSnapshotAnswers(t *testing.T) {
	// Whatever the REST interface does, trades go on, the requests stay few, and the book is live
	// in the end.
	f := func(name string, within time.Duration, answer http.HandlerFunc) {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := &pipeVenue{stream: bookStream(-1)}
				var asked atomic.Int32
				v.rest = func(w http.ResponseWriter, r *http.Request) {
					if !strings.HasPrefix(r.URL.Path, "/api/v3/depth") {
						http.NotFound(w, r)
						return
					}
					if asked.Add(1) <= 3 {
						answer(w, r)
						return
					}
					fmt.Fprint(w, snapshot(v.ticks()))
				}
				sink := &recorder{}
				p := newProvider(t, v, sink, func(cfg *provider.Config) { cfg.InfoEvery = time.Hour })
				stop := run(t, p)
				time.Sleep(2 * time.Second)
				if n := p.Stats().Trades; n < 18 {
					t.Errorf("%d trades in 2s while the snapshot was under way, want one each 100ms", n)
				}
				time.Sleep(within)
				stop()
				s := p.Stats()
				if s.BookSnapshots == 0 || s.BookUpdates == 0 || asked.Load() != 4 || s.SnapshotsFailed != 3 {
					t.Errorf("%d requests; %+v; want the book live after the fourth", asked.Load(), s)
				}
				checkBookEvents(t, sink.lines)
			})
		})
	}
	status := func(code int, retryAfter string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", retryAfter)
			w.WriteHeader(code)
			fmt.Fprint(w, "<html>no</html>")
		}
	}
	f("429", 40*time.Second, status(429, "10"))
	f("418 without Retry-After", 7*time.Minute, status(418, ""))
	f("500", 20*time.Second, status(500, ""))
	f("HTML", 20*time.Second, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>maintenance</html>") })
	f("truncated", 20*time.Second, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, snapshot(150)[:30]) })
	f("too old", 20*time.Second, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, snapshot(7)) })
	f("never", 60*time.Second, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"lastUpdateId":`)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
}

func TestRetryAfterIsHonoured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &pipeVenue{stream: bookStream(-1)}
		v.rest = func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "30")
			w.WriteHeader(http.StatusTooManyRequests)
		}
		p := newProvider(t, v, &recorder{}, nil)
		stop := run(t, p)
		time.Sleep(100 * time.Second)
		stop()
		asked := v.requests
		for i := 2; i < len(asked); i++ { // two may be under way when the first pause comes
			if d := asked[i].Sub(asked[i-2]); d < 30*time.Second {
				t.Errorf("request %d came %v after the one before last", i+1, d)
			}
		}
		if len(asked) < 3 {
			t.Errorf("%d requests in 100s", len(asked))
		}
	})
}
