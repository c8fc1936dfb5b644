package book

// backlog holds diffs in arrival order until a snapshot comes: one chain without holes. Their
// levels lie in one slice that is reused.
type backlog struct {
	diffs  []span
	levels []Level
}

// span is a diff in the backlog; its levels end where the next one's begin.
type span struct {
	first, last, prev uint64
	bids, asks        int // where its bids and asks begin
	end               int
}

// push copies d to the end.
func (b *backlog) push(d Diff) {
	at := len(b.levels)
	b.diffs = append(b.diffs, span{
		first: d.First, last: d.Last, prev: d.Prev,
		bids: at, asks: at + len(d.Bids), end: at + len(d.Bids) + len(d.Asks),
	})
	b.levels = append(b.levels, d.Bids...)
	b.levels = append(b.levels, d.Asks...)
}

// at returns diff i; its levels are valid until the next push or reset.
func (b *backlog) at(i int) Diff {
	s := &b.diffs[i]
	return Diff{
		First: s.first, Last: s.last, Prev: s.prev,
		Bids: b.levels[s.bids:s.asks], Asks: b.levels[s.asks:s.end],
	}
}

func (b *backlog) reset() { b.diffs, b.levels = b.diffs[:0], b.levels[:0] }
