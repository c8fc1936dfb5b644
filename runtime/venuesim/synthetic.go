package venuesim

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	syntheticStart = int64(1767225600e9)         // 2026-01-01 UTC
	syntheticStep  = int64(2 * time.Millisecond) // as a live market
	silenceMax     = int64(time.Minute)          // between two messages
	// syntheticQueueMax takes whatever one step of a market sends.
	syntheticQueueMax = 1 << 30
	snapshotsMax      = 32 // of each symbol, spread over the recording
)

// record fills the playback from a market in virtual time: a client in memory subscribes the
// streams, and what it is sent is the recording.
func (p *playback) record(b *binance) error {
	cfg := p.cfg.Synthetic
	c := newClient(b.cfg)
	c.combined = true
	if err := b.attach(c, cfg.Streams); err != nil {
		return err
	}
	p.messages = make([]recorded, 0, cfg.Frames)
	quietSince := b.market.Now()
	for now := quietSince; len(p.messages) < cfg.Frames; {
		now += syntheticStep
		b.step(now)
		batch, err := c.take()
		if err != nil {
			return err
		}
		if len(batch) > 0 {
			quietSince = now
		} else if now-quietSince > silenceMax {
			return errors.New("venuesim: the synthetic market sends nothing on the streams")
		}
		for rest, frame := batch, []byte(nil); len(rest) > 0 && len(p.messages) < cfg.Frames; {
			frame, rest = nextFrame(rest)
			if !p.addMessage(now, frame) {
				return fmt.Errorf("venuesim: a synthetic message is not in the combined form: %.200q", frame)
			}
		}
		c.giveBack(batch)
		p.recordSnapshots(b)
	}
	return nil
}

// recordSnapshots takes a snapshot of each book in the recording that is due for one. A diff must
// be open: so the first snapshot is not older than the first diff.
func (p *playback) recordSnapshots(b *binance) {
	every := 1 + p.cfg.Synthetic.Frames/snapshotsMax
	for _, book := range b.ordered {
		list := p.snapshots[book.symbol]
		for _, d := range book.depth {
			due := len(list) == 0 || len(p.messages)-list[len(list)-1].before >= every
			if d.stream != nil && d.lastID != book.sym.UpdateID && due {
				p.addSnapshot(book.symbol, book.appendPartial(nil, depthLimitMax))
				break
			}
		}
	}
}

// attach subscribes a client that has no connection. All of the streams must be sent on.
func (b *binance) attach(c *client, names []string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, name := range names {
		if b.slotOf(name) == nil {
			return fmt.Errorf("venuesim: the market has no stream %q", name)
		}
		b.subscribe(c, name)
	}
	return nil
}

// Record makes a synthetic recording and returns its messages in the combined form. Where it is
// of one symbol, the first depth snapshot stands between them, bare, as in a recorded session.
func Record(cfg Synthetic) ([][]byte, error) {
	m, err := NewMarket(cfg.Market.withDefaults(), syntheticStart)
	if err != nil {
		return nil, err
	}
	p := newPlayback(PlaybackConfig{Synthetic: cfg})
	if err := p.record(newBinance(BinanceConfig{QueueMax: syntheticQueueMax}, m)); err != nil {
		return nil, err
	}
	names := make([]string, len(p.names))
	for name, i := range p.names {
		names[i] = name
	}
	messages, begin := make([][]byte, len(p.messages)), 0
	for i, r := range p.messages {
		messages[i] = slices.Concat([]byte(combinedStart+names[r.stream]+combinedMiddle), p.data[begin:r.end], combinedTail)
		begin = r.end
	}
	if len(p.snapshots) == 1 {
		for _, list := range p.snapshots {
			messages = slices.Insert(messages, list[0].before, list[0].body)
		}
	}
	return messages, nil
}
