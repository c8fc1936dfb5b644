package config

import (
	"cmp"
	_ "embed" // of default.yaml
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

//go:embed default.yaml
var defaultYAML string

// DefaultYAML returns Default as a file, with every key explained.
func DefaultYAML() []byte {
	return []byte(defaultYAML)
}

// Load reads the configuration file at path as Parse does. The error is an *Errors for a file
// that can't be read, too, and wraps the reason then.
func Load(path string) (Config, error) {
	text, err := readFile(path)
	if err != nil {
		var pathError *os.PathError
		cause := err
		if errors.As(err, &pathError) {
			cause = pathError.Err // without the path, which the place of the finding names
		}
		finding := Finding{File: path, Message: fmt.Sprintf("read: %v", cause)}
		return Config{}, &Errors{Findings: []Finding{finding}, cause: err}
	}
	return Parse(path, text)
}

// readFile reads a byte more than Parse takes, so that a device or a log does not fill the memory.
func readFile(path string) (text []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return io.ReadAll(io.LimitReader(f, fileBytesMax+1))
}

// Parse reads the text of a configuration file; name stands in the findings. What the text leaves
// out is as in Default, but the simulator is off unless the text turns it on, and the providers
// have to be there. The error is an *Errors with all that is wrong; the Config is the zero Config
// then, never a half-valid one.
func Parse(name string, text []byte) (Config, error) {
	// Line ends move neither line nor column, and the scanner counts "\r\n" in places as two.
	clean := strings.ReplaceAll(string(text), "\r\n", "\n")
	d := &decoder{file: name, lines: strings.Split(clean, "\n"), shown: strings.Split(redacted(clean), "\n")}
	c := Default()
	c.Simulator.Enabled, c.Providers = false, nil
	root := d.parse(clean)
	if root != nil && len(d.findings) == 0 {
		d.section("", root, func(s *section) { d.config(s, &c) })
	}
	if len(d.findings) > 0 {
		slices.SortStableFunc(d.findings, func(a, b Finding) int {
			return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
		})
		return Config{}, &Errors{Findings: d.findings}
	}
	return c, nil
}
