package output

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/meltica/meltica/gen/diag"
)

// Commands that mend a finding.
const (
	regenerate = "go generate ./..."
	force      = "go run ./cmd/meltica-gen generate --force"
)

// state is how a path of the folder relates to the set.
type state uint8

const (
	same    state = iota
	missing       // in the set, not in the folder
	stale         // as an earlier run wrote it
	edited        // changed by hand since
	alien         // something without our header where a file of the set belongs
	orphan        // as an earlier run wrote it, no longer in the set
	adopted       // no longer in the set, and changed by hand since
)

// step is a path and what is to be said or done about it.
type step struct {
	path  string
	state state
}

// Check compares the set with the folder dir and returns what differs, as findings of severity
// error with the command that mends each. Their files are paths within the folder. It changes
// nothing; the error is one of reading.
func (s *Set) Check(dir string) ([]diag.Finding, error) {
	steps, err := s.compare(dir)
	if err != nil {
		return nil, err
	}
	var findings []diag.Finding
	for _, st := range steps {
		if f, bad := st.finding(); bad {
			findings = append(findings, f)
		}
	}
	return findings, nil
}

// compare returns a step for every path of the set and for every file of ours that is not in it,
// ordered by path.
func (s *Set) compare(dir string) ([]step, error) {
	want := s.withManifest()
	var steps []step
	t, err := openTree(dir)
	if errors.Is(err, fs.ErrNotExist) {
		for _, path := range slices.Sorted(maps.Keys(want)) {
			steps = append(steps, step{path, missing})
		}
		return steps, nil
	}
	if err != nil {
		return nil, err
	}
	defer t.close()
	ours, err := t.ours()
	if err != nil {
		return nil, err
	}
	for path, content := range want {
		st, err := t.stateOf(path, content, s.fresh)
		if err != nil {
			return nil, err
		}
		steps = append(steps, step{path, st})
	}
	for path, f := range ours {
		if _, wanted := want[path]; wanted {
			continue
		}
		st := orphan
		if f.seal == broken {
			st = adopted
		}
		steps = append(steps, step{path, st})
	}
	slices.SortFunc(steps, func(a, b step) int { return bytes.Compare([]byte(a.path), []byte(b.path)) })
	return steps, nil
}

// stateOf compares the file at a path with what should be there. The files of a fresh set need
// only be intact.
func (t *tree) stateOf(name string, want []byte, fresh bool) (state, error) {
	folder, err := t.root.Lstat(path.Dir(name))
	if err == nil && !folder.IsDir() {
		return alien, nil
	}
	info, err := t.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return missing, nil
	}
	if err != nil {
		return same, err
	}
	if !info.Mode().IsRegular() {
		return alien, nil
	}
	content, err := t.root.ReadFile(name)
	if err != nil {
		return same, err
	}
	seal, _ := sealOf(name, content)
	switch {
	case seal == foreign:
		return alien, nil
	case fresh && seal == intact || bytes.Equal(content, want):
		return same, nil
	case seal == broken:
		return edited, nil
	default:
		return stale, nil
	}
}

// finding says what is wrong with a path, if anything is.
func (s step) finding() (diag.Finding, bool) {
	f := diag.Finding{Position: diag.Position{File: s.path}}
	switch s.state {
	case missing:
		f.Rule, f.Message, f.Hint = "missing", "the generated file is missing", "run "+regenerate
	case stale:
		f.Rule, f.Message, f.Hint = "stale", "the generated file is stale: the schemas or the generator changed since", "run "+regenerate
	case edited:
		f.Rule, f.Message = "edited", "the generated file was edited by hand"
		f.Hint = "move the change into the schema, then run " + force + " to drop the edit"
	case alien:
		f.Rule, f.Message = "foreign", "a file that meltica-gen did not write is in the way"
		f.Hint = fmt.Sprintf("move it away, then run %s", regenerate)
	case orphan:
		f.Rule, f.Message, f.Hint = "orphan", "the generated file belongs to no schema any more", "run "+regenerate+" to remove it"
	case adopted:
		f.Rule, f.Message = "orphan", "the generated file belongs to no schema any more, and was edited by hand"
		f.Hint = "move it away, or run " + force + " to remove it"
	default:
		return f, false
	}
	return f, true
}
