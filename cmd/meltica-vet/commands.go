package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"github.com/meltica/meltica/cmd/internal/cli"
	"github.com/meltica/meltica/gen/diag"
	"github.com/meltica/meltica/gen/vet"
	"github.com/meltica/meltica/gen/vet/importban"
	"github.com/meltica/meltica/gen/vet/importban/proof"
)

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
func (p *checkCmd) Run(c *commandLine, k *kong.Context) error {
	root, err := c.moduleRoot()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	target := vet.Target{Root: root, Packages: p.Packages, Dir: c.Root, Tags: p.Tags}
	if p.Fix {
		if err := target.Fix(ctx); err != nil {
			return err
		}
	}
	if err := c.imports(k, root); err != nil {
		return err
	}
	findings, err := target.Check(ctx)
	if err != nil {
		return err
	}
	if err := c.show(k, findings); err != nil {
		return err
	}
	if !c.Quiet {
		fmt.Fprintln(k.Stdout, "no findings")
	}
	return nil
}

type importsCmd struct{}

// Run checks the imports of the tree.
func (importsCmd) Run(c *commandLine, k *kong.Context) error {
	root, err := c.moduleRoot()
	if err != nil {
		return err
	}
	if err := c.imports(k, root); err != nil {
		return err
	}
	if !c.Quiet {
		fmt.Fprintln(k.Stdout, "no banned imports")
	}
	return nil
}

func (c *commandLine) imports(k *kong.Context, root string) error {
	findings, err := importban.Scan(os.DirFS(root))
	if err != nil {
		return err
	}
	return c.show(k, findings)
}

type helpCmd struct {
	Rule string `arg:"" optional:"" help:"Rule to explain."`
}

// Run prints the list of rules, or the text of one.
func (h *helpCmd) Run(k *kong.Context) error {
	if h.Rule == "" {
		fmt.Fprintln(k.Stdout, "Rules of meltica-vet; meltica-vet help RULE explains one, meltica-vet --help the command.")
		fmt.Fprintln(k.Stdout)
		w := tabwriter.NewWriter(k.Stdout, 0, 0, 2, ' ', 0)
		for _, a := range vet.Rules() {
			title, _, _ := strings.Cut(a.Doc, "\n")
			fmt.Fprintf(w, "  %s\t%s\n", a.Name, strings.TrimPrefix(title, a.Name+": "))
			for _, part := range parts(a.Doc) {
				fmt.Fprintf(w, "  %s/%s\t%s\n", a.Name, part.name, part.title)
			}
		}
		if err := w.Flush(); err != nil {
			return err
		}
		fmt.Fprintln(k.Stdout, "\nThe analyzers of go vet run as well; go tool vet help explains those.")
		return nil
	}
	for _, a := range vet.Rules() {
		if a.Name == h.Rule {
			fmt.Fprintf(k.Stdout, "%s\n", a.Doc)
			return nil
		}
		for _, part := range parts(a.Doc) {
			if a.Name+"/"+part.name == h.Rule {
				fmt.Fprintf(k.Stdout, "%s: %s\n", h.Rule, part.text)
				return nil
			}
		}
	}
	return fmt.Errorf("%w: there is no rule %q; meltica-vet help lists them", cli.ErrUsage, h.Rule)
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
func (exemptionsCmd) Run(k *kong.Context) error {
	for _, e := range vet.Exemptions() {
		fmt.Fprintf(k.Stdout, "%s: %s\n    %s\n", e.Rule, e.Where, e.Why)
	}
	return nil
}

type proveBanCmd struct {
	Verbose bool `help:"Name each form." short:"v"`
}

// Run plants and prints how many of how many were found.
func (p *proveBanCmd) Run(c *commandLine, k *kong.Context) error {
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
			fmt.Fprintf(k.Stderr, "%s: %s\n", r.Name, r.Failure)
			continue
		case p.Verbose:
			fmt.Fprintf(k.Stdout, "%s: as it should be\n", r.Name)
		}
		if r.Want != "" {
			found++
		} else {
			passed++
		}
	}
	fmt.Fprintf(k.Stdout, "%d of %d banned forms fail both meltica-vet and go test with the right text; %d of %d that look alike pass both\n",
		found, forms, passed, alike)
	if found+passed < len(results) {
		return cli.ErrReported
	}
	return nil
}

// moduleRoot returns the root that was given, or the folder with a go.mod at or above the
// working directory.
func (c *commandLine) moduleRoot() (string, error) {
	if c.Root != "" {
		info, err := os.Stat(c.Root)
		if err != nil || !info.IsDir() {
			return "", fmt.Errorf("%w: there is no folder %s; name the module with --root", cli.ErrUsage, c.Root)
		}
		return c.Root, nil
	}
	return cli.ModuleRoot()
}

// show prints findings and returns cli.ErrReported if there are any.
func (c *commandLine) show(k *kong.Context, findings []diag.Finding) error {
	if err := (diag.Text{Color: c.Color.On(k.Stderr)}).Print(k.Stderr, findings); err != nil {
		return err
	}
	if len(findings) > 0 {
		return cli.ErrReported
	}
	return nil
}
