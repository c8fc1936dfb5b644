package poolcheck_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/meltica/meltica/gen/vet/poolcheck"
)

// edit replaces a text that a file of the pipeline has once.
type edit struct{ file, old, new string }

// defect is a mistake in a copy of one of the pipeline's packages.
type defect struct {
	rule  string
	dir   string
	edits []edit
}

// defects has at least one of each rule. The code around them is the real one: where that
// changes, the texts here follow.
func defects() []defect {
	const dispatcher, provider, consumer = "runtime/dispatcher", "runtime/provider", "runtime/consumer"
	return []defect{
		{"lost", provider, []edit{{"adapter.go", "err = a.parse(frame)\n\tlease.Put()\n\treturn err", "if err = a.parse(frame); err != nil {\n\t\treturn err\n\t}\n\tlease.Put()\n\treturn nil"}}},
		{"lost", provider, []edit{{"session.go", "lease.Put()\n\t\t\treturn err", "return err"}}},
		{"lost", provider, []edit{{"books.go", "default: // the book had it already\n\t\tlease.Put()", "default: // the book had it already"}}},
		{"lost", provider, []edit{{"normalizer.go", "n.stats.trades.Add(1)\n\tn.publish(lease)", "n.stats.trades.Add(1)"}}},
		{"lost", dispatcher, []edit{{"dispatcher.go", "d.counters.Refused.Add(1)\n", "d.counters.Refused.Add(1)\n\t\treturn\n"}}},
		{"doubleput", provider, []edit{{"adapter.go", "err = a.parse(frame)\n\tlease.Put()", "defer lease.Put()\n\terr = a.parse(frame)\n\tlease.Put()"}}},
		{"doubleput", dispatcher, []edit{{"dispatcher.go", "d.counters.Refused.Add(1)\n", "d.counters.Refused.Add(1)\n\t\tlease.Put()\n"}}},
		{"useafterput", provider, []edit{{"adapter.go", "err = a.account(raw, err)\n\tlease.Put()", "lease.Put()\n\terr = a.account(raw, err)"}}},
		{"useafterput", provider, []edit{{"session.go", "err = c.adapter.parse(frame)\n\t\tlease.Put()", "lease.Put()\n\t\terr = c.adapter.parse(frame)"}}},
		{"useafterhandover", provider, []edit{
			{"normalizer.go", "lease.Value().EmitTime = now", ""},
			{"normalizer.go", "n.cfg.Sink.Publish(lease)", "n.cfg.Sink.Publish(lease)\n\tlease.Value().EmitTime = now"},
		}},
		{"useafterhandover", provider, []edit{{"normalizer.go", "n.cfg.Sink.Publish(lease)", "n.cfg.Sink.Publish(lease)\n\tlease.Put()"}}},
		{"putinloop", dispatcher, []edit{{"dispatcher.go", "\tlease.Put()\n", "\tfor range d.streams {\n\t\tlease.Put()\n\t}\n"}}},
		{"discarded", provider, []edit{
			{"adapter.go", "lease, err := a.cfg.Pools.WsFrame.Get", "_, err := a.cfg.Pools.WsFrame.Get"},
			{"adapter.go", "frame := lease.Value()", "frame := new(eventv1.WsFrame)"},
			{"adapter.go", "err = a.parse(frame)\n\tlease.Put()", "err = a.parse(frame)"},
		}},
		{"copied", provider, []edit{
			{"normalizer.go", "type Normalizer struct {\n", "type Normalizer struct {\n\tnewest   eventv1.CanonicalEventLease\n"},
			{"normalizer.go", "n.cfg.Sink.Publish(lease)", "n.newest = lease\n\tn.cfg.Sink.Publish(lease)"},
		}},
		{"copied", provider, []edit{{"normalizer.go", "n.cfg.Sink.Publish(lease)", "n.cfg.Sink.Publish(lease)\n\tn.cfg.Sink.Publish(lease)"}}},
		{"keptvalue", provider, []edit{
			{"adapter.go", "type Adapter struct {\n", "type Adapter struct {\n\tfailed       *eventv1.ProviderRaw\n"},
			{"adapter.go", "err = a.account(raw, err)", "a.failed = raw\n\terr = a.account(raw, err)"},
		}},
		{"keptvalue", provider, []edit{
			{"adapter.go", "type Adapter struct {\n", "type Adapter struct {\n\ttext         []byte\n"},
			{"adapter.go", "err = a.account(raw, err)", "a.text = raw.Data.Bytes()\n\terr = a.account(raw, err)"},
		}},
		{"keptvalue", provider, []edit{ // by a function that it is passed to
			{"adapter.go", "type Adapter struct {\n", "type Adapter struct {\n\tfailed       *eventv1.ProviderRaw\n"},
			{"adapter.go", "a.failedInRow++", "a.failedInRow++\n\ta.failed = raw"},
		}},
		{"keptvalue", dispatcher, []edit{{"fanout.go", "ev.Clone()", "ev"}}},
		{"keptvalue", dispatcher, []edit{
			{"sequence.go", "type stream struct {\n", "type stream struct {\n\tnewest        *eventv1.CanonicalEvent\n"},
			{"sequence.go", "st.ingestTime = ev.IngestTime", "st.ingestTime, st.newest = ev.IngestTime, ev"},
		}},
		{"keptclone", consumer, []edit{
			{"tape.go", "type TapeLine struct {\n", "type TapeLine struct {\n\tEvent            *eventv1.CanonicalEvent\n"},
			{"tape.go", "line.Trades++", "line.Trades++\n\tline.Event = ev"},
		}},
		{"keptclone", consumer, []edit{{"tape.go", "line.Trades++", "go func() { line.ExchangeTime = ev.ExchangeTime }()"}}},
		{"keptclone", consumer, []edit{
			{"spread.go", "type SpreadLine struct {\n", "type SpreadLine struct {\n\tBids             []eventv1.Level\n"},
			{"spread.go", "line.Stale = body.Stale\n", "line.Stale = body.Stale\n\t\tline.Bids = body.Bids\n"},
		}},
		{"deferredput", provider, []edit{{"normalizer.go", "lease.Value().EmitTime = now", "defer lease.Put()\n\tlease.Value().EmitTime = now"}}},
		{"deferredput", provider, []edit{{"books.go", "outcome, reason := ins.book.Diff(change), ins.book.Err()",
			"outcome, reason := ins.book.Diff(change), ins.book.Err()\n\tdefer func() {\n\t\tif reason != nil {\n\t\t\tlease.Put()\n\t\t}\n\t}()"}}},
		{"collected", dispatcher, []edit{
			{"dispatcher.go", "type Dispatcher struct {\n", "type Dispatcher struct {\n\tlate     []eventv1.CanonicalEventLease\n"},
			{"dispatcher.go", "\tlease.Put()\n", "\td.late = append(d.late, lease)\n"},
		}},
		{"panicgap", provider, []edit{{"adapter.go", "a.out.begin(raw.IngestTime, raw.TraceID)", "if raw.Provider == \"\" {\n\t\tpanic(\"provider: no name\")\n\t}\n\ta.out.begin(raw.IngestTime, raw.TraceID)"}}},
		{"absent", provider, []edit{{"adapter.go", "return a.drop(len(message), err)", "lease.Put()\n\t\treturn a.drop(len(message), err)"}}},
	}
}

