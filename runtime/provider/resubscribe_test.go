package provider_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/binance"
)

// renewingVenue is an inlineVenue that sends a snapshot when a book is subscribed anew.
type renewingVenue struct{ inlineVenue }

func (renewingVenue) BookStream(native string) string { return "book:" + native }
func (v renewingVenue) Unsubscribe(dst []byte, id int64, streams []string) []byte {
	request := v.Subscribe(nil, id, streams)
	return append(dst, strings.Replace(string(request), "SUBSCRIBE", "UNSUBSCRIBE", 1)...)
}

func TestBookIsSubscribedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := make(chan string, 10)
		v := &pipeVenue{stream: func(n int, p *peer) {
			p.ack()
			renewal := func() {
				for range 2 {
					select {
					case r := <-p.requests:
						requests <- r
					case <-p.gone:
						return
					}
				}
			}
			switch n {
			case 1:
				p.send("S 5 5", "U 6 6", "U 9 9", "U 10 10") // a gap, and what no one wants
				renewal()
				p.send("S 20 20", "U 21 21")
				p.wait(50 * time.Second)
				p.send("U 23 23") // too soon to subscribe once more
			case 2:
				p.wait(20 * time.Second)
				p.send("S 30 30", "U 32 32")
				renewal() // and no snapshot comes
			case 3:
				p.send("S 40 40")
			}
			<-p.gone
		}}
		v.start(t)
		sink := &recorder{}
		p, err := provider.New(renewingVenue{inlineVenue{newVenue(t, binance.Config{StreamURL: "ws://venue.test"})}}, provider.Config{
			Name: "inline", Symbols: []string{"BTC-USDT"}, Pools: newPools(t, eventv1.PoolsConfig{}), Sink: sink,
			DialContext: v.dial, Seed: 1, StaleAfter: time.Hour,
		})
		if err != nil {
			t.Fatal(err)
		}
		stop := run(t, p)
		time.Sleep(2 * time.Minute)
		s := p.Stats()
		stop()
		want := []string{
			"BOOK_SNAPSHOT BTC-USDT e1 5-5", "BOOK_UPDATE BTC-USDT e1 6-6", "BOOK_UPDATE BTC-USDT e2 0-0 stale",
			"BOOK_SNAPSHOT BTC-USDT e2 20-20", "BOOK_UPDATE BTC-USDT e2 21-21", "BOOK_UPDATE BTC-USDT e3 0-0 stale",
			"BOOK_SNAPSHOT BTC-USDT e4 30-30", "BOOK_UPDATE BTC-USDT e5 0-0 stale", "BOOK_SNAPSHOT BTC-USDT e6 40-40",
		}
		if lines := sink.take(); len(lines) < len(want) {
			t.Errorf("got %q, want %q", lines, want)
		} else if diff := cmp.Diff(want, lines[:len(want)]); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		if s.Gaps != 3 || s.Resyncs != 3 || s.Connects != 3 {
			t.Errorf("got %+v; want 3 gaps, 3 resyncs, 3 connections", s)
		}
		wantRequests := []string{
			`{"method":"UNSUBSCRIBE","params":["book:BTCUSDT"],"id":4}`, `{"method":"SUBSCRIBE","params":["book:BTCUSDT"],"id":5}`,
		}
		for i := range 4 {
			if got, want := <-requests, wantRequests[i%2]; got != want {
				t.Errorf("request %d is %s, want %s", i, got, want)
			}
		}
		if d := v.accepted[2].Sub(v.accepted[1]); d < 30*time.Second || d > 34*time.Second {
			t.Errorf("the connection without the snapshot lived %v, want 20s, 10s for the snapshot and little more", d)
		}
	})
}

// routedVenue has its trades at another address.
type routedVenue struct{ *binance.Venue }

func (v routedVenue) Routes() []provider.Venue {
	return []provider.Venue{v.Venue, streamOf(v)}
}

type streamOf struct{ *binance.Venue }

func (streamOf) StreamURL() string                            { return "ws://venue.test/stream?other" }
func (streamOf) Streams(dst []string, native string) []string { return append(dst, "other:"+native) }

func TestRoutesHaveConnectionsOfTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := make(chan string, 2)
		v := &pipeVenue{stream: func(n int, p *peer) {
			r := <-p.requests
			_, params, _ := strings.Cut(r, `"params":`)
			params, _, _ = strings.Cut(params, `]`)
			got <- params
			p.send(`{"result":null,"id":1}`, trade(n))
			<-p.gone
		}}
		v.start(t)
		p, err := provider.New(routedVenue{newVenue(t, binance.Config{StreamURL: "ws://venue.test"})}, provider.Config{
			Name: "routed", Symbols: []string{"BTC-USDT"}, Pools: newPools(t, eventv1.PoolsConfig{}), Sink: &recorder{},
			DialContext: v.dial, Seed: 1,
		})
		if err != nil {
			t.Fatal(err)
		}
		stop := run(t, p)
		time.Sleep(10 * time.Second)
		connections := p.Connections()
		stop()
		if len(connections) != 2 || connections[0].State != "live" || connections[1].State != "live" {
			t.Errorf("got %+v, want two live connections", connections)
		}
		subscribed := map[string]bool{<-got: true, <-got: true}
		want := map[string]bool{`["btcusdt@depth@100ms","btcusdt@bookTicker","btcusdt@trade"`: true, `["other:BTCUSDT"`: true}
		if diff := cmp.Diff(want, subscribed); diff != "" {
			t.Errorf("subscribed (-want +got):\n%s", diff)
		}
	})
}
