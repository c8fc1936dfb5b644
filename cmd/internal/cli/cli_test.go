package cli_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/meltica/meltica/cmd/internal/cli"
)

// line is a command line with one command and its outcome.
type line struct {
	Do   do       `cmd:"" default:"withargs" help:"Does it."`
	Help cli.Help `cmd:"" help:"Explains."`
}

type do struct {
	Loud bool `help:"Says so."`
	run  func() error
}

// Run takes what Program binds by itself: the context and the line.
func (d *do) Run(ctx *kong.Context, l *line) error {
	if l.Do.Loud {
		fmt.Fprintln(ctx.Stdout, "loud")
	}
	return d.run()
}

// TestOutcomes: each outcome has its exit code, and words on standard error unless it was told.
func TestOutcomes(t *testing.T) {
	f := func(code, failure int, said string, run func() error, args ...string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		p := cli.Program{Name: "prog", Description: "A program.", Hint: "prog help", Line: &line{Do: do{run: run}}, Failure: failure}
		if got := p.Run(args, &stdout, &stderr); got != code {
			t.Errorf("%q: got exit code %d, want %d", args, got, code)
		}
		if got := stderr.String(); !strings.HasPrefix(got, said) || (said == "") != (got == "") {
			t.Errorf("%q: said %q, want %q", args, got, said)
		}
	}
	returns := func(err error) func() error { return func() error { return err } }
	f(0, 0, "", returns(nil))
	f(1, 0, "", returns(fmt.Errorf("ended: %w", cli.ErrReported)))
	f(2, 0, "prog: wrong usage: no\n", returns(fmt.Errorf("%w: no", cli.ErrUsage)))
	f(2, 1, "prog: wrong usage\n", returns(cli.ErrUsage))
	f(3, 0, "prog: broken\n", returns(errors.New("broken")))
	f(1, 1, "prog: broken\n", returns(errors.New("broken")))
	f(3, 1, "prog: internal error: a bug\ngoroutine ", func() error { panic("a bug") })
	f(2, 0, "prog: unknown flag --lout, did you mean \"--loud\"?\nRun prog help for the commands and flags.\n", returns(nil), "--lout")
	f(2, 0, "prog: wrong usage: ", returns(nil), "help", "nothing")
}

func TestExecRunsTheCommand(t *testing.T) {
	var stdout, stderr bytes.Buffer
	reached := false
	p := cli.Program{
		Name: "prog", Description: "A program.", Hint: "prog help",
		Line: &line{Do: do{run: func() error { reached = true; return nil }}},
		Exec: func(ctx *kong.Context) error {
			if err := ctx.Run(); err != nil {
				return err
			}
			return cli.ErrReported
		},
	}
	code := p.Run([]string{"--loud"}, &stdout, &stderr)
	if code != 1 || !reached || stdout.String() != "loud\n" || stderr.Len() != 0 {
		t.Errorf("got exit code %d, command reached: %t, said %q and %q", code, reached, stdout.String(), stderr.String())
	}
}

func TestHelpExplains(t *testing.T) {
	f := func(want, without string, args ...string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		p := cli.Program{Name: "prog", Description: "A program.", Hint: "prog help", Line: &line{}}
		if code := p.Run(args, &stdout, &stderr); code != 0 {
			t.Errorf("%q: exit code %d, said %s", args, code, stderr.String())
		}
		if got := stdout.String(); !strings.Contains(got, want) || strings.Contains(got, without) {
			t.Errorf("%q: printed %q, want %q and no %q", args, got, want, without)
		}
	}
	f("A program.", "Says so.", "help")
	f("Says so.", "A program.", "help", "do")
}

func TestModuleRootIsAtOrAbove(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	deep := filepath.Join(root, "a", "b")
	if err := os.MkdirAll(deep, 0o777); err != nil {
		t.Fatal(err)
	}
	t.Chdir(deep)
	if got, err := cli.ModuleRoot(); !errors.Is(err, cli.ErrUsage) || !strings.Contains(err.Error(), "--root") {
		t.Errorf("without go.mod: got %q and %v, want wrong usage", got, err)
	}
	if err := os.WriteFile(filepath.Join(root, "go.mod"), []byte("module example.com/m\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{root, deep} {
		t.Chdir(dir)
		if got, err := cli.ModuleRoot(); err != nil || got != root {
			t.Errorf("in %s: got %q and %v, want %q", dir, got, err, root)
		}
	}
}

// TestColorsAreForTerminals asks the master side of a pseudo-terminal, which is one.
func TestColorsAreForTerminals(t *testing.T) {
	tty, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no terminal to be had: ", err)
	}
	defer func() {
		if err := tty.Close(); err != nil {
			t.Error(err)
		}
	}()
	f := func(choice cli.Color, noColor string, want bool) {
		t.Helper()
		t.Setenv("NO_COLOR", noColor)
		if got := choice.On(tty); got != want {
			t.Errorf("--color=%s with NO_COLOR=%q: %t, want %t", choice, noColor, got, want)
		}
	}
	f("auto", "", true)
	f("auto", "1", false)
	f("always", "1", true)
	f("never", "", false)
	if cli.Color("auto").On(new(bytes.Buffer)) {
		t.Error("colours for a buffer")
	}
}
