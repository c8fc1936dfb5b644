package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/alecthomas/kong"
	kongcompletion "github.com/jotaen/kong-completion"
)

const description = `meltica-gen compiles the event schemas in schemas/ to the Go packages in generated/.

Examples:
  meltica-gen                       write what the schemas say (also: go generate ./...)
  meltica-gen check                 compare only; exit 1 and say what differs and how to mend it
  meltica-gen generate --force      also replace generated files that were edited by hand
  meltica-gen check --root ../other check another module
  meltica-gen help check            say more about one command

A finding names its place, shows the line and says what to write instead:
  schemas/v1/ws_frame.yaml:4:1: an event has no key "revison" [unknown-key]
      revison: 1
      ^
      hint: did you mean "revision"?

Exit codes: 0 all is well, 1 findings, 2 wrong usage, 3 internal failure.`

// Exit codes.
const (
	exitFine     = 0
	exitFindings = 1
	exitUsage    = 2
	exitInternal = 3
)

// cli is the command line.
type cli struct {
	Root    string           `help:"Root of the module. Default: the folder with go.mod at or above the working directory." placeholder:"DIR" type:"path"`
	Schemas string           `help:"Folder of the schemas, from the root." default:"schemas" placeholder:"DIR"`
	Out     string           `help:"Folder of the generated packages, from the root." default:"generated" placeholder:"DIR"`
	Color   string           `help:"Colour findings: ${enum}." enum:"auto,always,never" default:"auto"`
	Quiet   bool             `help:"Print findings only, no summary." short:"q"`
	Version kong.VersionFlag `help:"Print the version and exit."`

	Generate   generateCmd               `cmd:"" default:"withargs" help:"Write the generated packages. The default command."`
	Check      checkCmd                  `cmd:"" help:"Compare the generated packages with the schemas and write nothing."`
	Help       helpCmd                   `cmd:"" help:"Explain a command."`
	Completion kongcompletion.Completion `cmd:"" help:"Print shell code that completes commands and flags (bash, zsh, fish)."`
}

// errFindings ends a command whose findings have been printed.
var errFindings = errors.New("meltica-gen: findings")

// errUsage is wrapped by errors that the user mends on the command line.
var errUsage = errors.New("wrong usage")

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run executes a command line and returns the exit code. Flags that print and end, such as
// --help, exit the process themselves.
func run(args []string, stdout, stderr io.Writer) (code int) {
	defer func() {
		if r := recover(); r != nil {
			say(stderr, "meltica-gen: internal error: %v\n%s", r, debug.Stack())
			code = exitInternal
		}
	}()
	var c cli
	parser, err := kong.New(&c,
		kong.Name("meltica-gen"),
		kong.Description(description),
		kong.Vars{"version": version()},
		kong.Writers(stdout, stderr),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		say(stderr, "meltica-gen: internal error: %v\n", err)
		return exitInternal
	}
	kongcompletion.Register(parser)
	ctx, err := parser.Parse(args)
	if err != nil {
		say(stderr, "meltica-gen: %v\nRun meltica-gen help for the commands and flags.\n", err)
		return exitUsage
	}
	err = ctx.Run(&c, &terminal{out: stdout, err: stderr})
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, errFindings):
		return exitFindings
	case errors.Is(err, errUsage):
		say(stderr, "meltica-gen: %v\n", err)
		return exitUsage
	default:
		say(stderr, "meltica-gen: %v\n", err)
		return exitInternal
	}
}

// say prints for people. Where even that fails there is nobody left to tell.
func say(w io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(w, format, args...)
}

// version returns the version that the binary was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "meltica-gen (unknown version)"
	}
	text := "meltica-gen " + info.Main.Version + " " + info.GoVersion
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			text += " " + s.Value
		}
	}
	return text
}

// moduleRoot returns the folder with a go.mod at or above the working directory.
func moduleRoot() (string, error) {
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
