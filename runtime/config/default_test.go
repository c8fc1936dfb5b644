package config_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/meltica/meltica/runtime/config"
)

func TestDefaultYAML(t *testing.T) {
	got, err := config.Parse("default.yaml", config.DefaultYAML())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(config.Default(), got); diff != "" {
		t.Errorf("Parse(DefaultYAML()) (-Default +got):\n%s", diff)
	}
}

// TestDefaultYAMLCommentedKeys turns the keys on that the default has only as comments.
func TestDefaultYAMLCommentedKeys(t *testing.T) {
	got, err := config.Parse("default.yaml", []byte(uncommented()))
	if err != nil {
		t.Fatal(err)
	}
	want := config.Default()
	want.Providers[0].StreamURL = "wss://stream.binance.com:9443"
	want.Providers[0].RestURL = "https://api.binance.com"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestDefaultYAMLHasEveryKey asks the decoder which keys there are: it lists them as the hint for
// a key that resembles none, in every mapping of the file.
func TestDefaultYAMLHasEveryKey(t *testing.T) {
	const bogus = "zzzzzzzzzzzzzzzz"
	text := regexp.MustCompile(`(?m)^( *)(- )?([a-z_]+:)`).ReplaceAllStringFunc(uncommented(), func(key string) string {
		indent := strings.Repeat(" ", len(key)-len(strings.TrimLeft(key, " -")))
		return key[:len(indent)] + bogus + ": 1\n" + indent + key[len(indent):]
	})
	text = strings.ReplaceAll(text, "{", "{"+bogus+": 1, ")
	_, err := config.Parse("default.yaml", []byte(text))
	if err == nil {
		t.Fatal("unknown keys are taken")
	}
	known := map[string][]string{}
	unknown := regexp.MustCompile(`unknown key "` + bogus + `" in (.*)\n.*\n.*\n    hint: there is (.*)`)
	for _, match := range unknown.FindAllStringSubmatch(err.Error(), -1) {
		known[match[1]] = strings.Split(match[2], ", ")
	}
	if keys := known["the file"]; !slices.Contains(keys, "providers") || !slices.Contains(known["pools.exec_report"], "timeout") {
		t.Fatalf("the decoder told its keys as %v", known)
	}
	// Every key is in the file, and every section is one of those found.
	for section, keys := range known {
		for _, key := range keys {
			if !regexp.MustCompile(`(?m)^[^#]*\b` + key + `:`).MatchString(uncommented()) {
				t.Errorf("default.yaml lacks %s of %s", key, section)
			}
		}
	}
	// Every key has a comment above it, or its section explains it as "# key: ...".
	lines := strings.Split(string(config.DefaultYAML()), "\n")
	for i, line := range strings.Split(uncommented(), "\n") {
		for _, match := range regexp.MustCompile(`([a-z_]+):( |$)`).FindAllStringSubmatch(line, -1) {
			above := i > 0 && strings.Contains(lines[i-1], "# ")
			flow := strings.Contains(line, "{"+match[1]+":") || strings.Contains(line, ", "+match[1]+":")
			explained := strings.Contains(string(config.DefaultYAML()), "\n# "+match[1]+": ")
			if !strings.Contains(line, "#") && (flow && !explained || !flow && !above) {
				t.Errorf("default.yaml:%d: %s has no comment", i+1, match[1])
			}
		}
	}
}

// TestDefaultYAMLBounds sets each value to something it can't be; the bounds that the error tells
// have to stand in the comment.
func TestDefaultYAMLBounds(t *testing.T) {
	lines := strings.Split(string(config.DefaultYAML()), "\n")
	value := regexp.MustCompile(`[a-z_]+: ([0-9][0-9A-Za-z.]*)`)
	bounds := regexp.MustCompile(`got.*|.* (from [^ ]+ to [^ ,]+)`)
	checked := 0
	for i, line := range lines {
		if strings.Contains(line, "#") {
			continue
		}
		for _, at := range value.FindAllStringSubmatchIndex(line, -1) {
			broken := slices.Clone(lines)
			broken[i] = line[:at[2]] + "never" + line[at[3]:]
			_, err := config.Parse("default.yaml", []byte(strings.Join(broken, "\n")))
			if err == nil {
				t.Errorf("default.yaml:%d: %q is taken", i+1, broken[i])
				continue
			}
			match := bounds.FindStringSubmatch(err.Error())
			comment := lines[i-1]
			if strings.Contains(line, "{") {
				key := line[at[0] : strings.Index(line[at[0]:], ":")+at[0]]
				start := strings.Index(string(config.DefaultYAML()), "\n# "+key+": ")
				comment, _, _ = strings.Cut(string(config.DefaultYAML())[start+1:], "\n")
			}
			if len(match) < 2 || match[1] == "" || !strings.Contains(comment, "F"+match[1][1:]+".") {
				t.Errorf("default.yaml:%d: comment %q does not have the bounds of %q", i+1, comment, err)
			}
			checked++
		}
	}
	if checked < 20 {
		t.Errorf("checked %d values, want them all", checked)
	}
}

func TestDefaultIsOwned(t *testing.T) {
	config.Default().Providers[0].Symbols[0] = "X-Y"
	config.DefaultYAML()[0] = 'X'
	if config.Default().Providers[0].Symbols[0] == "X-Y" || config.DefaultYAML()[0] == 'X' {
		t.Error("two callers share memory")
	}
}

// uncommented returns the default with the keys that are comments turned on.
func uncommented() string {
	return regexp.MustCompile(`(?m)^( +)# ([a-z_]+: [a-z]+://)`).ReplaceAllString(string(config.DefaultYAML()), "$1$2")
}
