package main

import (
	"bytes"
	"os"
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
