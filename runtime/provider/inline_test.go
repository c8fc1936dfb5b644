package provider_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/lib/decimal"
	"github.com/meltica/meltica/runtime/provider"
	"github.com/meltica/meltica/runtime/provider/binance"
	"github.com/meltica/meltica/runtime/provider/book"
)

// inlineVenue is a made-up venue whose stream carries snapshots and checksums, one line a
// message: "S <seq> <checksum>" or "U <seq> <checksum>", where a message sets the bid at price
// 1 to the quantity seq, and the checksum is that quantity.
type inlineVenue struct{ *binance.Venue }

func (inlineVenue) SnapshotURL(string) string    { return "" }
func (inlineVenue) InfoURL([]string) string      { return "" }
func (inlineVenue) NewDecoder() provider.Decoder { return inlineDecoder{} }
func (v inlineVenue) Limits() (limits provider.Limits) {
	limits = v.Venue.Limits()
	limits.Rule.Inline = true
	limits.Checksum = func(b *book.Book) uint32 {
		best, _ := b.Best(book.Bids)
		units, _ := decimal.Units(best.Quantity, 0)
		return uint32(units)
	}
	return limits
}

type inlineDecoder struct{}

func (inlineDecoder) Response(string, []byte, *provider.Normalizer) error { return provider.ErrIgnored }

func (inlineDecoder) Message(data []byte, out *provider.Normalizer) error {
	var kind string
	var seq uint64
	var sum uint32
	if _, err := fmt.Sscanf(string(data), "%s %d %d", &kind, &seq, &sum); err != nil {
		out.Ack(0, "")
		return provider.ErrIgnored
	}
	if err := out.Bid("1", fmt.Sprint(seq)); err != nil {
		return err
	}
	if kind == "S" {
		return out.Snapshot(&provider.Snapshot{Symbol: "BTCUSDT", Last: seq, Checksum: sum, HasChecksum: true})
	}
	return out.Diff(&provider.Diff{Symbol: "BTCUSDT", First: seq, Last: seq, Checksum: sum, HasChecksum: true})
}

func TestInlineSnapshotsAndChecksums(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &pipeVenue{stream: func(n int, p *peer) {
			p.ack()
			switch n {
			case 1: // the checksum of an update differs
				p.send("U 4 4", "S 5 5", "U 6 6", "U 7 8", "U 8 8")
			case 2: // a gap
				p.send("S 15 15", "U 17 17")
			case 3: // the checksum of a snapshot differs
				p.send("S 25 26")
			default:
				for seq := 35; ; seq++ {
					p.send(fmt.Sprintf("S %d %d", seq, seq))
					if !p.wait(time.Second) {
						return
					}
				}
			}
			<-p.gone
		}}
		v.start(t)
		sink := &recorder{}
		p, err := provider.New(inlineVenue{newVenue(t, binance.Config{StreamURL: "ws://venue.test"})}, provider.Config{
			Name: "inline", Symbols: []string{"BTC-USDT"}, Pools: newPools(t, eventv1.PoolsConfig{}), Sink: sink, DialContext: v.dial, Seed: 1,
		})
		if err != nil {
			t.Fatal(err)
		}
		stop := run(t, p)
		time.Sleep(20 * time.Second)
		s := p.Stats()
		stop()
		want := []string{
			"BOOK_SNAPSHOT BTC-USDT e1 5-5", "BOOK_UPDATE BTC-USDT e1 6-6", "BOOK_UPDATE BTC-USDT e2 0-0 stale",
			"BOOK_SNAPSHOT BTC-USDT e3 15-15", "BOOK_UPDATE BTC-USDT e4 0-0 stale",
		}
		lines := sink.take()
		if len(lines) < len(want)+2 {
			t.Fatalf("got %q", lines)
		}
		if diff := cmp.Diff(want, lines[:len(want)]); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		if got := lines[len(want)]; got != "BOOK_SNAPSHOT BTC-USDT e6 35-35" {
			t.Errorf("after three bad connections came %s", got)
		}
		if s.ChecksumsBad != 2 || s.Gaps != 1 || s.Connects != 4 || s.ChecksumsOK < 5 {
			t.Errorf("got %+v; want 2 bad checksums, 1 gap, 4 connections", s)
		}
	})
}
