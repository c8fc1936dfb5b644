package main

import (
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"
	kongcompletion "github.com/jotaen/kong-completion"
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/meltica/meltica/cmd/internal/cli"
	"github.com/meltica/meltica/gen/vet"
)

const description = `meltica-vet finds what the compiler does not: leases that are lost or used after Put, banned imports, and what breaks the design.

Examples:
  meltica-vet                   check the module around the working directory
  meltica-vet ./runtime/...     check some packages; imports are checked everywhere all the same
  meltica-vet --fix             apply the fixes that are safe, then check
  meltica-vet imports           read the imports only, which takes no build
  meltica-vet help              list the rules
  meltica-vet help notime       explain a rule, with a wrong and a right example
  meltica-vet exemptions        list where a rule does not hold, and why

As a tool of go vet: go vet -vettool=$(go tool -n meltica-vet) ./...

Exit codes: 0 all is well, 1 findings, 2 wrong usage, 3 internal failure, also when go vet can't load the packages.`

// commandLine is what kong fills.
type commandLine struct {
	Root    string           `help:"Root of the module. Default: the folder with go.mod at or above the working directory." placeholder:"DIR" type:"path"`
	Color   cli.Color        `help:"Colour findings: ${enum}." enum:"auto,always,never" default:"auto"`
	Quiet   bool             `help:"Print findings only, no summary." short:"q"`
	Version kong.VersionFlag `help:"Print the version and exit."`

	Check      checkCmd                  `cmd:"" default:"withargs" help:"Check imports, then packages. The default command."`
	Imports    importsCmd                `cmd:"" help:"Check imports only, in all files below the root."`
	Help       helpCmd                   `cmd:"" help:"List the rules, or explain one."`
	Exemptions exemptionsCmd             `cmd:"" help:"List where a rule does not hold, and why."`
	ProveBan   proveBanCmd               `cmd:"" hidden:"" help:"Plant every form of a banned import in a copy of the repository and prove that it is found."`
	Completion kongcompletion.Completion `cmd:"" help:"Print shell code that completes commands and flags (bash, zsh, fish)."`
}

func main() {
	if isVetTool(os.Args[1:]) {
		unitchecker.Main(vet.Suite()...) // does not return
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// isVetTool reports whether the go command calls, by the protocol of unitchecker: with -V=full,
// with -flags, or with flags and the configuration of one package.
func isVetTool(args []string) bool {
	if len(args) == 0 {
		return false
	}
	return args[0] == "-flags" || strings.HasPrefix(args[0], "-V=") || strings.HasSuffix(args[len(args)-1], ".cfg")
}

// run executes a command line and returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	return cli.Program{
		Name:        "meltica-vet",
		Description: description,
		Hint:        "meltica-vet --help",
		Line:        new(commandLine),
	}.Run(args, stdout, stderr)
}
