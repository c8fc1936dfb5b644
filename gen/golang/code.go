package golang

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"unicode"

	"github.com/dave/jennifer/jen"
)

// module is the import path that generated code finds the runtime under.
const module = "github.com/meltica/meltica"

// imports returns the packages that a template may name as @name.Symbol, with their paths.
func imports() map[string]string {
	return map[string]string{
		"base64":   "encoding/base64",
		"buffer":   module + "/runtime/lib/buffer",
		"bytes":    "bytes",
		"context":  "context",
		"decimal":  module + "/runtime/lib/decimal",
		"encoding": "encoding",
		"errors":   "errors",
		"fmt":      "fmt",
		"hex":      "encoding/hex",
		"io":       "io",
		"json":     "github.com/goccy/go-json",
		"jsontext": "github.com/goccy/go-json/jsontext",
		"leaktest": module + "/runtime/lib/leaktest",
		"pool":     module + "/runtime/lib/pool",
		"reflect":  "reflect",
		"slices":   "slices",
		"strconv":  "strconv",
		"strings":  "strings",
		"sync":     "sync",
		"synctest": "testing/synctest",
		"testing":  "testing",
		"time":     "time",
		"unsafe":   "unsafe",
		"utf8":     "unicode/utf8",
	}
}

// code is Go text in which @name.Symbol stands for a symbol of an imported package. Every
// emitting function returns code; only file turns it into a Go file.
type code string

// vars are the names that a template writes as $name or ${name}.
type vars map[string]string

// expand fills a template. A name that vars lacks is a bug of this package.
func expand(template string, v vars) code {
	return code(os.Expand(template, func(name string) string {
		value, ok := v[name]
		if !ok {
			panic("golang: template without a value for $" + name)
		}
		return value
	}))
}

// join puts declarations under each other with a blank line between; empty ones vanish.
func join(parts ...code) code {
	var b strings.Builder
	for _, p := range parts {
		if p == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString(strings.Trim(string(p), "\n"))
	}
	return code(b.String())
}

// lines puts statements under each other without blank lines.
func lines[T any](list []T, emit func(T) code) string {
	var b strings.Builder
	for _, x := range list {
		if c := emit(x); c != "" {
			b.WriteString(strings.Trim(string(c), "\n"))
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// at stands for an @ of a comment until the file is built.
const at = "\x01"

// comment returns text as line comments that wrap at 90 columns less the indent. The text
// comes from a schema, so whatever would end the comment or upset the compiler is dropped.
func comment(text string, indent int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r == unicode.ReplacementChar || !unicode.IsPrint(r):
			return -1
		}
		return r
	}, text)
	text = strings.ReplaceAll(text, "@", at)
	return wrap(text, indent)
}

// columnsMax is where comments wrap.
const columnsMax = 90

// wrap breaks text into line comments.
func wrap(text string, indent int) string {
	var b strings.Builder
	column := 0
	for word := range strings.FieldsSeq(text) {
		switch {
		case column == 0:
			b.WriteString("// ")
			column = indent + 3
		case column+1+len(word) > columnsMax:
			b.WriteString("\n// ")
			column = indent + 3
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}

// rewrap wraps the comments of a body anew that a long name made too wide.
func rewrap(body string) string {
	var b strings.Builder
	var run []string // lines of one comment
	wide := false
	flush := func() {
		if wide {
			words := strings.ReplaceAll(strings.Join(run, " "), "// ", "")
			run = []string{wrap(words, 0)}
		}
		for _, line := range run {
			b.WriteString(line + "\n")
		}
		run, wide = run[:0], false
	}
	for line := range strings.SplitSeq(body, "\n") {
		if strings.HasPrefix(line, "// ") {
			run, wide = append(run, line), wide || len(line) > columnsMax
			continue
		}
		flush()
		b.WriteString(line + "\n")
	}
	flush()
	return b.String()
}

// sentence returns "name text." as a doc comment.
func sentence(name, text string, more ...string) string {
	text = strings.TrimSpace(name + " " + strings.TrimSpace(text))
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return comment(strings.Join(append([]string{text}, more...), " "), 0)
}

// file turns code into a formatted Go file of package pkg. A head goes above the package
// clause: a package comment or a build constraint.
func file(pkg, head string, body code) ([]byte, error) {
	f := jen.NewFile(pkg)
	paths := imports()
	for name, path := range paths {
		f.ImportName(path, name)
	}
	if head != "" {
		f.PackageComment(strings.ReplaceAll(head, at, "@"))
	}
	f.Add(split(rewrap(string(body)), paths))
	var b bytes.Buffer
	if err := f.Render(&b); err != nil {
		return nil, fmt.Errorf("golang: render: %w", err)
	}
	return b.Bytes(), nil
}

// split cuts text at its @name.Symbol marks, so that jennifer knows what to import. A name that
// paths lacks is a bug of this package.
func split(text string, paths map[string]string) *jen.Statement {
	s := jen.Empty()
	for {
		i := strings.IndexByte(text, '@')
		if i < 0 {
			return s.Op(strings.ReplaceAll(text, at, "@"))
		}
		s.Op(strings.ReplaceAll(text[:i], at, "@"))
		name, rest, _ := strings.Cut(text[i+1:], ".")
		path, ok := paths[name]
		if !ok {
			panic("golang: template imports unknown package " + name)
		}
		end := strings.IndexFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if end < 0 {
			end = len(rest)
		}
		s.Qual(path, rest[:end])
		text = rest[end:]
	}
}
