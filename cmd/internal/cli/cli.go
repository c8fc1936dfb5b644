// Package cli is the frame around a command: it reads the command line, runs what was chosen and
// turns the outcome into an exit code. What a command does and prints stays in the command.
//
// The exit codes are 0 when all is well, 1 after ErrReported, 2 on wrong usage and 3 on a
// failure of the program; Program.Failure may say otherwise for the last.
package cli

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/alecthomas/kong"
	kongcompletion "github.com/jotaen/kong-completion"
)

const (
	exitFine     = 0
	exitReported = 1
	exitUsage    = 2
	exitInternal = 3
)

var (
	// ErrReported ends a command that has told already what is wrong. Nothing more is printed.
	ErrReported = errors.New("cli: reported")
	// ErrUsage is wrapped by errors that the user mends on the command line or in a file that it
	// names.
	ErrUsage = errors.New("wrong usage")
)

// Program describes a command. All fields but Exec and Failure are required.
type Program struct {
	Name        string
	Description string                    // shown by --help
	Hint        string                    // what explains commands and flags, such as "meltica-gen help"
	Line        any                       // pointer to the struct of commands and flags, as kong takes it
	Exec        func(*kong.Context) error // runs the chosen command; if nil, with no bindings but Line
	Failure     int                       // exit code after errors that wrap neither of the above; if 0, it is 3
}

// Run executes a command line, the program's name left out, and returns the exit code. Errors and
// panics are told on stderr. Flags that print and end, such as --help, exit the process
// themselves, and so does a shell that asks for completions.
func (p Program) Run(args []string, stdout, stderr io.Writer) (code int) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintf(stderr, "%s: internal error: %v\n%s", p.Name, r, debug.Stack())
			code = exitInternal
		}
	}()
	parser, err := kong.New(p.Line,
		kong.Name(p.Name),
		kong.Description(p.Description),
		kong.Vars{"version": version(p.Name)},
		kong.Writers(stdout, stderr),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		panic(err) // the tags of Line are wrong
	}
	kongcompletion.Register(parser)
	ctx, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\nRun %s for the commands and flags.\n", p.Name, err, p.Hint)
		return exitUsage
	}
	if p.Exec != nil {
		err = p.Exec(ctx)
	} else {
		err = ctx.Run()
	}
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, ErrReported):
		return exitReported
	}
	fmt.Fprintf(stderr, "%s: %v\n", p.Name, err)
	switch {
	case errors.Is(err, ErrUsage):
		return exitUsage
	case p.Failure != 0:
		return p.Failure
	default:
		return exitInternal
	}
}

// version returns the version and the commit that the binary was built from.
func version(name string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return name + " (unknown version)"
	}
	text := name + " " + info.Main.Version + " " + info.GoVersion
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			text += " " + s.Value
		}
	}
	return text
}

// Help is a command that explains the program, or one of its commands.
type Help struct {
	Command []string `arg:"" optional:"" help:"Command to explain."`
}

// Run prints to standard output. An unknown command is ErrUsage.
func (h *Help) Run(ctx *kong.Context) error {
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
		return fmt.Errorf("%w: %w", ErrUsage, err)
	}
	return target.PrintUsage(false)
}
