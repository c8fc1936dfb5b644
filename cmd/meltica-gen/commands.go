package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/alecthomas/kong"

	"github.com/meltica/meltica/cmd/internal/cli"
	"github.com/meltica/meltica/gen"
	"github.com/meltica/meltica/gen/diag"
)

type generateCmd struct {
	Force bool `help:"Replace generated files that were edited by hand, and remove such that no schema asks for. Files that meltica-gen did not write stay."`
}

// Help is shown by meltica-gen help generate.
func (generateCmd) Help() string {
	return `Files that are as they should be are not touched. Nothing at all is written while there is a finding: a wrong schema, a generated file that was edited by hand, or a file of somebody else where a generated one belongs.`
}

// Run writes the generated packages.
func (g *generateCmd) Run(c *commandLine, k *kong.Context) error {
	start := time.Now()
	p, err := c.places()
	if err != nil {
		return err
	}
	set, findings := gen.Generate(p.schemas, gen.Options{Schemas: p.schemasName, Tree: p.out})
	if err := c.show(k, findings); err != nil {
		return err
	}
	write := set.Write
	if g.Force {
		write = set.Overwrite
	}
	report, findings, err := write(p.out)
	if err != nil {
		return err
	}
	if err := c.show(k, p.generated(findings)); err != nil {
		return err
	}
	if !c.Quiet {
		fmt.Fprintf(k.Stdout, "generated %d files (%d written, %d unchanged, %d removed) in %d ms\n",
			len(report.Written)+len(report.Unchanged), len(report.Written), len(report.Unchanged),
			len(report.Removed), time.Since(start).Milliseconds())
	}
	return nil
}

type checkCmd struct{}

// Help is shown by meltica-gen help check.
func (checkCmd) Help() string {
	return `The packages are generated in memory and compared to the byte. A file can be missing, stale (the schemas or the generator changed since), edited by hand, orphaned (no schema asks for it any more) or foreign (in the way, and not written by meltica-gen). Each is named with the command that mends it.`
}

// Run compares the generated packages. It trusts no sum, so it always generates.
func (checkCmd) Run(c *commandLine, k *kong.Context) error {
	p, err := c.places()
	if err != nil {
		return err
	}
	set, findings := gen.Generate(p.schemas, gen.Options{Schemas: p.schemasName})
	if err := c.show(k, findings); err != nil {
		return err
	}
	differ, err := set.Check(p.out)
	if err != nil {
		return err
	}
	if err := c.show(k, p.generated(differ)); err != nil {
		return err
	}
	if !c.Quiet {
		fmt.Fprintf(k.Stdout, "checked %d files, all are what the schemas say\n", len(set.Paths()))
	}
	return nil
}

// places are the folders that a command works on.
type places struct {
	schemas     fs.FS
	schemasName string // as findings show it
	out         string
	outName     string
}

// places finds the folders. Those given as flags are taken from the root.
func (c *commandLine) places() (places, error) {
	root := c.Root
	if root == "" {
		found, err := cli.ModuleRoot()
		if err != nil {
			return places{}, err
		}
		root = found
	}
	from := func(dir string) string {
		if filepath.IsAbs(dir) {
			return dir
		}
		return filepath.Join(root, dir)
	}
	info, err := os.Stat(from(c.Schemas))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return places{}, err
	}
	if err != nil || !info.IsDir() {
		return places{}, fmt.Errorf("%w: there is no folder of schemas at %s; name it with --schemas, or the module with --root", cli.ErrUsage, from(c.Schemas))
	}
	return places{
		schemas:     os.DirFS(from(c.Schemas)),
		schemasName: filepath.ToSlash(filepath.Clean(c.Schemas)),
		out:         from(c.Out),
		outName:     filepath.ToSlash(filepath.Clean(c.Out)),
	}, nil
}

// generated puts the folder of generated packages in front of the files of findings.
func (p places) generated(findings []diag.Finding) []diag.Finding {
	for i := range findings {
		findings[i].File = p.outName + "/" + findings[i].File
	}
	return findings
}

// show prints findings and returns cli.ErrReported if one of them is an error.
func (c *commandLine) show(k *kong.Context, findings []diag.Finding) error {
	if err := (diag.Text{Color: c.Color.On(k.Stderr)}).Print(k.Stderr, findings); err != nil {
		return err
	}
	internal := func(f diag.Finding) bool { return f.Rule == gen.Internal }
	switch {
	case slices.ContainsFunc(findings, internal):
		return errors.New("failed, see above; the schemas are not to blame")
	case diag.HasErrors(findings):
		return cli.ErrReported
	default:
		return nil
	}
}
