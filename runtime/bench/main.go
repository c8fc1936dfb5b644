// Command bench runs the pipeline beside its rivals on this machine and prints ratios.
//
// The non-pooled baseline (package baseline) is the same flow with encoding/json,
// gorilla/websocket and new(T). The venue simulator runs in a child process, so that what it
// allocates is not counted; both flows get the same frames in the same run, one after the other,
// several rounds in turn, and the median round is printed.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/alecthomas/kong"
)

type cli struct {
	Rounds   int           `help:"Rounds of each measurement; the median is printed." default:"3"`
	For      time.Duration `help:"Length of one paced latency measurement." default:"4s"`
	Frames   int           `help:"Frames of one saturated measurement." default:"300000"`
	Captures string        `help:"Folder of recorded messages for the JSON section; without it, frames of the simulator are used." env:"MELTICA_CAPTURES" default:"../../../shared/captures"`
	Only     string        `help:"Run one section: ${enum}." enum:"all,json,fanout,latency,saturation" default:"all"`

	Bench benchCmd `cmd:"" default:"1" help:"Run the benchmarks."`
	Serve serveCmd `cmd:"" hidden:"" help:"Serve frames to a benchmark."`
}

type benchCmd struct{}

func main() {
	var c cli
	ctx := kong.Parse(&c, kong.Name("bench"), kong.Description("Runs the pipeline beside its rivals and prints ratios."))
	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx.BindTo(interrupted, (*context.Context)(nil))
	ctx.FatalIfErrorf(ctx.Run(&c))
}

// Run runs the sections.
func (benchCmd) Run(ctx context.Context, c *cli) error {
	fmt.Printf("%s, %d CPUs, %s, GOGC=%s GOMEMLIMIT=%s\n", runtime.Version(), runtime.NumCPU(),
		time.Now().Format(time.DateOnly), envOr("GOGC", "100"), envOr("GOMEMLIMIT", "off"))
	for _, section := range []struct {
		name string
		run  func(context.Context, *cli) error
	}{{"json", benchJSON}, {"fanout", benchFanOut}, {"latency", benchLatency}, {"saturation", benchSaturation}} {
		if c.Only != "all" && c.Only != section.name {
			continue
		}
		if err := section.run(ctx, c); err != nil {
			return fmt.Errorf("%s: %w", section.name, err)
		}
		debug.FreeOSMemory()
	}
	return nil
}

func envOr(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}
