package output

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"

	"github.com/meltica/meltica/gen/diag"
)

// Report says what a Write did, by path.
type Report struct {
	Written, Unchanged, Removed []string
}

// Write makes the folder dir hold the set: files that differ are replaced as a whole, files of
// earlier runs that the set no longer has are removed, and the others are left as they are with
// their times. A file that was edited by hand, or that is not ours, is a finding, and then
// nothing at all is written. The error is one of reading or writing; after one of writing, some
// files may be new and others old, each of them whole.
func (s *Set) Write(dir string) (Report, []diag.Finding, error) {
	return s.write(dir, edited, alien, adopted)
}

// Overwrite is Write, and replaces or removes files that were edited by hand, too. What is not
// ours stays a finding.
func (s *Set) Overwrite(dir string) (Report, []diag.Finding, error) {
	return s.write(dir, alien)
}

func (s *Set) write(dir string, refused ...state) (Report, []diag.Finding, error) {
	steps, err := s.compare(dir)
	if err != nil {
		return Report{}, nil, err
	}
	var findings []diag.Finding
	for _, st := range steps {
		for _, r := range refused {
			if f, bad := st.finding(); bad && st.state == r {
				findings = append(findings, f)
			}
		}
	}
	if len(findings) > 0 {
		return Report{}, findings, nil
	}
	if s.fresh && slices.ContainsFunc(steps, func(st step) bool { return st.state != same }) {
		return Report{}, nil, fmt.Errorf("output: %s changed while it was looked at; run again", dir)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return Report{}, nil, err
	}
	t, err := openTree(dir)
	if err != nil {
		return Report{}, nil, err
	}
	defer t.close()
	report, err := t.apply(steps, s.withManifest())
	return report, nil, err
}

// apply does the steps. All new content is on disk before the first file is replaced, and the
// manifest is replaced last, so that an interrupted run is never taken for a finished one.
func (t *tree) apply(steps []step, content map[string][]byte) (report Report, err error) {
	staged := map[string]string{} // temporary file by path
	defer func() {
		for _, tmp := range staged {
			err = errors.Join(err, t.root.Remove(tmp))
		}
	}()
	for _, st := range steps {
		switch st.state {
		case missing, stale, edited:
			tmp, err := t.stage(st.path, content[st.path])
			if tmp != "" {
				staged[st.path] = tmp
			}
			if err != nil {
				return Report{}, fmt.Errorf("output: write %s: %w", st.path, err)
			}
		case same:
			report.Unchanged = append(report.Unchanged, st.path)
		}
	}
	for _, st := range steps {
		if st.state != orphan && st.state != adopted {
			continue
		}
		if err := t.remove(st.path); err != nil {
			return report, err
		}
		report.Removed = append(report.Removed, st.path)
	}
	for _, st := range manifestLast(steps) {
		tmp, ok := staged[st.path]
		if !ok {
			continue
		}
		if err := t.root.Rename(tmp, st.path); err != nil {
			return report, fmt.Errorf("output: replace %s: %w", st.path, err)
		}
		delete(staged, st.path)
		report.Written = append(report.Written, st.path)
	}
	return report, nil
}

// manifestLast returns the steps with that of the manifest at the end.
func manifestLast(steps []step) []step {
	var ordered, last []step
	for _, st := range steps {
		if st.path == Manifest {
			last = append(last, st)
		} else {
			ordered = append(ordered, st)
		}
	}
	return append(ordered, last...)
}

// stage writes content to a temporary file in the folder that the path is in, and returns its
// name even on an error if there is something to remove.
func (t *tree) stage(name string, content []byte) (tmp string, err error) {
	dir := path.Dir(name)
	if err := t.root.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	tmp = path.Join(dir, "."+path.Base(name)+"."+rand.Text()[:8]+".tmp")
	f, err := t.root.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return "", err
	}
	_, err = f.Write(content)
	return tmp, errors.Join(err, f.Close())
}

// remove deletes a file, and its folder if that is empty then.
func (t *tree) remove(name string) error {
	if err := t.root.Remove(name); err != nil {
		return fmt.Errorf("output: remove %s: %w", name, err)
	}
	dir := path.Dir(name)
	rest, err := fs.ReadDir(t.root.FS(), dir)
	if err != nil || dir == "." || len(rest) > 0 {
		return err
	}
	return t.root.Remove(dir)
}