// TestPlantedDefects makes one mistake in each of many copies of real packages of the pipeline:
// the defects above, and every Put and hand-over left out. Each must be found by its rule, and
// nothing in the copies without a mistake.
func TestPlantedDefects(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	cases := defects()
	planted := map[string]bool{}
	for _, d := range cases {
		planted[d.rule] = true
	}
	for _, rule := range rules(t) {
		if !planted[rule] {
			t.Errorf("no defect for rule %s", rule)
		}
	}
	overlay, patterns := map[string][]byte{}, []string{}
	add := func(files map[string]string) {
		pattern := fmt.Sprintf("./runtime/planted%02d", len(patterns))
		patterns = append(patterns, pattern)
		for name, text := range files {
			overlay[filepath.Join(root, pattern, name)] = []byte(text)
		}
	}
	for _, d := range cases {
		add(plant(t, read(t, filepath.Join(root, d.dir)), d.edits))
	}
	whole := []string{"runtime/dispatcher", "runtime/provider", "runtime/orchestrator", "runtime/consumer"}
	for _, dir := range whole {
		files := read(t, filepath.Join(root, dir))
		cases = append(cases, defect{dir: dir}) // no mistake
		add(files)
		for _, m := range withoutPut(files) {
			cases = append(cases, defect{rule: notPut, dir: dir, edits: []edit{{m.file, m.old, ""}}})
			add(m.files)
		}
	}
	loaded, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax, Dir: root, Overlay: overlay}, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	if packages.PrintErrors(loaded) > 0 {
		t.Fatal("the copies do not compile: do the edits still fit?")
	}
	graph, err := checker.Analyze([]*analysis.Analyzer{poolcheck.Analyzer}, loaded, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{} // by package: rules
	for _, act := range graph.Roots {
		if act.Err != nil {
			t.Fatalf("%v: %v", act, act.Err)
		}
		for _, diag := range act.Diagnostics {
			found[act.Package.PkgPath] = append(found[act.Package.PkgPath], diag.Category)
		}
	}
	t.Logf("%d mistakes planted", len(cases)-len(whole))
	for i, d := range cases {
		got := found["github.com/meltica/meltica/"+strings.TrimPrefix(patterns[i], "./")]
		if d.rule == "" && len(got) > 0 {
			t.Errorf("%s as it is: got %v, want nothing", d.dir, got)
		}
		if d.rule == notPut && (slices.Contains(got, "lost") || slices.Contains(got, "discarded")) {
			continue
		}
		if d.rule != "" && !slices.Contains(got, d.rule) {
			t.Errorf("%s with %q: got %v, want %s", d.dir, d.edits, got, d.rule)
		}
	}
}

