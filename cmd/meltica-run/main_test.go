package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"meltica-run": func() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

// TestSecondSignalEndsAtOnce sends the process SIGTERM twice: the first ends the context, the
// second exits with the code of an interrupt.
func TestSecondSignalEndsAtOnce(t *testing.T) {
	var stderr bytes.Buffer
	exited := make(chan int, 1)
	ctx, stop := signals(&stderr, func(code int) { exited <- code })
	defer stop()
	kill := func() {
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	kill()
	<-ctx.Done()
	select {
	case code := <-exited:
		t.Fatalf("exit %d after the first signal", code)
	default:
	}
	kill()
	if code := <-exited; code != exitInterrupt {
		t.Errorf("exit %d after the second signal, want %d", code, exitInterrupt)
	}
	if !strings.Contains(stderr.String(), "terminated: draining") {
		t.Errorf("said %q, want that it drains", stderr.String())
	}
}

func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script"})
}

// TestProviderThatGaveUpIsAnError: the venue refuses who we are. The run ends by itself, and the
// exit code and the summary tell.
func TestProviderThatGaveUpIsAnError(t *testing.T) {
	venue := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer venue.Close()
	file := filepath.Join(t.TempDir(), "meltica.yaml")
	// The simulator runs, but is not what a provider with an address asks.
	text := "simulator: {enabled: true, symbols: [BTC-USDT]}\nproviders:\n  - {name: mine, venue: binance, symbols: [BTC-USDT], channels: [trade], " +
		"stream_url: \"ws" + strings.TrimPrefix(venue.URL, "http") + "\", rest_url: \"" + venue.URL + "\"}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if code := run([]string{"--config", file}, &stdout, &stderr); code != 1 {
		t.Errorf("exit %d, want 1; said %s", code, stderr.String())
	}
	for _, want := range []string{"NOT clean", "0 leases unreturned, 0 consumers stuck", "provider mine gave up"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("summary %q, want %q in it", stdout.String(), want)
		}
	}
}

// TestExitCodes: 2 is for what the user mends, 1 for what is wrong with the data.
func TestExitCodes(t *testing.T) {
	dir := t.TempDir()
	torn := filepath.Join(dir, "binance.txt")
	if err := os.WriteFile(torn, []byte("not a message\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := func(want int, args ...string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		if got := run(args, &stdout, &stderr); got != want {
			t.Errorf("%q: exit %d, want %d; said %s", args, got, want, stderr.String())
		}
		if want != 0 && stderr.Len() == 0 {
			t.Errorf("%q: exit %d without a word", args, want)
		}
	}
	f(0, "config")
	f(2, "--unknown")
	f(2, "help", "nothing")
	f(2, "--for=-1s")
	f(2, "--config", dir)
	f(2, "replay", filepath.Join(dir, "missing.txt"))
	f(2, "replay", "--provider", "lighthouse", torn)
	f(1, "replay", torn)
}

// TestInterruptedReplayReports: the report is printed all the same, and the error says of what.
func TestInterruptedReplayReports(t *testing.T) {
	file := filepath.Join(t.TempDir(), "binance.txt")
	if err := os.WriteFile(file, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	err := (&replayCmd{Files: []string{file}, Format: "text"}).Run(ctx, &terminal{out: &stdout, err: &stderr})
	if err == nil || !strings.Contains(err.Error(), "interrupted") || !strings.Contains(stdout.String(), "messages 0 =") {
		t.Errorf("err = %v, said %q; want an interruption and a report", err, stdout.String())
	}
}
