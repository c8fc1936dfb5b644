package config_test

import (
	"errors"
	"flag"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/meltica/meltica/runtime/config"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestErrors compares all that is printed about broken files, byte by byte.
func TestErrors(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("golden files: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(archive.Files) == 0 || archive.Files[0].Name != "meltica.yaml" {
				t.Fatalf("%s does not begin with meltica.yaml", file)
			}
			c, err := config.Parse("meltica.yaml", archive.Files[0].Data)
			var all *config.Errors
			if !errors.As(err, &all) {
				t.Fatalf("got %+v and error %v, want an *Errors", c, err)
			}
			if diff := cmp.Diff(config.Config{}, c); diff != "" {
				t.Errorf("half-valid config (-want +got):\n%s", diff)
			}
			var got strings.Builder
			if err := all.Print(&got, false); err != nil {
				t.Fatal(err)
			}
			if *update {
				archive.Files = append(archive.Files[:1], txtar.File{Name: "errors", Data: []byte(got.String())})
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(archive.Files) != 2 {
				t.Fatalf("%s has no errors, run with -update", file)
			}
			if diff := cmp.Diff(string(archive.Files[1].Data), got.String()); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
		})
	}
}

const providers = `
providers:
  - name: binance
    venue: binance
    stream_url: wss://stream.binance.com:9443
    rest_url: https://api.binance.com
    symbols: [BTC-USDT]
    channels: [book, trade, kline_1m, kline_1M]
`

