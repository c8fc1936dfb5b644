package provider

import "sync/atomic"

// Stats is what happened so far. Every frame is in exactly one of Normalised, Ignored and
// Failed.
type Stats struct {
	Frames, Bytes uint64 // received
	Normalised    uint64 // understood whole, and at least one event handed on
	Ignored       uint64 // no event by rule: acks, heartbeats, and diffs that the next snapshot of a book makes visible
	Failed        uint64 // not understood, or no pooled object for it

	Trades, Tickers, BookUpdates, BookSnapshots, Klines, Statuses uint64 // events handed on

	Exhausted    uint64 // Gets that found a pool empty (LM-04)
	Gaps         uint64 // books that broke because diffs were missing
	Crossed      uint64 // books that broke because they were crossed
	Resyncs      uint64 // books that were live, broke and are live again
	Refreshes    uint64 // live books that a fresh snapshot replaced
	ChecksumsOK  uint64 // checksums of the venue that agreed with the book
	ChecksumsBad uint64 // and those that did not
	TopsOK       uint64 // tickers that agreed with the book at the same sequence
	TopsBad      uint64 // and those that did not

	SnapshotsRequested uint64 // snapshots asked for
	SnapshotsFailed    uint64 // answers that were no snapshot, or one that did not fit
	Connects           uint64 // connections made
	Reconnects         uint64 // connections lost or given up while running
	Refused            uint64 // subscriptions that the venue refused
}

// counters is Stats while it grows: written by the goroutines of one connection, read by any.
type counters struct {
	frames, bytes, normalised, ignored, failed                    atomic.Uint64
	trades, tickers, bookUpdates, bookSnapshots, klines, statuses atomic.Uint64
	exhausted, gaps, crossed, resyncs, refreshes                  atomic.Uint64
	checksumsOK, checksumsBad, topsOK, topsBad                    atomic.Uint64
	snapshotsRequested, snapshotsFailed                           atomic.Uint64
	connects, reconnects, refused                                 atomic.Uint64
}

// snapshot reads the counters. Frames is read last: a frame is counted when it comes in, so
// the parts never sum to more.
func (c *counters) snapshot() Stats {
	s := Stats{
		Bytes: c.bytes.Load(), Normalised: c.normalised.Load(), Ignored: c.ignored.Load(), Failed: c.failed.Load(),
		Trades: c.trades.Load(), Tickers: c.tickers.Load(), BookUpdates: c.bookUpdates.Load(),
		BookSnapshots: c.bookSnapshots.Load(), Klines: c.klines.Load(), Statuses: c.statuses.Load(),
		Exhausted: c.exhausted.Load(), Gaps: c.gaps.Load(), Crossed: c.crossed.Load(),
		Resyncs: c.resyncs.Load(), Refreshes: c.refreshes.Load(),
		ChecksumsOK: c.checksumsOK.Load(), ChecksumsBad: c.checksumsBad.Load(),
		TopsOK: c.topsOK.Load(), TopsBad: c.topsBad.Load(),
		SnapshotsRequested: c.snapshotsRequested.Load(), SnapshotsFailed: c.snapshotsFailed.Load(),
		Connects: c.connects.Load(), Reconnects: c.reconnects.Load(), Refused: c.refused.Load(),
	}
	s.Frames = c.frames.Load()
	return s
}

func (s Stats) plus(o Stats) Stats {
	return Stats{
		Frames: s.Frames + o.Frames, Bytes: s.Bytes + o.Bytes,
		Normalised: s.Normalised + o.Normalised, Ignored: s.Ignored + o.Ignored, Failed: s.Failed + o.Failed,
		Trades: s.Trades + o.Trades, Tickers: s.Tickers + o.Tickers, BookUpdates: s.BookUpdates + o.BookUpdates,
		BookSnapshots: s.BookSnapshots + o.BookSnapshots, Klines: s.Klines + o.Klines, Statuses: s.Statuses + o.Statuses,
		Exhausted: s.Exhausted + o.Exhausted, Gaps: s.Gaps + o.Gaps, Crossed: s.Crossed + o.Crossed,
		Resyncs: s.Resyncs + o.Resyncs, Refreshes: s.Refreshes + o.Refreshes,
		ChecksumsOK: s.ChecksumsOK + o.ChecksumsOK, ChecksumsBad: s.ChecksumsBad + o.ChecksumsBad,
		TopsOK: s.TopsOK + o.TopsOK, TopsBad: s.TopsBad + o.TopsBad,
		SnapshotsRequested: s.SnapshotsRequested + o.SnapshotsRequested, SnapshotsFailed: s.SnapshotsFailed + o.SnapshotsFailed,
		Connects: s.Connects + o.Connects, Reconnects: s.Reconnects + o.Reconnects, Refused: s.Refused + o.Refused,
	}
}
