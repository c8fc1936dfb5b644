package schema

import (
	"go/token"
	"go/types"
	"strings"
)

// nameMax bounds a name.
const nameMax = 64

// A grammar is one way to write names.
type grammar struct {
	what  string // how the names are called
	match func(name string) bool
	write func(name string) string // a legal name close to an illegal one
}

func typeGrammar() grammar {
	return grammar{"CamelCase", isCamel, camel}
}

func fieldGrammar() grammar {
	return grammar{"snake_case", isSnake, snake}
}

func valueGrammar() grammar {
	return grammar{"UPPER_SNAKE", isUpperSnake, upperSnake}
}

func isCamel(name string) bool {
	for _, r := range name {
		if !isLetter(r, 'A') && !isLetter(r, 'a') && !isDigit(r) {
			return false
		}
	}
	return name != "" && isLetter(rune(name[0]), 'A')
}

func isSnake(name string) bool { return isSeparated(name, 'a') }

func isUpperSnake(name string) bool { return isSeparated(name, 'A') }

// isSeparated reports whether the name is words of digits and letters of one case, from first on,
// with single underscores between them, and begins with a letter.
func isSeparated(name string, first rune) bool {
	last := '_'
	for i, r := range name {
		switch {
		case isLetter(r, first), isDigit(r) && i > 0, r == '_' && last != '_':
			last = r
		default:
			return false
		}
	}
	return last != '_'
}

func isLetter(r, first rune) bool { return r >= first && r < first+26 }

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// words splits a name where it has a separator or a capital after a small letter.
func words(name string) []string {
	var (
		all  []string
		word strings.Builder
		last rune
	)
	flush := func() {
		if word.Len() > 0 {
			all = append(all, word.String())
			word.Reset()
		}
	}
	for _, r := range name {
		switch {
		case isLetter(r, 'A'):
			if isLetter(last, 'a') || isDigit(last) {
				flush()
			}
			word.WriteRune(r - 'A' + 'a')
		case isLetter(r, 'a'), isDigit(r):
			word.WriteRune(r)
		default:
			flush()
		}
		last = r
	}
	flush()
	return all
}

func snake(name string) string { return strings.Join(words(name), "_") }

func upperSnake(name string) string { return strings.ToUpper(snake(name)) }

func camel(name string) string {
	var b strings.Builder
	for _, w := range words(name) {
		b.WriteString(strings.ToUpper(w[:1]) + w[1:])
	}
	return b.String()
}

// fold maps names to the same text if a reader or the Go names made of them could confuse them:
// it drops the case and the underscores. Whatever way generated code writes initialisms, names
// that differ here differ there.
func fold(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "_", ""))
}

// isGoWord reports whether Go gives the lower-case word a meaning: a keyword or a predeclared
// name.
func isGoWord(word string) bool {
	return token.IsKeyword(word) || types.Universe.Lookup(word) != nil
}

// isPlatform reports whether a file name that ends in the word is compiled for one platform only.
func isPlatform(word string) bool {
	switch word {
	case "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl",
		"netbsd", "openbsd", "plan9", "solaris", "wasip1", "windows", "zos",
		"386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "loong64", "mips", "mipsle", "mips64",
		"mips64le", "mips64p32", "mips64p32le", "ppc", "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x",
		"sparc", "sparc64", "wasm", "test":
		return true
	}
	return false
}

// memberNames returns the methods that generated code gives to structs and events, and the names
// next to them that it keeps for itself.
func memberNames() []string {
	return []string{"Reset", "Clone", "CloneInto", "Equal", "EventID", "AppendEventID", "StreamKey", "MergeKey",
		"Delivery", "MarshalJSON", "UnmarshalJSON", "AppendJSON", "MarshalText", "UnmarshalText", "String", "GoString", "Format"}
}

// packageNames returns the names that every generated package declares.
func packageNames() []string {
	return []string{"Pools", "PoolsConfig", "NewPools", "DefaultPoolsConfig", "Delivery", "DeliveryNone",
		"DeliveryLossless", "DeliveryLatest", "DeliveryMerge", "DeliveryQueue", "DeliveryOf", "ErrEnum", "ErrScalar", "PoolConfig", "Version"}
}

// packageFiles returns the stems of the files that every generated package has.
func packageFiles() []string {
	return []string{"doc", "enums", "guard", "json", "pools", "scalars", "structs", "support", "types"}
}

// generatedName is a package-level name that generated code declares for something in a schema.
type generatedName struct {
	name string
	why  string // what it is made for
	at   Position
	of   Position // of the declaration that it belongs to
}

// generatedNames returns the package-level names that declarations bring beside their own.
func (l *loader) generatedNames() []generatedName {
	var names []generatedName
	for _, n := range packageNames() {
		names = append(names, generatedName{name: n, why: "every generated package"})
	}
	for _, d := range l.events {
		why := "event " + d.Event.Name
		for _, suffix := range []string{"Lease", "Revision", "Pool", "StreamKey", "MergeKey"} {
			names = append(names, generatedName{d.Event.Name + suffix, why, d.Event.Pos, d.Event.Pos})
		}
		for _, f := range d.fields {
			if f.typ == "union" {
				names = append(names, generatedName{d.Event.Name + camel(f.Name), "the union of " + d.Event.Name, f.Pos, d.Event.Pos})
			}
		}
	}
	for _, d := range l.enums {
		why := "enum " + d.Name
		names = append(names, generatedName{"Parse" + d.Name, why, d.Pos, d.Pos}, generatedName{d.Name + "Unset", why, d.Pos, d.Pos})
		for _, v := range d.values {
			if v.Name != "" && fold(v.Name) != "unset" {
				names = append(names, generatedName{d.Name + camel(v.Name), "value " + v.Name + " of " + why, v.Pos, d.Pos})
			}
		}
	}
	for _, d := range l.scalars {
		why := "scalar " + d.Name
		names = append(names, generatedName{"Parse" + d.Name, why, d.Pos, d.Pos}, generatedName{"Make" + d.Name, why, d.Pos, d.Pos})
	}
	return names
}
