package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/meltica/meltica/generated/eventv1"
)

func TestDrawingFitsTheTerminal(t *testing.T) {
	f := func(text string, width, height int, want string) {
		t.Helper()
		if got := fit(text, func() (int, int) { return width, height }); got != want {
			t.Errorf("fit(%q, %d, %d) = %q, want %q", text, width, height, got, want)
		}
	}
	f("abc\nde\n", 3, 3, "abc\nde\n")
	f("abc\nde\n", 2, 3, "ab\nde\n")
	f("abc\nde\nf\n", 9, 3, "de\nf\n")                              // the row of the cursor is one more
	f("abc\nde\n", 0, 0, "abc\nde\n")                               // unknown size
	f("\x1b[1;36mab\x1b[0m cd\n", 5, 9, "\x1b[1;36mab\x1b[0m cd\n") // colours take no room
	f("\x1b[1;36mabc\x1b[0m d\n", 2, 9, "\x1b[1;36mab\x1b[0m\n")
	f("p50 1.2\u00b5s\n", 8, 9, "p50 1.2\u00b5\n")
}

// TestDrawingStaysBelowTheLog: a drawing replaces the one before, a line of the log pushes it
// down, and the summary is not erased by a line that comes after it.
func TestDrawingStaysBelowTheLog(t *testing.T) {
	var out bytes.Buffer
	s := &screen{out: &out, redraw: true, size: func() (int, int) { return 80, 24 }}
	log := s.above(&out)
	step := func(do func(), want string) {
		t.Helper()
		out.Reset()
		do()
		if got := out.String(); got != want {
			t.Errorf("wrote %q, want %q", got, want)
		}
	}
	say := func() {
		if _, err := log.Write([]byte("log\n")); err != nil {
			t.Error(err)
		}
	}
	step(say, "log\n")
	step(func() { s.draw("a\nb\n") }, "a\nb\n")
	step(func() { s.draw("c\n") }, "\x1b[2A\x1b[Jc\n")
	step(say, "\x1b[1A\x1b[Jlog\nc\n")
	step(func() {
		if err := s.finish("summary\n"); err != nil {
			t.Error(err)
		}
	}, "summary\n")
	step(say, "log\n")
}

func TestDrawingsFollowEachOtherInAFile(t *testing.T) {
	var out bytes.Buffer
	s := &screen{out: &out}
	s.draw("a\n")
	s.draw("b\n")
	if got := out.String(); got != "a\nb\n" {
		t.Errorf("wrote %q, want both drawings", got)
	}
}

// TestTableShowsRates: events of the period, not of the whole run, and what is not known yet.
func TestTableShowsRates(t *testing.T) {
	v := newView(&screen{out: new(bytes.Buffer)}, false, false, nil, time.Now())
	f := func(events int, want string) {
		t.Helper()
		for range events {
			ev := &eventv1.CanonicalEvent{Provider: "binance", Symbol: "BTC-USDT"}
			ev.SetBookUpdate().Stale = true
			if err := v.spread.Handle(t.Context(), ev); err != nil {
				t.Fatal(err)
			}
		}
		var b bytes.Buffer
		v.table(&b, 0.5)
		fields := strings.Fields(strings.Split(b.String(), "\n")[1])
		if got := strings.Join(fields[6:], " "); got != want {
			t.Errorf("line ends with %q, want %q", got, want)
		}
	}
	f(3, "- 6 STALE")
	f(1, "- 2 STALE")
	f(0, "- 0 STALE")
}

func TestNumbersAreReadable(t *testing.T) {
	f := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f(rate(5, 0), "-")
	f(rate(5, -1), "-")
	f(rate(2469, 2), "1,235")
	f(group(0), "0")
	f(group(999), "999")
	f(group(1000), "1,000")
	f(group(1234567), "1,234,567")
	f(short("100"), "100")
	f(short("1.500"), "1.5")
	f(short("0.00"), "0")
	f(strings.Join([]string{count(1, "file"), count(2, "file"), count(0, "file")}, " "), "1 file 2 files 0 files")
}
