// Package proof plants every form of a banned import in a copy of this repository and proves
// that each makes the two things fail that CI runs: meltica-vet, and the plain test of package
// importban (SC-007). It plants what only looks alike as well, which must fail neither.
package proof

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Result is what became of one plant.
type Result struct {
	Plant
	Failure string // why it is not as it should be; empty when it is
}

// testFolder holds the plain test, testName is its name.
const (
	testFolder = "gen/vet/importban"
	testName   = "TestRepository"
)

// Prove copies the repository at root, which git must know, and plants in the copy. Tool is the
// path of meltica-vet. It needs git and go, and a build cache. The error says why nothing could
// be proven.
func Prove(ctx context.Context, root, tool string) (results []Result, err error) {
	folder, err := os.MkdirTemp("", "prove-ban")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	copied := filepath.Join(folder, "repository")
	if err := copyTracked(ctx, root, copied); err != nil {
		return nil, err
	}
	p := prover{root: copied, tool: tool, test: filepath.Join(folder, "importban.test")}
	if out, err := command(ctx, copied, "go", "test", "-c", "-o", p.test, "./"+testFolder); err != nil {
		return nil, fmt.Errorf("proof: build the test: %w\n%s", err, out)
	}
	if failure, err := p.check(ctx, Plant{Name: "nothing"}); err != nil || failure != "" {
		return nil, errors.Join(err, fmt.Errorf("proof: before anything is planted: %s", failure))
	}
	for _, plant := range Plants() {
		failure, err := p.try(ctx, plant)
		if err != nil {
			return nil, fmt.Errorf("proof: %s: %w", plant.Name, err)
		}
		results = append(results, Result{Plant: plant, Failure: failure})
	}
	return results, nil
}

// copyTracked copies what git tracks and what it would.
func copyTracked(ctx context.Context, root, to string) error {
	list, err := command(ctx, root, "git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
	if err != nil {
		return fmt.Errorf("proof: list the files: %w\n%s", err, list)
	}
	for name := range strings.SplitSeq(string(list), "\x00") {
		if name == "" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted, but not yet for git
		}
		if err != nil {
			return err
		}
		if err := write(filepath.Join(to, name), text); err != nil {
			return err
		}
	}
	return nil
}

func write(file string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o666)
}

// prover knows the copy and what to run in it.
type prover struct {
	root, tool, test string
}

// try plants, checks, and removes what it planted.
func (p prover) try(ctx context.Context, plant Plant) (failure string, err error) {
	for _, f := range plant.Files {
		file := filepath.Join(p.root, f.Name)
		before, err := os.ReadFile(file)
		existed := err == nil
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		if existed != f.Append {
			return "", fmt.Errorf("%s: existed: %v, want %v", f.Name, existed, f.Append)
		}
		if f.Link {
			err = os.Symlink(f.Text, file)
		} else {
			err = write(file, append(before, f.Text...))
		}
		if err != nil {
			return "", err
		}
		defer func() {
			if existed {
				err = errors.Join(err, write(file, before))
			} else {
				err = errors.Join(err, os.Remove(file))
			}
		}()
	}
	return p.check(ctx, plant)
}

// check runs both and says what is wrong with their answers.
func (p prover) check(ctx context.Context, plant Plant) (failure string, err error) {
	// Imports are the first thing that meltica-vet checks. To let it go on to the packages after
	// each plant that must pass would take minutes and show no more.
	vet := []string{"check", "./..."}
	if plant.Want == "" {
		vet = []string{"imports"}
	}
	failure, err = verdict(ctx, plant, p.root, p.tool, vet...)
	if err != nil || failure != "" {
		return failure, err
	}
	return verdict(ctx, plant, filepath.Join(p.root, testFolder), p.test, "-test.run=^"+testName+"$")
}

// verdict runs one command and says what is wrong with its answer.
func verdict(ctx context.Context, plant Plant, dir, name string, args ...string) (failure string, err error) {
	out, err := command(ctx, dir, name, args...)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return "", err
	}
	code := 0
	if exit != nil {
		code = exit.ExitCode()
	}
	ran, text := filepath.Base(name)+" "+strings.Join(args, " "), string(out)
	switch want := plant.exitCode(); {
	case code != want:
		return fmt.Sprintf("%s: got exit code %d, want %d\n%s", ran, code, want, text), nil
	case plant.Want != "" && !says(text, plant):
		return fmt.Sprintf("%s: no line names %s and says %q\n%s", ran, plant.Files[0].Name, plant.Want, text), nil
	default:
		return "", nil
	}
}

func (p Plant) exitCode() int {
	if p.Want == "" {
		return 0
	}
	return 1
}

// says reports whether a line of the output names the planted file and the ban.
func says(text string, plant Plant) bool {
	for line := range strings.Lines(text) {
		if strings.Contains(line, plant.Files[0].Name+":") && strings.Contains(line, plant.Want) {
			return true
		}
	}
	return false
}

func command(ctx context.Context, dir, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.Bytes(), err
}
