// Package gen compiles event schemas to Go: it loads and checks every version, has the Go back end
// write its files, and returns them as one set that the caller compares or writes.
package gen

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/meltica/meltica/gen/diag"
	"github.com/meltica/meltica/gen/golang"
	"github.com/meltica/meltica/gen/output"
	"github.com/meltica/meltica/gen/schema"
)

// Options say where the schemas and the generated files are. The zero value is good for schemas in
// memory.
type Options struct {
	// Schemas is the path of the root of the schemas as findings show it, such as "schemas".
	Schemas string
	// Tree is the folder of generated files. If it holds what the schemas say already, Generate
	// returns that without running the back end. Empty means always to generate.
	Tree string
}

// Generate compiles all versions, the folders v1, v2 and so on of fsys, side by side. It returns
// the set, or nil with at least one finding of severity error. It writes nothing and may be called
// concurrently.
func Generate(fsys fs.FS, opts Options) (*output.Set, []diag.Finding) {
	dirs, input, err := fingerprint(fsys)
	if err != nil {
		return nil, failure(opts.Schemas, Internal, err)
	}
	if len(dirs) == 0 {
		return nil, failure(opts.Schemas, "no-schemas", errors.New("there is no version folder such as v1"))
	}
	if opts.Tree != "" {
		if set, err := output.Fresh(opts.Tree, input); err != nil {
			return nil, failure(opts.Tree, Internal, err)
		} else if set != nil {
			return set, nil
		}
	}
	set := output.NewSet("schemas", input)
	var findings []diag.Finding
	for _, dir := range dirs {
		pkg, found := schema.Load(fsys, dir)
		findings = append(findings, below(opts.Schemas, found)...)
		if pkg == nil {
			continue
		}
		if err := add(set, pkg); err != nil {
			findings = append(findings, failure(path.Join(opts.Schemas, dir), Internal, err)...)
		}
	}
	if diag.HasErrors(findings) {
		return nil, findings
	}
	return set, findings
}

// Internal is the rule of findings that are the fault of the generator or of the file system, not
// of a schema.
const Internal = "internal"

// add has the back end write the files of a version and puts them into the set.
func add(set *output.Set, pkg *schema.Package) error {
	files, err := golang.Files(pkg)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := set.Add(f.Path, f.Source, f.Content); err != nil {
			return err
		}
	}
	return nil
}

// sources are the parts of the generator that decide what is generated, beside the back end.
//
//go:embed gen.go output/*.go schema/*.go
var sources embed.FS

// fingerprint returns the version folders and a hash over all that the generated files depend on:
// the schema files and the generator itself.
func fingerprint(fsys fs.FS) (dirs []string, hash string, err error) {
	dirs, err = schema.Versions(fsys)
	if err != nil {
		return nil, "", err
	}
	h := sha256.New()
	add := func(fsys fs.FS, file string) error {
		f, err := fsys.Open(file)
		if err != nil {
			return err
		}
		n, err := io.Copy(h, f)
		h.Write(fmt.Appendf(nil, "\n%s %d\n", file, n))
		return errors.Join(err, f.Close())
	}
	for _, dir := range dirs {
		files, err := schema.Files(fsys, dir)
		if err != nil {
			return nil, "", err
		}
		for _, file := range files {
			if err := add(fsys, file); err != nil {
				return nil, "", err
			}
		}
	}
	err = fs.WalkDir(sources, ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(file, "_test.go") {
			return err
		}
		return add(sources, file)
	})
	h.Write([]byte(golang.Fingerprint()))
	return dirs, hex.EncodeToString(h.Sum(nil)[:8]), err
}

// below puts the path of the root of the schemas in front of the files of findings.
func below(root string, findings []diag.Finding) []diag.Finding {
	for i := range findings {
		findings[i].File = path.Join(root, findings[i].File)
	}
	return findings
}

func failure(file, rule string, err error) []diag.Finding {
	return []diag.Finding{{Position: diag.Position{File: file}, Rule: rule, Message: err.Error()}}
}
