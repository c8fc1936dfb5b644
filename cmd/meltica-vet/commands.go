package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"golang.org/x/term"

	"github.com/meltica/meltica/gen/diag"
	"github.com/meltica/meltica/gen/vet"
	"github.com/meltica/meltica/gen/vet/importban"
	"github.com/meltica/meltica/gen/vet/importban/proof"
)

// terminal is where a command prints.
type terminal struct {
	out, err io.Writer
}

type checkCmd struct {
	Packages []string `arg:"" optional:"" help:"Packages, as go vet takes them, from the root where that is given. Default: all below the root." placeholder:"PACKAGE"`
	Tags     string   `help:"Build tags, as go vet takes them." placeholder:"TAGS"`
	Fix      bool     `help:"First apply the fixes that the findings suggest."`
}

// Help is shown by meltica-vet check --help.
func (checkCmd) Help() string {
	return `Imports are read first, in all files below the root. A banned one may keep the packages from loading, so they are checked only when there is none.`
}

// Run checks the imports of the tree, then the packages.
func (k *checkCmd) Run(c *cli, t *terminal) error {
	root, err := c.moduleRoot()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	target := vet.Target{Root: root, Packages: k.Packages, Dir: c.Root, Tags: k.Tags}
	if k.Fix {
		if err := target.Fix(ctx); err != nil {
			return err
		}
	}
	if err := c.imports(t, root); err != nil {
		return err
	}
	findings, err := target.Check(ctx)
	if err != nil {
		return err
	}
	if err := c.show(t, findings); err != nil {
		return err
	}
	if !c.Quiet {
		say(t.out, "no findings\n")
	}
	return nil
}

type importsCmd struct{}

// Run checks the imports of the tree.
func (importsCmd) Run(c *cli, t *terminal) error {
	root, err := c.moduleRoot()
	if err != nil {
		return err
	}
	if err := c.imports(t, root); err != nil {
		return err
	}
	if !c.Quiet {
		say(t.out, "no banned imports\n")
	}
	return nil
}

func (c *cli) imports(t *terminal, root string) error {
	findings, err := importban.Scan(os.DirFS(root))
	if err != nil {
		return err
	}
	return c.show(t, findings)
}

type helpCmd struct {
	Rule string `arg:"" optional:"" help:"Rule to explain."`
}

// Run prints the list of rules, or the text of one.
func (h *helpCmd) Run(t *terminal) error {
	if h.Rule == "" {
		say(t.out, "Rules of meltica-vet; meltica-vet help RULE explains one, meltica-vet --help the command.\n\n")
		w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		for _, a := range vet.Rules() {
			title, _, _ := strings.Cut(a.Doc, "\n")
			say(w, "  %s\t%s\n", a.Name, strings.TrimPrefix(title, a.Name+": "))
			for _, part := range parts(a.Doc) {
				say(w, "  %s/%s\t%s\n", a.Name, part.name, part.title)
			}
		}
		if err := w.Flush(); err != nil {
			return err
		}
		say(t.out, "\nThe analyzers of go vet run as well; go tool vet help explains those.\n")
		return nil
	}
	for _, a := range vet.Rules() {
		if a.Name == h.Rule {
			say(t.out, "%s\n", a.Doc)
			return nil
		}
		for _, part := range parts(a.Doc) {
			if a.Name+"/"+part.name == h.Rule {
				say(t.out, "%s: %s\n", h.Rule, part.text)
				return nil
			}
		}
	}
	return fmt.Errorf("%w: there is no rule %q; meltica-vet help lists them", errUsage, h.Rule)
}

// part is one of the rules that an analyzer holds: a section of its text.
type part struct{ name, title, text string }

// partHeading begins such a section.
const partHeading = "\n# Rule "

// parts cuts the rules out of the text of an analyzer; most have none.
func parts(doc string) []part {
	var list []part
	for _, section := range strings.Split(doc, partHeading)[1:] {
		name, text, _ := strings.Cut(section, "\n")
		text = strings.TrimSpace(text)
		title, _, _ := strings.Cut(strings.ReplaceAll(text, "\n", " "), ". ")
		list = append(list, part{name, strings.TrimSuffix(title, "."), text})
	}
	return list
}

type exemptionsCmd struct{}

// Run prints what is exempt.
func (exemptionsCmd) Run(t *terminal) error {
	for _, e := range vet.Exemptions() {
		say(t.out, "%s: %s\n    %s\n", e.Rule, e.Where, e.Why)
	}
	return nil
}

type proveBanCmd struct {
	Verbose bool `help:"Name each form." short:"v"`
}

// Run plants and prints how many of how many were found.
func (p *proveBanCmd) Run(c *cli, t *terminal) error {
	root, err := c.moduleRoot()
	if err != nil {
		return err
	}
	tool, err := os.Executable()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	results, err := proof.Prove(ctx, root, tool)
	if err != nil {
		return err
	}
	found, forms, passed, alike := 0, 0, 0, 0
	for _, r := range results {
		if r.Want != "" {
			forms++
		} else {
			alike++
		}
		switch {
		case r.Failure != "":
			say(t.err, "%s: %s\n", r.Name, r.Failure)
			continue
		case p.Verbose:
			say(t.out, "%s: as it should be\n", r.Name)
		}
		if r.Want != "" {
			found++
		} else {
			passed++
		}
	}
	say(t.out, "%d of %d banned forms fail both meltica-vet and go test with the right text; %d of %d that look alike pass both\n",
		found, forms, passed, alike)
	if found+passed < len(results) {
		return errFindings
	}
	return nil
}

// moduleRoot returns the root that was given, or the folder with a go.mod at or above the
// working directory.
func (c *cli) moduleRoot() (string, error) {
	if c.Root != "" {
		info, err := os.Stat(c.Root)
		if err != nil || !info.IsDir() {
			return "", fmt.Errorf("%w: there is no folder %s; name the module with --root", errUsage, c.Root)
		}
		return c.Root, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		_, err := os.Stat(filepath.Join(dir, "go.mod"))
		if err == nil {
			return dir, nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("%w: there is no go.mod at or above the working directory, so name the module with --root", errUsage)
		}
		dir = parent
	}
}

// show prints findings and returns errFindings if there are any.
func (c *cli) show(t *terminal, findings []diag.Finding) error {
	color := c.Color == "always"
	if f, ok := t.err.(*os.File); ok && c.Color == "auto" {
		color = os.Getenv("NO_COLOR") == "" && term.IsTerminal(int(f.Fd()))
	}
	if err := (diag.Text{Color: color}).Print(t.err, findings); err != nil {
		return err
	}
	if len(findings) > 0 {
		return errFindings
	}
	return nil
}
