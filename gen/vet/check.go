package vet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-json"

	"github.com/meltica/meltica/gen/diag"
)

// Target is what the running program checks by way of go vet. The program must act as a vet tool
// when the go command calls it: see Suite.
type Target struct {
	Root     string   // folder of the module
	Packages []string // as go vet takes them; none means all below Root
	Dir      string   // where Packages are named from; empty means the working directory
	Tags     string   // build tags; may be empty
}

// Fix applies the fixes that the findings suggest.
func (t Target) Fix(ctx context.Context) error {
	_, err := t.goVet(ctx, "-fix")
	return err
}

// Check returns the findings of all rules, in the order of diag.Sort and each once, with files
// named from Root. The error says why go vet could not analyze the packages.
func (t Target) Check(ctx context.Context) ([]diag.Finding, error) {
	out, err := t.goVet(ctx, "-json")
	if err != nil {
		return nil, err
	}
	findings, err := t.decode(out)
	if err != nil {
		return nil, fmt.Errorf("vet: output of go vet: %w", err)
	}
	diag.Sort(findings)
	return slices.Compact(findings), nil // a package and its test variant find the same
}

// goVet runs go vet with this program as its tool and returns its standard output.
func (t Target) goVet(ctx context.Context, flag string) ([]byte, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{"vet", "-vettool=" + self, flag}
	if t.Tags != "" {
		args = append(args, "-tags="+t.Tags)
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	if len(t.Packages) > 0 {
		cmd.Args, cmd.Dir = append(cmd.Args, t.Packages...), t.Dir
	} else {
		cmd.Args, cmd.Dir = append(cmd.Args, "./..."), t.Root
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("vet: go vet can't analyze the packages: %w\n%s", err, bytes.TrimSpace(errs.Bytes()))
	}
	return out.Bytes(), nil
}

// diagnostic is a finding as unitchecker writes it.
type diagnostic struct {
	Posn    string `json:"posn"` // file:line:col
	Message string `json:"message"`
	Fixes   []struct {
		Message string `json:"message"`
	} `json:"suggested_fixes"`
	Related []struct {
		Posn    string `json:"posn"`
		Message string `json:"message"`
	} `json:"related"`
}

// decode reads one object for each package: analyzer to its findings, or to an error.
func (t Target) decode(out []byte) ([]diag.Finding, error) {
	var findings []diag.Finding
	lines := source{}
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var packages map[string]map[string]json.RawMessage
		err := dec.Decode(&packages)
		if errors.Is(err, io.EOF) {
			return findings, nil
		}
		if err != nil {
			return nil, err
		}
		for pkg, rules := range packages {
			for name, text := range rules {
				var list []diagnostic
				if err := json.Unmarshal(text, &list); err != nil {
					return nil, fmt.Errorf("%s of %s: %s", name, pkg, text)
				}
				for _, d := range list {
					f, err := t.finding(name, d, lines)
					if err != nil {
						return nil, err
					}
					findings = append(findings, f)
				}
			}
		}
	}
}

// finding makes the finding of a diagnostic.
func (t Target) finding(name string, d diagnostic, lines source) (diag.Finding, error) {
	file, line, column, err := place(d.Posn)
	if err != nil {
		return diag.Finding{}, err
	}
	text, err := lines.line(file, line)
	if err != nil {
		return diag.Finding{}, err
	}
	f := diag.Finding{
		Position: diag.Position{File: t.name(file), Line: line, Column: len([]rune(text[:min(max(column-1, 0), len(text))])) + 1},
		Rule:     name, Message: Untag(d.Message, name), Source: text,
	}
	var hints []string
	for _, r := range d.Related {
		at := r.Posn
		if file, line, _, err := place(r.Posn); err == nil {
			at = t.name(file) + ":" + strconv.Itoa(line)
		}
		hints = append(hints, r.Message+" at "+at)
	}
	for _, x := range d.Fixes {
		hints = append(hints, "meltica-vet --fix does this: "+x.Message)
	}
	f.Hint = strings.Join(hints, "; ")
	return f, nil
}

// name returns the path of a file from the root, with slashes; files elsewhere keep theirs.
func (t Target) name(file string) string {
	if rel, err := filepath.Rel(t.Root, file); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return file
}

// place takes file:line:col apart.
func place(posn string) (file string, line, column int, err error) {
	rest, c, ok := cutLast(posn)
	file, l, ok2 := cutLast(rest)
	line, err1 := strconv.Atoi(l)
	column, err2 := strconv.Atoi(c)
	if !ok || !ok2 || err1 != nil || err2 != nil {
		return "", 0, 0, fmt.Errorf("no position: %q", posn)
	}
	return file, line, column, nil
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// source holds the lines of files that findings are in.
type source map[string][]string

// line returns line n of a file, counted from 1, or "" where the file has none.
func (s source) line(file string, n int) (string, error) {
	lines, ok := s[file]
	if !ok {
		text, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // a line directive may name any file
			return "", err
		}
		lines = strings.Split(string(text), "\n")
		s[file] = lines
	}
	if n < 1 || n > len(lines) {
		return "", nil
	}
	return strings.TrimSuffix(lines[n-1], "\r"), nil
}
