package output

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
)

// Fresh returns the set that the folder dir holds if it was made from the input, no file of it
// is missing, edited or left over, and nil if the generator must run. It reads the files once and
// generates nothing. The error is one of reading.
//
// Fresh trusts the sums. To prove that the files are what the schemas say, generate and Check.
func Fresh(dir, input string) (*Set, error) {
	t, err := openTree(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer t.close()
	sums, ok, err := t.manifest(input)
	if err != nil || !ok {
		return nil, err
	}
	ours, err := t.ours()
	if err != nil || len(ours) != len(sums)+1 {
		return nil, err
	}
	for path, sum := range sums {
		if f, ok := ours[path]; !ok || f.seal != intact || f.sum != sum {
			return nil, nil
		}
	}
	set := &Set{files: map[string][]byte{}, fresh: true}
	for _, path := range slices.Sorted(maps.Keys(sums)) {
		set.files[path] = nil
	}
	return set, nil
}

// manifest returns the sums of the manifest by path. ok is false if it is missing, was edited or
// belongs to another input.
func (t *tree) manifest(input string) (sums map[string]string, ok bool, err error) {
	content, err := t.root.ReadFile(Manifest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if seal, _ := sealOf(Manifest, content); seal != intact {
		return nil, false, nil
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	want := "input " + manifestFormat + " " + input
	at := slices.IndexFunc(lines, func(line string) bool { return strings.TrimSuffix(line, "\r") == want })
	if at < 0 {
		return nil, false, nil
	}
	sums = map[string]string{}
	for _, line := range lines[at+1:] {
		path, sum, _ := strings.Cut(strings.TrimSuffix(line, "\r"), " ")
		sums[path] = sum
	}
	return sums, true, nil
}

// tree is a folder of generated files. Its root keeps every access below the folder, also where
// symbolic links lead out of it.
type tree struct {
	root *os.Root
}

func openTree(dir string) (*tree, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &tree{root: root}, nil
}

// close releases the folder. Nothing is written through the handle, so its error says nothing.
func (t *tree) close() { _ = t.root.Close() }

// found is a file of the folder that bears our header.
type found struct {
	seal seal
	sum  string
}

// ours returns the files that bear our header, in the folder itself and in the folders right
// below it. Others, and what is no regular file, are passed over.
func (t *tree) ours() (map[string]found, error) {
	all := map[string]found{}
	entries, err := fs.ReadDir(t.root.FS(), ".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		switch {
		case e.Type().IsRegular():
			err = t.look(e.Name(), all)
		case e.IsDir():
			err = t.lookInto(e.Name(), all)
		}
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (t *tree) lookInto(dir string, all map[string]found) error {
	entries, err := fs.ReadDir(t.root.FS(), dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		if err := t.look(dir+"/"+e.Name(), all); err != nil {
			return err
		}
	}
	return nil
}

// look enters a file into all if it bears our header.
func (t *tree) look(path string, all map[string]found) error {
	if !strings.HasSuffix(path, ".go") && path != Manifest {
		return nil
	}
	content, err := t.root.ReadFile(path)
	if err != nil {
		return err
	}
	if seal, sum := sealOf(path, content); seal != foreign {
		all[path] = found{seal, sum}
	}
	return nil
}
