package book

import "math/bits"

// leafMax is the number of levels in a leaf: the number of 4-bit slots in leaf.order. README.md
// has the sizes and layouts that were measured.
const leafMax = 16

// vacant is the key of a place without a level; no level has it.
const vacant = ^uint64(0)

// leaf is a run of neighbouring levels. A level stays in the slot that it was put in; order is
// a permutation of the slots, as in the leaves of Masstree: its first n nibbles are the slots
// in use, best first, and the others are free. So neither an insertion nor a removal moves a
// level or a key.
type leaf struct {
	order  uint64
	n      int
	keys   [leafMax]uint64
	levels [leafMax]Level
}

// inOrder is the order of a leaf whose first slots are in use.
const inOrder = 0xfedcba9876543210

// rank returns the number of levels with a key below key. Compares of all slots, which do not
// wait for each other and have no branch to mispredict, are faster than a search.
func (l *leaf) rank(key uint64) int {
	k := &l.keys
	var n, m, b uint64
	_, b = bits.Sub64(k[0], key, 0)
	n += b
	_, b = bits.Sub64(k[1], key, 0)
	m += b
	_, b = bits.Sub64(k[2], key, 0)
	n += b
	_, b = bits.Sub64(k[3], key, 0)
	m += b
	_, b = bits.Sub64(k[4], key, 0)
	n += b
	_, b = bits.Sub64(k[5], key, 0)
	m += b
	_, b = bits.Sub64(k[6], key, 0)
	n += b
	_, b = bits.Sub64(k[7], key, 0)
	m += b
	_, b = bits.Sub64(k[8], key, 0)
	n += b
	_, b = bits.Sub64(k[9], key, 0)
	m += b
	_, b = bits.Sub64(k[10], key, 0)
	n += b
	_, b = bits.Sub64(k[11], key, 0)
	m += b
	_, b = bits.Sub64(k[12], key, 0)
	n += b
	_, b = bits.Sub64(k[13], key, 0)
	m += b
	_, b = bits.Sub64(k[14], key, 0)
	n += b
	_, b = bits.Sub64(k[15], key, 0)
	m += b
	return int(n + m)
}

// slot returns the slot of the level of rank i.
func (l *leaf) slot(i int) uint64 { return l.order >> (uint(i) * 4) & 15 }

// insert puts a level at rank at of a leaf that is not full.
func (l *leaf) insert(at int, key uint64, level *Level) {
	slot := l.slot(l.n)
	before := uint64(1)<<(uint(at)*4) - 1
	until := uint64(1)<<(uint(l.n)*4) - 1
	after := ^(until<<4 | 15)
	l.order = l.order&before | slot<<(uint(at)*4) | l.order&until&^before<<4 | l.order&after
	l.keys[slot], l.levels[slot] = key, *level
	l.n++
}

// remove takes out the level of rank at.
func (l *leaf) remove(at int) {
	slot := l.slot(at)
	l.n--
	before := uint64(1)<<(uint(at)*4) - 1
	until := uint64(1)<<(uint(l.n)*4) - 1
	after := ^(until<<4 | 15)
	l.order = l.order&before | l.order>>4&until&^before | slot<<(uint(l.n)*4) | l.order&after
	l.keys[slot] = vacant
}

// take moves the levels of r from rank from on to the end of l.
func (l *leaf) take(r *leaf, from int) {
	for i := from; i < r.n; i++ {
		slot := r.slot(i)
		l.insert(l.n, r.keys[slot], &r.levels[slot])
	}
	r.cut(from)
}

// cut drops the levels from rank n on.
func (l *leaf) cut(n int) {
	for i := n; i < l.n; i++ {
		l.keys[l.slot(i)] = vacant
	}
	l.n = n
}

// hop is the number of leaves that find looks ahead at once.
const hop = 4

// side is one side of a book: leaves in order, best first, under ascending keys. No leaf is
// empty. firsts[i] is the first key of leaves[i], followed by hop vacant keys.
type side struct {
	firsts []uint64
	leaves []*leaf
	free   []*leaf // emptied leaves, reused before any is allocated
	len    int
	finger int // leaf of the last access: a diff lists its levels in order
}

// find returns the leaf that holds key or would hold it. There must be at least one leaf.
func (s *side) find(key uint64) int {
	i := s.finger
	if key < s.firsts[i] {
		i = 0
	}
	for {
		f := (*[hop]uint64)(s.firsts[i+1:])
		_, b0 := bits.Sub64(key, f[0], 0)
		_, b1 := bits.Sub64(key, f[1], 0)
		_, b2 := bits.Sub64(key, f[2], 0)
		_, b3 := bits.Sub64(key, f[3], 0)
		ahead := hop - int(b0+b1+b2+b3)
		i += ahead
		if ahead < hop {
			s.finger = i
			return i
		}
		i = s.leap(i, key)
	}
}

