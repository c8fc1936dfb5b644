// Command meltica-run moves market data from exchange WebSockets to consumers.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"

	"github.com/alecthomas/kong"
	kongcompletion "github.com/jotaen/kong-completion"
	"golang.org/x/term"
)

const description = `meltica-run moves market data from exchange WebSockets through providers, dispatcher and data bus to consumers.

Examples:
  meltica-run                          a simulated market on loopback, until Ctrl-C
  meltica-run --for 10s                the same, ends by itself with a summary
  meltica-run config > meltica.yaml    a commented configuration to start from
  meltica-run --config meltica.yaml    your providers and symbols
  meltica-run replay FILE...           recorded frames through the same adapters
  meltica-run help replay              say more about one command

Ctrl-C or SIGTERM drains for at most 5 s and lists what was not returned; a second one ends at once.

Exit codes: 0 clean, 1 something was lost or is wrong, 2 wrong usage or configuration, 3 internal failure, 130 ended by a second signal.`

// Exit codes.
const (
	exitClean     = 0
	exitUnclean   = 1
	exitUsage     = 2
	exitInternal  = 3
	exitInterrupt = 130
)

// cli is the command line.
type cli struct {
	Color   string           `help:"Colours: ${enum}." enum:"auto,always,never" default:"auto"`
	Version kong.VersionFlag `help:"Print the version and exit."`

	Run        runCmd                    `cmd:"" default:"withargs" help:"Run the pipeline. The default command."`
	Replay     replayCmd                 `cmd:"" help:"Push recorded frames through the adapters and print what came out."`
	Config     configCmd                 `cmd:"" help:"Print the default configuration, commented."`
	Help       helpCmd                   `cmd:"" help:"Explain a command."`
	Completion kongcompletion.Completion `cmd:"" help:"Print shell code that completes commands and flags (bash, zsh, fish)."`
}

var (
	// errUnclean ends a command that has told already what is wrong.
	errUnclean = errors.New("meltica-run: not clean")
	// errUsage is wrapped by errors that the user mends on the command line or in a file.
	errUsage = errors.New("wrong usage")
)

// terminal is where a command prints, and whether somebody looks.
type terminal struct {
	out, err io.Writer
	redraw   bool // out is a terminal that can move its cursor
	color    bool // out takes colours
	errColor bool // err does
	size     func() (width, height int)
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run executes a command line and returns the exit code. Flags that print and end, such as
// --help, exit the process themselves.
func run(args []string, stdout, stderr io.Writer) (code int) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintf(stderr, "meltica-run: internal error: %v\n%s", r, debug.Stack())
			code = exitInternal
		}
	}()
	var c cli
	parser, err := kong.New(&c,
		kong.Name("meltica-run"),
		kong.Description(description),
		kong.Vars{"version": version()},
		kong.Writers(stdout, stderr),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		panic(err)
	}
	kongcompletion.Register(parser)
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "meltica-run: %v\nTry \"meltica-run --help\".\n", err)
		return exitUsage
	}
	ctx, stop := signals(stderr, os.Exit)
	defer stop()
	parsed.BindTo(ctx, (*context.Context)(nil))
	parsed.Bind(&terminal{
		out: stdout, err: stderr, redraw: isTerminal(stdout) && os.Getenv("TERM") != "dumb",
		color: c.colored(stdout), errColor: c.colored(stderr), size: sizeOf(stdout),
	}, parser)
	switch err := parsed.Run(); {
	case err == nil:
		return exitClean
	case errors.Is(err, errUnclean):
		return exitUnclean
	case errors.Is(err, errUsage):
		fmt.Fprintf(stderr, "meltica-run: %v\n", err)
		return exitUsage
	default:
		fmt.Fprintf(stderr, "meltica-run: %v\n", err)
		return exitUnclean
	}
}

// signals returns a context that ends with the first SIGINT or SIGTERM. The second one calls
// exit, whatever the process is doing. The returned function undoes it all.
func signals(stderr io.Writer, exit func(code int)) (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	caught := make(chan os.Signal, 2)
	done := make(chan struct{})
	signal.Notify(caught, os.Interrupt, syscall.SIGTERM)
	// Ends with stop.
	go func() {
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			case s := <-caught:
				if n > 0 {
					fmt.Fprintf(stderr, "meltica-run: second %v: ending at once\n", s)
					exit(exitInterrupt)
					return
				}
				fmt.Fprintf(stderr, "meltica-run: %v: draining; once more ends at once\n", s)
				cancel()
			}
		}
	}()
	return ctx, sync.OnceFunc(func() {
		signal.Stop(caught)
		close(done)
		cancel()
	})
}

// colored decides about colours as --color asks; auto also heeds NO_COLOR.
func (c *cli) colored(out io.Writer) bool {
	switch c.Color {
	case "always":
		return true
	case "never":
		return false
	default:
		return isTerminal(out) && os.Getenv("NO_COLOR") == ""
	}
}

func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// sizeOf returns a function that asks for the size of a terminal, which may change; 0 and 0 if
// out is none.
func sizeOf(out io.Writer) func() (width, height int) {
	return func() (int, int) {
		f, ok := out.(*os.File)
		if !ok {
			return 0, 0
		}
		width, height, err := term.GetSize(int(f.Fd()))
		if err != nil {
			return 0, 0
		}
		return width, height
	}
}

// version is the module version, or the commit that was built.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && v == "(devel)" {
			v = s.Value
		}
	}
	return v
}

type helpCmd struct {
	Command []string `arg:"" optional:"" help:"The command to explain."`
}

// Run prints the help of a command, or of all.
func (h *helpCmd) Run(parser *kong.Kong) error {
	if len(h.Command) == 0 {
		// An empty command line would be the default command's.
		_, err := parser.Parse([]string{"--help"})
		return err
	}
	ctx, err := kong.Trace(parser, h.Command)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if ctx.Error != nil {
		return fmt.Errorf("%w: %w", errUsage, ctx.Error)
	}
	return ctx.PrintUsage(false)
}

type configCmd struct{}

// Run prints the default configuration.
func (configCmd) Run(t *terminal) error {
	_, err := t.out.Write(defaultYAML())
	return err
}
