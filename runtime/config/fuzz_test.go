package config_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/meltica/meltica/runtime/config"
)

// FuzzParse checks that any text gives either a usable Config or findings at places that exist.
func FuzzParse(f *testing.F) {
	f.Add(config.DefaultYAML())
	f.Add([]byte(providers))
	for _, hostile := range []string{
		"", "---", "--- \n...\n", "? a", "a: b: c", "- - - -", "{", "[{", "a: 'b", "a: \"\\x", "%YAML 1.2\n---\n", "\t", "a:\tb",
		"&a [*a]", "a: |9\n", "a: >\n\n\n b", "\x00", "\xff\xfe", "\ufeffa: 1", "a: !!binary x", "{a: 1, a}", "[a: 1]", "\r", "#", "{,}", "a: {b: }",
	} {
		f.Add([]byte(hostile))
	}
	files, err := filepath.Glob("testdata/errors/*.txtar")
	if err != nil || len(files) == 0 {
		f.Fatalf("golden files: %v, %v", files, err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(archive.Files[0].Data)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := config.Parse("m.yaml", text)
		if err == nil {
			checkUsable(t, c)
			return
		}
		var all *config.Errors
		if !errors.As(err, &all) || len(all.Findings) == 0 {
			t.Fatalf("got %v, want findings", err)
		}
		if diff := cmp.Diff(config.Config{}, c); diff != "" {
			t.Errorf("half-valid config (-want +got):\n%s", diff)
		}
		lines := strings.Split(string(text), "\n")
		for i, finding := range all.Findings {
			if finding.Line < 0 || finding.Line > len(lines) {
				t.Fatalf("line %d of %d: %v", finding.Line, len(lines), finding)
			}
			if finding.Line > 0 && (finding.Column < 1 || finding.Column > utf8.RuneCountInString(lines[finding.Line-1])+1) {
				t.Fatalf("column outside its line: %+v", finding)
			}
			if i > 0 && all.Findings[i-1].Line > finding.Line {
				t.Fatalf("findings are not in order:\n%v", err)
			}
		}
		if i := strings.IndexFunc(err.Error(), func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("unprintable text at %d of %q", i, err)
		}
	})
}

// checkUsable checks what the pipeline relies on.
func checkUsable(t *testing.T, c config.Config) {
	t.Helper()
	names := map[string]bool{}
	for _, p := range c.Providers {
		channels := p.Channels.Book || p.Channels.Ticker || p.Channels.Trade || p.Channels.AggTrade || len(p.Channels.Klines) > 0
		switch {
		case p.Name == "" || names[p.Name]:
			t.Errorf("name %q is empty or there twice", p.Name)
		case p.Venue != "binance" || len(p.Symbols) == 0 || !channels:
			t.Errorf("half a provider: %+v", p)
		case (p.StreamURL == "") != (p.RestURL == "") || p.Simulated() && !c.Simulator.Enabled:
			t.Errorf("a provider that can't connect: %+v", p)
		case p.Book.Top < 1 || p.Book.Top > p.Book.Depth || p.ReadBytesMax < 64<<10 || p.StaleAfter <= 0 || p.ConnectionLife <= 0:
			t.Errorf("a provider out of bounds: %+v", p)
		}
		names[p.Name] = true
	}
	if len(c.Providers) == 0 || c.Bus.QueueMax < 1 || c.Bus.ConflateAt < 1 || c.Pools.ExecReport.Capacity < 1 || c.Shutdown.Timeout <= 0 || c.Console.Every <= 0 {
		t.Errorf("out of bounds: %+v", c)
	}
}