// leap narrows a search that goes far: it returns the leaf of key or one at most hop before it.
func (s *side) leap(i int, key uint64) int {
	for end := len(s.leaves); end-i > hop; {
		if mid := int(uint(i+end) >> 1); s.firsts[mid] <= key {
			i = mid
		} else {
			end = mid
		}
	}
	return i
}

// set inserts or replaces the level of key.
func (s *side) set(key uint64, level *Level) {
	if len(s.leaves) == 0 {
		s.insertLeaf(0, key)
	}
	i := s.find(key)
	l := s.leaves[i]
	at := l.rank(key)
	if slot := l.slot(at); l.keys[slot] == key {
		l.levels[slot] = *level
		return
	}
	if l.n == leafMax {
		l, at = s.split(i, at, key)
	} else if at == 0 {
		s.firsts[i] = key
	}
	l.insert(at, key, level)
	s.len++
}

// split makes room for key, which belongs at rank at of the full leaf i, and returns the leaf
// and rank where it belongs now. A key past the end of the last leaf gets a leaf of its own: a
// snapshot, which comes in order, then fills its leaves.
func (s *side) split(i, at int, key uint64) (*leaf, int) {
	l := s.leaves[i]
	if at == leafMax && i == len(s.leaves)-1 {
		s.insertLeaf(i+1, key)
		s.finger = i + 1
		return s.leaves[i+1], 0
	}
	const half = leafMax / 2
	s.insertLeaf(i+1, l.keys[l.slot(half)])
	r := s.leaves[i+1]
	r.take(l, half)
	if at > half {
		s.finger = i + 1
		return r, at - half
	}
	if at == 0 {
		s.firsts[i] = key
	}
	return l, at
}

// remove removes the level of key, if there is one.
func (s *side) remove(key uint64) {
	if len(s.leaves) == 0 {
		return
	}
	i := s.find(key)
	l := s.leaves[i]
	at := l.rank(key)
	if l.keys[l.slot(at)] != key {
		return
	}
	l.remove(at)
	s.len--
	if l.n == 0 {
		s.removeLeaf(i)
		return
	}
	if at == 0 {
		s.firsts[i] = l.keys[l.slot(0)]
	}
	if l.n < leafMax/4 {
		s.merge(i)
	}
}

// merge joins the thin leaf i with a neighbour where both fit with room to grow: without it a
// side that shrank would stay spread over its leaves.
func (s *side) merge(i int) {
	const roomy = leafMax * 3 / 4
	if i+1 == len(s.leaves) || s.leaves[i].n+s.leaves[i+1].n > roomy {
		i--
	}
	if i < 0 || s.leaves[i].n+s.leaves[i+1].n > roomy {
		return
	}
	s.leaves[i].take(s.leaves[i+1], 0)
	s.removeLeaf(i + 1)
	s.finger = i
}

// insertLeaf puts an empty leaf at index i; first is the key that it will begin with.
func (s *side) insertLeaf(i int, first uint64) {
	if len(s.firsts) == 0 {
		for range hop {
			s.firsts = append(s.firsts, vacant)
		}
	}
	var l *leaf
	if n := len(s.free); n > 0 {
		l, s.free = s.free[n-1], s.free[:n-1]
	} else {
		l = &leaf{order: inOrder}
		for i := range l.keys {
			l.keys[i] = vacant
		}
	}
	s.firsts = append(s.firsts, 0)
	copy(s.firsts[i+1:], s.firsts[i:])
	s.firsts[i] = first
	s.leaves = append(s.leaves, nil)
	copy(s.leaves[i+1:], s.leaves[i:])
	s.leaves[i] = l
}

// removeLeaf takes leaf i, which is empty, out and keeps it for reuse.
func (s *side) removeLeaf(i int) {
	s.free = append(s.free, s.leaves[i])
	s.firsts = append(s.firsts[:i], s.firsts[i+1:]...)
	s.leaves = append(s.leaves[:i], s.leaves[i+1:]...)
	s.finger = 0
}

// truncate keeps the best depth levels.
func (s *side) truncate(depth int) {
	for s.len > depth {
		i := len(s.leaves) - 1
		l := s.leaves[i]
		drop := min(s.len-depth, l.n)
		l.cut(l.n - drop)
		s.len -= drop
		if l.n == 0 {
			s.removeLeaf(i)
		}
	}
}

// at returns the level of rank i of the side; i must be below len.
func (s *side) at(i int) *Level {
	for _, l := range s.leaves {
		if i < l.n {
			return &l.levels[l.slot(i)]
		}
		i -= l.n
	}
	panic("book: rank beyond the side")
}

// top appends the best n levels.
func (s *side) top(n int, dst []Level) []Level {
	for _, l := range s.leaves {
		for i := 0; i < l.n; i++ {
			if n == 0 {
				return dst
			}
			dst = append(dst, l.levels[l.slot(i)])
			n--
		}
	}
	return dst
}
