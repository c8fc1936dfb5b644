package main

import (
	"io"
	"os"

	"github.com/alecthomas/kong"
	kongcompletion "github.com/jotaen/kong-completion"

	"github.com/meltica/meltica/cmd/internal/cli"
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

// commandLine is what kong fills.
type commandLine struct {
	Root    string           `help:"Root of the module. Default: the folder with go.mod at or above the working directory." placeholder:"DIR" type:"path"`
	Schemas string           `help:"Folder of the schemas, from the root." default:"schemas" placeholder:"DIR"`
	Out     string           `help:"Folder of the generated packages, from the root." default:"generated" placeholder:"DIR"`
	Color   cli.Color        `help:"Colour findings: ${enum}." enum:"auto,always,never" default:"auto"`
	Quiet   bool             `help:"Print findings only, no summary." short:"q"`
	Version kong.VersionFlag `help:"Print the version and exit."`

	Generate   generateCmd               `cmd:"" default:"withargs" help:"Write the generated packages. The default command."`
	Check      checkCmd                  `cmd:"" help:"Compare the generated packages with the schemas and write nothing."`
	Help       cli.Help                  `cmd:"" help:"Explain a command."`
	Completion kongcompletion.Completion `cmd:"" help:"Print shell code that completes commands and flags (bash, zsh, fish)."`
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run executes a command line and returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	return cli.Program{
		Name:        "meltica-gen",
		Description: description,
		Hint:        "meltica-gen help",
		Line:        new(commandLine),
	}.Run(args, stdout, stderr)
}
