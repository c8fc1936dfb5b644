package importban

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/meltica/meltica/gen/diag"
	"github.com/meltica/meltica/gen/vet/rule"
)

// benchModule is the one module whose imports are free: see Exemptions.
const benchModule = rule.Module + "/" + rule.Bench

// Exemptions returns the places where the ban does not hold.
func Exemptions() []rule.Exemption {
	return []rule.Exemption{{
		Rule:  Analyzer.Name,
		Where: rule.Bench,
		Why: "it measures the rivals and the unpooled baseline, so it must import them; it is a module of its own " +
			"that nothing may import",
	}}
}

// Scan returns the findings in all files below root, in the order of diag.Sort. It reads files
// that no build would: only syntax counts, so neither a build tag nor a comment hides an import.
// What can't be parsed is a finding, too, for nobody knows what it imports. The error is that of
// reading the tree.
func Scan(root fs.FS) ([]diag.Finding, error) {
	s := scan{root: root}
	if err := s.list(); err != nil {
		return nil, err
	}
	for _, name := range s.names {
		source, err := fs.ReadFile(root, name)
		if err != nil {
			return nil, err
		}
		s.name, s.source = name, source
		switch path.Ext(name) {
		case ".go":
			s.goFile()
		case ".mod":
			s.modFile()
		default:
			s.workFile()
		}
	}
	diag.Sort(s.findings)
	return s.findings, nil
}

type scan struct {
	root     fs.FS
	judge    judge
	names    []string // all files to read, slash paths
	findings []diag.Finding

	name   string // the file at hand
	source []byte
}

// list finds the files to read.
func (s *scan) list() error {
	own, err := s.moduleAt(".")
	if err != nil {
		return err
	}
	s.judge = newJudge(own)
	if own == benchModule {
		return nil
	}
	return fs.WalkDir(s.root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return s.enter(name, d)
		}
		ext := path.Ext(name)
		if ext != ".go" && ext != ".mod" && ext != ".work" {
			return nil
		}
		// A link to a file is compiled like the file. A dead link is not, and git tracks nothing
		// behind a link to a folder.
		info, err := fs.Stat(s.root, name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil && info.Mode().IsRegular() {
			s.names = append(s.names, name)
		}
		return nil
	})
}

// enter decides whether to go into a folder. Git itself refuses to track a folder .git, at any
// depth; all others are read, vendor and testdata included.
func (s *scan) enter(name string, d fs.DirEntry) error {
	if d.Name() == ".git" {
		return fs.SkipDir
	}
	if name != rule.Bench {
		return nil
	}
	// The name alone does not free it: inside the main module everything could import it.
	module, err := s.moduleAt(name)
	if err != nil {
		return err
	}
	if module == benchModule {
		return fs.SkipDir
	}
	return nil
}

// moduleAt returns the path of the module whose root is dir, or "".
func (s *scan) moduleAt(dir string) (string, error) {
	source, err := fs.ReadFile(s.root, path.Join(dir, "go.mod"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return modfile.ModulePath(source), err
}

func (s *scan) goFile() {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, s.name, s.source, parser.ImportsOnly|parser.SkipObjectResolution)
	if err != nil {
		s.unparsed(err)
	}
	if f == nil {
		return
	}
	for _, spec := range f.Imports {
		// Not Position: a line directive must not move a finding elsewhere.
		at := fset.PositionFor(spec.Path.Pos(), false)
		if text, hint, ok := s.judge.verdict(importPath(spec)); !ok {
			s.report(at.Line, at.Column, text, hint)
		}
	}
	s.linknames()
}

// importPath returns what an import names, however it is spelled.
func importPath(spec *ast.ImportSpec) string {
	p, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return spec.Path.Value // the parser has reported it
	}
	return p
}

// linknames reports the use of functions of a banned package without importing it.
func (s *scan) linknames() {
	const directive = "//go:linkname "
	if !bytes.Contains(s.source, []byte(directive)) {
		return
	}
	line := 0
	for text := range bytes.Lines(s.source) {
		line++
		fields := strings.Fields(string(text))
		if !bytes.HasPrefix(text, []byte(directive)) || len(fields) < 3 {
			continue
		}
		symbol := fields[2] // import/path.Name
		dir, base := path.Split(symbol)
		base, _, _ = strings.Cut(base, ".")
		if text, hint, ok := s.judge.verdict(dir + base); !ok {
			s.report(line, 1, text, hint)
		}
	}
}

func (s *scan) modFile() {
	f, err := modfile.Parse(s.name, s.source, nil)
	if err != nil {
		s.unparsed(err)
		return
	}
	for _, r := range f.Require {
		if !r.Indirect {
			s.module(r.Syntax, r.Mod.Path)
		}
	}
	for _, t := range f.Tool {
		s.module(t.Syntax, t.Path)
	}
	s.replaced(f.Replace)
}

func (s *scan) workFile() {
	f, err := modfile.ParseWork(s.name, s.source, nil)
	if err != nil {
		s.unparsed(err)
		return
	}
	s.replaced(f.Replace)
}

func (s *scan) replaced(list []*modfile.Replace) {
	for _, r := range list {
		s.module(r.Syntax, r.Old.Path)
		s.module(r.Syntax, r.New.Path)
	}
}

// module judges a module that a line of go.mod or go.work names.
func (s *scan) module(at *modfile.Line, modulePath string) {
	if text, hint, ok := s.judge.verdict(modulePath); !ok {
		s.report(at.Start.Line, at.Start.LineRune, text, hint)
	}
}

func (s *scan) unparsed(err error) {
	line, column, text := 1, 1, err.Error()
	var inGo scanner.ErrorList
	var inMod modfile.ErrorList
	switch {
	case errors.As(err, &inGo):
		line, column, text = inGo[0].Pos.Line, inGo[0].Pos.Column, inGo[0].Msg
	case errors.As(err, &inMod):
		line, column, text = inMod[0].Pos.Line, inMod[0].Pos.LineRune, inMod[0].Err.Error()
	}
	s.report(line, column, "can't be parsed, so nobody knows what it imports: "+text, "mend the syntax or remove the file")
}

func (s *scan) report(line, column int, text, hint string) {
	lines := bytes.Split(s.source, []byte("\n"))
	var source string
	if line > 0 && line <= len(lines) {
		source = strings.TrimSuffix(string(lines[line-1]), "\r")
		column = len([]rune(source[:min(max(column-1, 0), len(source))])) + 1
	}
	s.findings = append(s.findings, diag.Finding{
		Position: diag.Position{File: s.name, Line: line, Column: column},
		Rule:     Analyzer.Name, Message: text, Hint: hint, Source: source,
	})
}
