// Command meltica-run moves market data from exchange WebSockets to consumers.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/alecthomas/kong"
	kongcompletion "github.com/jotaen/kong-completion"
	"golang.org/x/term"

	"github.com/meltica/meltica/cmd/internal/cli"
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

// Exit codes of this command, beside those that package cli gives.
const (
	exitUnclean   = 1
	exitInterrupt = 130
)

// commandLine is what kong fills.
type commandLine struct {
	Color   cli.Color        `help:"Colours: ${enum}." enum:"auto,always,never" default:"auto"`
	Version kong.VersionFlag `help:"Print the version and exit."`

	Run        runCmd                    `cmd:"" default:"withargs" help:"Run the pipeline. The default command."`
	Replay     replayCmd                 `cmd:"" help:"Push recorded frames through the adapters and print what came out."`
	Config     configCmd                 `cmd:"" help:"Print the default configuration, commented."`
	Help       cli.Help                  `cmd:"" help:"Explain a command."`
	Completion kongcompletion.Completion `cmd:"" help:"Print shell code that completes commands and flags (bash, zsh, fish)."`
}

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

// run executes a command line and returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	var c commandLine
	return cli.Program{
		Name:        "meltica-run",
		Description: description,
		Hint:        "meltica-run help",
		Line:        &c,
		Failure:     exitUnclean,
		Exec: func(k *kong.Context) error {
			ctx, stop := signals(stderr, os.Exit)
			defer stop()
			k.BindTo(ctx, (*context.Context)(nil))
			return k.Run(&terminal{
				out: stdout, err: stderr, redraw: cli.IsTerminal(stdout) && os.Getenv("TERM") != "dumb",
				color: c.Color.On(stdout), errColor: c.Color.On(stderr), size: sizeOf(stdout),
			})
		},
	}.Run(args, stdout, stderr)
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

type configCmd struct{}

// Run prints the default configuration.
func (configCmd) Run(t *terminal) error {
	_, err := t.out.Write(defaultYAML())
	return err
}
