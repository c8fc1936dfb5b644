package venuesim

import "slices"

// level is one price level in ticks and lots.
type level struct{ tick, lots int64 }

// side is one side of a book: levels from the worst to the best, so that what happens near the
// top moves little memory.
type side struct {
	best   int64 // +1 if a higher tick is better (bids), -1 if a lower one is (asks)
	levels []level
}

func (s *side) len() int { return len(s.levels) }

// top returns the best level.
func (s *side) top() (level, bool) {
	if len(s.levels) == 0 {
		return level{}, false
	}
	return s.levels[len(s.levels)-1], true
}

// worst returns the level that is furthest from the top. The side must not be empty.
func (s *side) worst() level { return s.levels[0] }

// nth returns the n-th best level, from 0.
func (s *side) nth(n int) level { return s.levels[len(s.levels)-1-n] }

// find returns where tick is, or would be.
func (s *side) find(tick int64) (int, bool) {
	return slices.BinarySearchFunc(s.levels, tick, func(l level, tick int64) int {
		return int(s.best * (l.tick - tick))
	})
}

// at returns the lots at tick, or 0.
func (s *side) at(tick int64) int64 {
	if i, ok := s.find(tick); ok {
		return s.levels[i].lots
	}
	return 0
}

// set gives the level at tick its lots; 0 removes it. It returns whether anything changed.
func (s *side) set(tick, lots int64) bool {
	i, ok := s.find(tick)
	switch {
	case ok && lots == 0:
		s.levels = slices.Delete(s.levels, i, i+1)
	case ok && s.levels[i].lots != lots:
		s.levels[i].lots = lots
	case !ok && lots > 0:
		s.levels = slices.Insert(s.levels, i, level{tick, lots})
	default:
		return false
	}
	return true
}
