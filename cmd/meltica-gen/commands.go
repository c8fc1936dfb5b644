package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"github.com/meltica/meltica/gen"
	"github.com/meltica/meltica/gen/diag"
)

// terminal is where a command prints.
type terminal struct {
	out, err io.Writer
}

type generateCmd struct {
	Force bool `help:"Replace generated files that were edited by hand, and remove such that no schema asks for. Files that meltica-gen did not write stay."`
}

// Help is shown by meltica-gen help generate.
func (generateCmd) Help() string {
	return `Files that are as they should be are not touched. Nothing at all is written while there is a finding: a wrong schema, a generated file that was edited by hand, or a file of somebody else where a generated one belongs.`
}

// Run writes the generated packages.
func (g *generateCmd) Run(c *cli, t *terminal) error {
	start := time.Now()
	p, err := c.places()
	if err != nil {
		return err
	}
	set, findings := gen.Generate(p.schemas, gen.Options{Schemas: p.schemasName, Tree: p.out})
	if err := c.show(t, findings); err != nil {
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
	if err := c.show(t, p.generated(findings)); err != nil {
		return err
	}
	if !c.Quiet {
		say(t.out, "generated %d files (%d written, %d unchanged, %d removed) in %d ms\n",
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
func (checkCmd) Run(c *cli, t *terminal) error {
	p, err := c.places()
	if err != nil {
		return err
	}
	set, findings := gen.Generate(p.schemas, gen.Options{Schemas: p.schemasName})
	if err := c.show(t, findings); err != nil {
		return err
	}
	differ, err := set.Check(p.out)
	if err != nil {
		return err
	}
	if err := c.show(t, p.generated(differ)); err != nil {
		return err
	}
	if !c.Quiet {
		say(t.out, "checked %d files, all are what the schemas say\n", len(set.Paths()))
	}
	return nil
}

type helpCmd struct {
	Command []string `arg:"" optional:"" help:"Command to explain."`
}

// Run prints the help of a command, or of the program.
func (h *helpCmd) Run(ctx *kong.Context) error {
	if len(h.Command) == 0 {
		// The program's own help, not that of its default command.
		top := *ctx
		top.Path = ctx.Path[:1]
		return top.PrintUsage(false)
	}
	target, err := kong.Trace(ctx.Kong, h.Command)
	if err == nil {
		err = target.Error
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	return target.PrintUsage(false)
}

// places are the folders that a command works on.
type places struct {
	schemas     fs.FS
	schemasName string // as findings show it
	out         string
	outName     string
}

// places finds the folders. Those given as flags are taken from the root.
func (c *cli) places() (places, error) {
	root := c.Root
	if root == "" {
		found, err := moduleRoot()
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
		return places{}, fmt.Errorf("%w: there is no folder of schemas at %s; name it with --schemas, or the module with --root", errUsage, from(c.Schemas))
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

// show prints findings and returns errFindings if one of them is an error.
func (c *cli) show(t *terminal, findings []diag.Finding) error {
	color := c.Color == "always"
	if f, ok := t.err.(*os.File); ok && c.Color == "auto" {
		color = os.Getenv("NO_COLOR") == "" && term.IsTerminal(int(f.Fd()))
	}
	if err := (diag.Text{Color: color}).Print(t.err, findings); err != nil {
		return err
	}
	internal := func(f diag.Finding) bool { return f.Rule == gen.Internal }
	switch {
	case slices.ContainsFunc(findings, internal):
		return errors.New("failed, see above; the schemas are not to blame")
	case diag.HasErrors(findings):
		return errFindings
	default:
		return nil
	}
}
