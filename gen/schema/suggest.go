package schema

import (
	"fmt"
	"slices"
	"strings"
)

// suggest returns "did you mean ..." for the candidate closest to a misspelt word, else a list of
// what there is, else "".
func suggest(word string, candidates []string) string {
	if len(word) > nameMax || len(candidates) > candidatesMax {
		return ""
	}
	best, distance := "", 1+max(len(word)/3, 1)
	for _, c := range candidates {
		if len(c) > nameMax {
			continue
		}
		if d := editDistance(strings.ToLower(word), strings.ToLower(c), distance); d < distance {
			best, distance = c, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf("did you mean %q?", best)
	case len(candidates) == 0 || len(candidates) > 24:
		return ""
	default:
		return clip("there is " + strings.Join(candidates, ", "))
	}
}

// editDistance returns how many letters must be inserted, deleted, replaced or swapped with their
// neighbour to turn a into b, or limit where it is no less.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	var before, last, row []int
	for j := range len(b) + 1 {
		last = append(last, j)
	}
	for i := range len(a) {
		row = append(row[:0], i+1)
		for j := range len(b) {
			d := min(last[j+1]+1, row[j]+1, last[j]+btoi(a[i] != b[j]))
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				d = min(d, before[j-1]+1)
			}
			row = append(row, d)
		}
		if slices.Min(row) >= limit {
			return limit
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// candidatesMax bounds the work on one suggestion.
const candidatesMax = 500

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
