package importban_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/meltica/meltica/gen/vet/importban"
)

// TestGolangci proves that editors, which run golangci-lint, know the same bans by the same
// texts.
func TestGolangci(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root(t), ".golangci.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Linters struct {
			Settings struct {
				Depguard struct {
					Rules map[string]struct {
						Deny []struct {
							Pkg  string `yaml:"pkg"`
							Desc string `yaml:"desc"`
						} `yaml:"deny"`
					} `yaml:"rules"`
				} `yaml:"depguard"`
			} `yaml:"settings"`
		} `yaml:"linters"`
	}
	if err := yaml.Unmarshal(text, &config); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, d := range config.Linters.Settings.Depguard.Rules["banned"].Deny {
		got[d.Pkg] = d.Desc
	}
	for _, b := range importban.Banned() {
		if got[b.Path] != b.Text() {
			t.Errorf("%s: .golangci.yml says %q, want %q", b.Path, got[b.Path], b.Text())
		}
		delete(got, b.Path)
	}
	if len(got) > 0 {
		t.Errorf("only .golangci.yml bans %v", got)
	}
}
