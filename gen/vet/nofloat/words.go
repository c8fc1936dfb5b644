package nofloat

import (
	"slices"
	"strings"
	"unicode"
)

// money are the words for a price or quantity, in the singular.
const money = " price px bid ask qty quantity volume vol notional fee amount amt cost balance pnl vwap mid spread turnover size sz "

// measure are the last words of names that count or compare what the words before them name.
const measure = " ratio share factor fraction percent pct count second sec ns us ms latency age index allocs bytes weight precision "

// isMoney reports whether a name stands for a price or quantity.
func isMoney(name string) bool {
	words := split(name)
	if len(words) == 0 {
		return false
	}
	if isWord(measure, words[len(words)-1]) {
		return false
	}
	return slices.ContainsFunc(words, func(w string) bool { return isWord(money, w) })
}

// isWord reports whether a word or its singular is in a list.
func isWord(list, w string) bool {
	in := func(w string) bool { return w != "" && strings.Contains(list, " "+w+" ") }
	if in(w) || in(strings.TrimSuffix(w, "s")) {
		return true
	}
	stem, ok := strings.CutSuffix(w, "ies") // quantities
	return ok && in(stem+"y")
}

// split returns the words of a name, in lower case: "bestBid_Px2" is best, bid, px.
func split(name string) []string {
	var words []string
	runes := []rune(name)
	start := 0
	cut := func(end int) {
		if end > start {
			words = append(words, strings.ToLower(string(runes[start:end])))
		}
		start = end
	}
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r):
			cut(i)
			start = i + 1
		case unicode.IsUpper(r) && i > 0 && unicode.IsLower(runes[i-1]):
			cut(i)
		case unicode.IsUpper(r) && i+1 < len(runes) && unicode.IsLower(runes[i+1]): // the P of USDPrice
			cut(i)
		}
	}
	cut(len(runes))
	return words
}
