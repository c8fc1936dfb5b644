package main

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/meltica/meltica/generated/eventv1"
	"github.com/meltica/meltica/runtime/consumer"
	"github.com/meltica/meltica/runtime/pipeline"
	"github.com/meltica/meltica/runtime/telemetry"
)

// view shows the market and the health of the pipeline.
type view struct {
	screen  *screen
	color   bool
	process string // what the figures of the process are about
	spread  *consumer.Spread
	tape    *consumer.Tape
	pipe    *pipeline.Pipeline
	started time.Time
	// consumers is how many subscriptions the run has.
	consumers int

	// The reading before, for rates.
	last     time.Time
	lastMem  telemetry.Memory
	lastSeen map[string]uint64 // events by symbol and provider
	lastSum  uint64
	firstMem telemetry.Memory
}

func newView(s *screen, color, simulated bool, pipe *pipeline.Pipeline, now time.Time) *view {
	mem := telemetry.ReadMemory()
	process := "whole process"
	if simulated {
		process = "whole process, simulator included"
	}
	return &view{
		screen: s, color: color, process: process, pipe: pipe, spread: new(consumer.Spread), tape: new(consumer.Tape), consumers: 2,
		started: now, last: now, lastMem: mem, firstMem: mem, lastSeen: make(map[string]uint64),
	}
}

// draw writes the state at now.
func (v *view) draw(now time.Time) {
	var b bytes.Buffer
	seconds := now.Sub(v.last).Seconds()
	v.table(&b, seconds)
	v.health(&b, now, seconds)
	v.last = now
	v.screen.draw(b.String())
}

// table writes a line for each symbol and provider.
func (v *view) table(w io.Writer, seconds float64) {
	trades := make(map[string]consumer.TapeLine)
	for _, l := range v.tape.Lines() {
		trades[l.Symbol+"\x00"+l.Provider] = l
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "SYMBOL\tPROVIDER\tBID QTY\tBID\tASK\tASK QTY\tLAST TRADE\tEVENTS/S\tBOOK\t")
	for _, l := range v.spread.Lines() {
		key := l.Symbol + "\x00" + l.Provider
		book := "ok"
		if l.Stale {
			book = "STALE"
		}
		last := "-"
		if t, ok := trades[key]; ok {
			last = side(t.Side) + " " + short(t.Quantity.String()) + " @ " + short(t.Price.String())
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", l.Symbol, l.Provider,
			short(l.Bid.Quantity.String()), short(l.Bid.Price.String()),
			short(l.Ask.Price.String()), short(l.Ask.Quantity.String()),
			last, rate(l.Events-v.lastSeen[key], seconds), book)
		v.lastSeen[key] = l.Events
	}
	// A bytes.Buffer takes everything.
	_ = tw.Flush()
}

// health writes two lines on how the pipeline does.
func (v *view) health(w io.Writer, now time.Time, seconds float64) {
	s := v.pipe.Stats()
	mem := telemetry.ReadMemory()
	pauses := mem.PausesSince(v.lastMem)
	delivered := s.Delivered()
	perEvent := "-"
	if n := delivered - v.lastSum; n > 0 {
		perEvent = fmt.Sprintf("%.2f", float64(mem.Objects-v.lastMem.Objects)/float64(n))
	}
	fmt.Fprintf(w, "%s  up %v  delivered %s (%s/s)  latency p50 %v p99 %v p99.9 %v  dropped %d  conflated %d\n",
		v.paint("meltica"), now.Sub(v.started).Round(time.Second), group(delivered), rate(delivered-v.lastSum, seconds),
		round(s.Latency.P50), round(s.Latency.P99), round(s.Latency.P999), s.Dropped(), s.Conflated())
	fmt.Fprintf(w, "%s  heap %.1f MB  allocs/event %s (%s)  GC %d in this period, pause max %v  on loan %d\n",
		v.paint("process"), float64(mem.HeapLive)/1e6, perEvent, v.process, mem.Cycles-v.lastMem.Cycles, round(pauses.Max), s.OnLoan())
	v.lastMem, v.lastSum = mem, delivered
}

// paint marks a heading.
func (v *view) paint(text string) string {
	if !v.color {
		return text
	}
	return "\x1b[1;36m" + text + "\x1b[0m"
}

// side names the taker's side in one word.
func side(s eventv1.Side) string { return strings.ToLower(s.String()) }

// short cuts the zeros that a venue pads its numbers with.
func short(number string) string {
	if strings.Contains(number, ".") {
		number = strings.TrimRight(strings.TrimRight(number, "0"), ".")
	}
	return number
}

// rate is events per second without fractions.
func rate(n uint64, seconds float64) string {
	if seconds <= 0 {
		return "-"
	}
	return group(uint64(float64(n)/seconds + 0.5))
}

// count writes a number and what it counts.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// group writes a number with commas.
func group(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// round keeps three digits of a duration or so.
func round(d time.Duration) time.Duration {
	switch {
	case d > time.Second:
		return d.Round(10 * time.Millisecond)
	case d > time.Millisecond:
		return d.Round(10 * time.Microsecond)
	default:
		return d.Round(100 * time.Nanosecond)
	}
}