// read returns the files of a package by name, but its tests.
func read(t *testing.T, dir string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = string(text)
	}
	return files
}

// plant makes a mistake.
func plant(t *testing.T, files map[string]string, edits []edit) map[string]string {
	t.Helper()
	for _, e := range edits {
		if n := strings.Count(files[e.file], e.old); n != 1 {
			t.Fatalf("%s has the text %q %d times, want once: the code has changed, change the edit", e.file, e.old, n)
		}
		files[e.file] = strings.Replace(files[e.file], e.old, e.new, 1)
	}
	return files
}

// notPut stands for either rule of a lease that nobody Puts.
const notPut = "lost or discarded"

// mutant is a package that lacks one statement.
type mutant struct {
	file, old string
	files     map[string]string
}

// withoutPut leaves out each Put and each hand-over of a package, one at a time.
func withoutPut(files map[string]string) (mutants []mutant) {
	statement := regexp.MustCompile(`(?m)^\t+(lease\.Put\(\)|.*\.[pP]ublish\w*\((.*, )?lease\))$`)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		text := files[name]
		for _, at := range statement.FindAllStringIndex(text, -1) {
			changed := maps.Clone(files)
			changed[name] = text[:at[0]] + "_ = lease" + text[at[1]:]
			line := 1 + strings.Count(text[:at[0]], "\n")
			mutants = append(mutants, mutant{name, fmt.Sprintf("line %d: %s", line, strings.TrimSpace(text[at[0]:at[1]])), changed})
		}
	}
	return mutants
}

// rules lists the rules that the help text explains.
func rules(t *testing.T) []string {
	t.Helper()
	var names []string
	for line := range strings.Lines(poolcheck.Analyzer.Doc) {
		if name, ok := strings.CutPrefix(line, "# Rule "); ok {
			names = append(names, strings.TrimSpace(name))
		}
	}
	if len(names) == 0 {
		t.Fatal("the help text has no rules")
	}
	return names
}
