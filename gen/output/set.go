package output

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// Manifest is the path of the manifest within the folder that generated files are in.
const Manifest = "meltica-gen.sum"

// manifestFormat changes with the form of headers and manifest.
const manifestFormat = "1"

// Set is the generated files of all versions in memory. It is built by one goroutine and only
// read after that.
type Set struct {
	source string
	input  string
	files  map[string][]byte // with headers, by slash path
	fresh  bool              // the folder holds these files already; their content is not in memory
}

// NewSet returns an empty set. source says in the manifest where the files come from, and input is
// the fingerprint of everything that they depend on.
func NewSet(source, input string) *Set {
	return &Set{source: source, input: input, files: map[string][]byte{}}
}

// Add puts the header in front of a finished Go file and keeps it. path is a slash path below the
// folder, such as "eventv1/ws_frame.gen.go"; source is the schema file or folder that it is made
// from. It fails on a path that leaves the folder, is not in a folder of its own, or is there
// already. The content is copied.
func (s *Set) Add(path, source string, content []byte) error {
	switch {
	case !fs.ValidPath(path) || strings.ContainsAny(path, `\:`):
		return fmt.Errorf("output: %q is not a path below the folder", path)
	case strings.Count(path, "/") != 1 || !strings.HasSuffix(path, ".go"):
		return fmt.Errorf("output: %q is not a Go file in a package folder", path)
	case s.files[path] != nil:
		return fmt.Errorf("output: %s is generated twice, the second time from %s", path, source)
	case strings.ContainsAny(source, "\r\n"):
		return fmt.Errorf("output: source %q of %s has a line end", source, path)
	}
	for other := range s.files {
		if strings.EqualFold(other, path) {
			return fmt.Errorf("output: %s and %s are one file where case does not count", path, other)
		}
	}
	s.files[path] = withHeader(path, source, content)
	return nil
}

// Paths returns the paths of all files and of the manifest, sorted.
func (s *Set) Paths() []string {
	return slices.Sorted(maps.Keys(s.withManifest()))
}

// Content returns a file of the set with its header. It fails if the set does not hold it, or was
// found fresh and has no content.
func (s *Set) Content(path string) ([]byte, error) {
	if s.fresh {
		return nil, errors.New("output: the set was not generated, its files are in the folder")
	}
	content := s.withManifest()[path]
	if content == nil {
		return nil, fmt.Errorf("output: %s: %w", path, fs.ErrNotExist)
	}
	return slices.Clone(content), nil
}

// withManifest returns the files and the manifest that goes with them.
func (s *Set) withManifest() map[string][]byte {
	all := maps.Clone(s.files)
	if s.fresh {
		all[Manifest] = nil
		return all
	}
	var b strings.Builder
	fmt.Fprintf(&b, "input %s %s\n", manifestFormat, s.input)
	for _, path := range slices.Sorted(maps.Keys(s.files)) {
		_, sum := sealOf(path, s.files[path])
		fmt.Fprintf(&b, "%s %s\n", path, sum)
	}
	all[Manifest] = withHeader(Manifest, s.source, []byte(b.String()))
	return all
}