func TestParseKeepsDefaults(t *testing.T) {
	got, err := config.Parse("meltica.yaml", []byte(providers))
	if err != nil {
		t.Fatal(err)
	}
	want := config.Default()
	want.Simulator.Enabled = false
	p := &want.Providers[0]
	p.StreamURL, p.RestURL = "wss://stream.binance.com:9443", "https://api.binance.com"
	p.Symbols = []string{"BTC-USDT"}
	p.Channels = config.Channels{Book: true, Trade: true, Klines: []string{"1m", "1M"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got.Providers[0].Simulated() {
		t.Error("a provider with URLs is simulated")
	}
}

func TestParseReadsEverySection(t *testing.T) {
	got, err := config.Parse("meltica.yaml", []byte(providers+`
    book: {depth: 100, top: 5, snapshot_every: 250ms}
    stale_after: 1m30s
    connection_life: 12h
    read_bytes_max: 65536
log: {level: warn, format: json}
simulator: {enabled: false, seed: 2147483647, rate: 2.5, symbols: [1INCH-USDT]}
bus: {queue_max: 16, conflate_at: 1}
pools:
  ws_frame: {capacity: 1}
  provider_raw: {capacity: 2}
  canonical_event: {capacity: 3}
  merged_event: {capacity: 4}
  order_request: {capacity: 5}
  exec_report: {capacity: 6, timeout: 1ms}
shutdown: {timeout: 1s}
console: {every: 1h}
`))
	if err != nil {
		t.Fatal(err)
	}
	const wait = 100 * time.Millisecond
	want := config.Config{
		Log:       config.Log{Level: slog.LevelWarn, JSON: true},
		Simulator: config.Simulator{Seed: 1<<31 - 1, Rate: 2.5, Symbols: []string{"1INCH-USDT"}},
		Providers: []config.Provider{{
			Name: "binance", Venue: "binance",
			StreamURL: "wss://stream.binance.com:9443", RestURL: "https://api.binance.com",
			Symbols:    []string{"BTC-USDT"},
			Channels:   config.Channels{Book: true, Trade: true, Klines: []string{"1m", "1M"}},
			Book:       config.Book{Depth: 100, Top: 5, SnapshotEvery: 250 * time.Millisecond},
			StaleAfter: 90 * time.Second, ConnectionLife: 12 * time.Hour, ReadBytesMax: 64 << 10,
		}},
		Bus: config.Bus{QueueMax: 16, ConflateAt: 1},
		Pools: config.Pools{
			WsFrame: config.Pool{Capacity: 1, Timeout: wait}, ProviderRaw: config.Pool{Capacity: 2, Timeout: wait},
			CanonicalEvent: config.Pool{Capacity: 3, Timeout: wait}, MergedEvent: config.Pool{Capacity: 4, Timeout: wait},
			OrderRequest: config.Pool{Capacity: 5, Timeout: wait}, ExecReport: config.Pool{Capacity: 6, Timeout: time.Millisecond},
		},
		Shutdown: config.Shutdown{Timeout: time.Second},
		Console:  config.Console{Every: time.Hour},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestLogLevel(t *testing.T) {
	f := func(name string, want slog.Level) {
		t.Helper()
		c, err := config.Parse("meltica.yaml", []byte("log: {level: "+name+"}"+providers))
		if err != nil || c.Log.Level != want {
			t.Errorf("%s: got %v and error %v, want %v", name, c.Log.Level, err, want)
		}
	}
	f("debug", slog.LevelDebug)
	f("info", slog.LevelInfo)
	f("warn", slog.LevelWarn)
	f("error", slog.LevelError)
}

func TestParseLineEnds(t *testing.T) {
	text := strings.ReplaceAll(providers, "\n", "\r\n")
	if _, err := config.Parse("meltica.yaml", []byte(text)); err != nil {
		t.Errorf("CRLF: %v", err)
	}
	_, err := config.Parse("meltica.yaml", []byte(text+"bus: {\r\n  # more\r\n  que_max: 1}\r\n"))
	if want := "meltica.yaml:11:3: unknown key"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestSize walks sizes around the bounds and the units.
func TestSize(t *testing.T) {
	f := func(text string, want int) {
		t.Helper()
		c, err := config.Parse("meltica.yaml", []byte(providers+"    read_bytes_max: "+text+"\n"))
		switch {
		case want == 0 && err == nil:
			t.Errorf("%s: got %d, want an error", text, c.Providers[0].ReadBytesMax)
		case want != 0 && err != nil:
			t.Errorf("%s: %v", text, err)
		case want != 0 && c.Providers[0].ReadBytesMax != want:
			t.Errorf("%s: got %d, want %d", text, c.Providers[0].ReadBytesMax, want)
		}
	}
	f("65536", 65536)
	f("64KiB", 65536)
	f(`"16MiB"`, 16<<20)
	f("16777216", 16<<20)
	f("65535", 0)
	f("63KiB", 0)
	f("17MiB", 0)
	f("16777217", 0)
	f("-64KiB", 0)
	f("+64KiB", 0)
	f("64 KiB", 0)
	f("0x10000", 0)
	f("0100KiB", 0)
	f("1_000_000", 0)
	f(`"65536"`, 0)
	f("64KB", 0)
	f("KiB", 0)
	f("1.5MiB", 0)
	f("99999999999999999999MiB", 0)
	f("8796093022208MiB", 0) // 1<<63 bytes
}

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "meltica.yaml")
	if err := os.WriteFile(path, config.DefaultYAML(), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(config.Default(), got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestLoadFails(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "no.yaml")
	_, err := config.Load(missing)
	var all *config.Errors
	if !errors.As(err, &all) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: got %v, want an *Errors that wraps fs.ErrNotExist", err)
	}
	if want := missing + ": read: no such file or directory"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	if _, err := config.Load(dir); !errors.As(err, &all) {
		t.Errorf("a directory: got %v, want an *Errors", err)
	}
	big := filepath.Join(dir, "big.yaml")
	if err := os.WriteFile(big, []byte(strings.Repeat("#\n", 1<<18)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(big); err == nil || !strings.Contains(err.Error(), "want at most 65536 bytes") {
		t.Errorf("a large file: got %v, want it refused", err)
	}
}

func TestPrint(t *testing.T) {
	_, err := config.Parse("a\x1bb.yaml", []byte(providers+"bus:\n\t\n  \"\\e[31mx\": 1\n"))
	if err == nil || strings.ContainsAny(err.Error(), "\x1b") {
		t.Errorf("got %q, want an error without escapes", err)
	}
	_, err = config.Parse("m.yaml", []byte(providers+"logs: {}\n"))
	var all *config.Errors
	if !errors.As(err, &all) {
		t.Fatalf("got %v, want an *Errors", err)
	}
	var got strings.Builder
	if err := all.Print(&got, true); err != nil {
		t.Fatal(err)
	}
	want := "\x1b[1mm.yaml:9:1:\x1b[0m unknown key \"logs\" in the file\n    logs: {}\n    \x1b[32m^\x1b[0m\n" +
		"    \x1b[32mhint:\x1b[0m did you mean \"log\"?\n"
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("coloured (-want +got):\n%s", diff)
	}
	if strings.HasSuffix(err.Error(), "\n") {
		t.Error("Error ends with a line feed")
	}
}

func TestPrintIsBounded(t *testing.T) {
	_, err := config.Parse("m.yaml", []byte(providers+strings.Repeat("x: 1\n", 150)))
	if err == nil || !strings.HasSuffix(err.Error(), "\nand 50 more") || strings.Count(err.Error(), "m.yaml:") != 100 {
		t.Errorf("got %v, want 100 findings and the number of the others", err)
	}
	_, err = config.Parse("m.yaml", []byte(providers+"bus: {"+strings.Repeat(" ", 300)+"x: 1,"+strings.Repeat(" ", 300)+"}\n"))
	if err == nil || !strings.Contains(err.Error(), "..."+strings.Repeat(" ", 80)+"x: 1,") {
		t.Errorf("got %v, want the part of the line around the column", err)
	}
}
