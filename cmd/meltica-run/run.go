package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/meltica/meltica/cmd/internal/cli"
	"github.com/meltica/meltica/runtime/config"
	"github.com/meltica/meltica/runtime/databus"
	"github.com/meltica/meltica/runtime/pipeline"
	"github.com/meltica/meltica/runtime/telemetry"
	"github.com/meltica/meltica/runtime/venuesim"
)

type runCmd struct {
	For    time.Duration `help:"End by itself after this time, with a summary." placeholder:"10s"`
	Config string        `help:"Configuration file (YAML); \"meltica-run config\" prints one." placeholder:"FILE" type:"existingfile"`
}

// Help is shown by meltica-run help run.
func (runCmd) Help() string {
	return `Without a configuration a venue simulator starts on loopback, and the pipeline connects to it as it would to the venue itself. The view redraws itself on a terminal and prints plain lines otherwise.`
}

// Run runs the pipeline until the time is over or a signal comes.
func (r *runCmd) Run(ctx context.Context, t *terminal) error {
	if r.For < 0 {
		return fmt.Errorf("%w: --for %v: give a positive time", cli.ErrUsage, r.For)
	}
	cfg, err := loadConfig(r.Config, t)
	if err != nil {
		return err
	}
	s := &screen{out: t.out, redraw: t.redraw, size: t.size}
	log := newLog(cfg.Log, t.err)
	if t.redraw && cli.IsTerminal(t.err) {
		log = newLog(cfg.Log, s.above(t.err))
	}
	if cfg.Simulator.Enabled {
		sim, err := startSimulator(&cfg)
		if err != nil {
			return err
		}
		defer func() {
			if err := sim.Close(); err != nil {
				log.Error("simulator", "err", err)
			}
		}()
	}
	pipe, err := pipeline.New(cfg, log)
	if err != nil {
		return fmt.Errorf("%w: %w", cli.ErrUsage, err)
	}
	if r.For > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.For)
		defer cancel()
	}
	v := newView(s, t.color, cfg.Simulator.Enabled, pipe, time.Now())
	for name, h := range map[string]databus.Handler{"spread": v.spread, "tape": v.tape} {
		if _, err := pipe.Subscribe(name, databus.Filter{}, h); err != nil {
			return err
		}
	}
	outcome := v.watch(ctx, cfg.Console.Every)
	if err := v.summary(outcome); err != nil {
		return err
	}
	if !outcome.Clean() {
		return cli.ErrReported
	}
	return nil
}

// watch runs the pipeline and draws every so often until it has ended.
func (v *view) watch(ctx context.Context, every time.Duration) pipeline.Outcome {
	ended := make(chan pipeline.Outcome, 1)
	// Ends after ctx, when the pipeline has been taken down.
	go func() { ended <- v.pipe.Run(ctx) }()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case o := <-ended:
			return o
		case now := <-tick.C:
			if ctx.Err() == nil {
				v.draw(now)
			}
		}
	}
}

// summary writes what the whole run was like.
func (v *view) summary(o pipeline.Outcome) error {
	var b bytes.Buffer
	s := v.pipe.Stats()
	mem := telemetry.ReadMemory()
	pauses := mem.PausesSince(v.firstMem)
	elapsed := time.Since(v.started)
	fmt.Fprintf(&b, "\n%s\n", v.paint("summary"))
	for _, p := range s.Providers {
		fmt.Fprintf(&b, "  %s: %s frames in, %s ignored, %s failed, %s events out; gaps %d, resyncs %d, reconnects %d, tops %s ok %d bad\n",
			p.Name, group(p.Frames), group(p.Ignored), group(p.Failed), group(p.Events()), p.Gaps, p.Resyncs, p.Reconnects, group(p.TopsOK), p.TopsBad)
	}
	delivered := s.Delivered()
	fmt.Fprintf(&b, "  delivered %s events in %v (%s/s) to %d consumers; dropped %d, conflated %d\n",
		group(delivered), elapsed.Round(time.Millisecond), rate(delivered, elapsed.Seconds()), v.consumers, s.Dropped(), s.Conflated())
	if n := s.Late + s.Seen + s.Refused; n > 0 {
		fmt.Fprintf(&b, "  out of order: %s dropped as late, %s as seen, %s of too many streams\n", group(s.Late), group(s.Seen), group(s.Refused))
	}
	fmt.Fprintf(&b, "  latency from frame to handler: p50 %v, p99 %v, p99.9 %v, max %v\n",
		round(s.Latency.P50), round(s.Latency.P99), round(s.Latency.P999), round(s.Latency.Max))
	if delivered > 0 {
		fmt.Fprintf(&b, "  allocations: %.2f objects and %.0f bytes per delivered event (%s); GC: %d pauses, p99 %v, max %v\n",
			float64(mem.Objects-v.firstMem.Objects)/float64(delivered), float64(mem.Bytes-v.firstMem.Bytes)/float64(delivered),
			v.process, pauses.Count, round(pauses.P99), round(pauses.Max))
	}
	if o.Clean() {
		fmt.Fprintf(&b, "  shutdown: clean in %v, every lease returned (%s lent)\n", round(o.Took), group(s.Lent()))
		return v.screen.finish(b.String())
	}
	fmt.Fprintf(&b, "  shutdown: NOT clean after %v: %s unreturned, %s stuck\n", round(o.Took),
		count(len(o.Unreturned), "lease"), count(len(o.Stuck), "consumer"))
	for _, u := range o.Unreturned {
		fmt.Fprintf(&b, "    lease %s\n", u)
	}
	for _, name := range o.Stuck {
		fmt.Fprintf(&b, "    consumer %s has not returned from its handler\n", name)
	}
	for _, name := range o.GaveUp {
		fmt.Fprintf(&b, "    provider %s gave up; the log says why\n", name)
	}
	if o.IntakeOpen {
		fmt.Fprintf(&b, "    a provider has not stopped\n")
	}
	return v.screen.finish(b.String())
}

// loadConfig reads the file, or returns the default without one.
func loadConfig(path string, t *terminal) (config.Config, error) {
	if path == "" {
		return config.Default(), nil
	}
	cfg, err := config.Load(path)
	var findings *config.Errors
	if errors.As(err, &findings) {
		if err := findings.Print(t.err, t.errColor); err != nil {
			return config.Config{}, err
		}
		return config.Config{}, fmt.Errorf("%w: %s is not a usable configuration", cli.ErrUsage, path)
	}
	return cfg, err
}

func defaultYAML() []byte { return config.DefaultYAML() }

// startSimulator starts the simulator and points the providers without an address at it.
func startSimulator(cfg *config.Config) (*venuesim.Server, error) {
	market := venuesim.MarketOf(cfg.Simulator.Symbols...)
	market.Seed, market.Rate = cfg.Simulator.Seed, cfg.Simulator.Rate
	sim, err := venuesim.Start(venuesim.Config{Market: market})
	if err != nil {
		return nil, err
	}
	for i := range cfg.Providers {
		if p := &cfg.Providers[i]; p.Simulated() {
			p.StreamURL, p.RestURL = sim.BinanceStreamURL(), sim.BinanceRESTURL()
		}
	}
	return sim, nil
}

// newLog logs to w as the configuration asks.
func newLog(cfg config.Log, w io.Writer) *slog.Logger {
	opts := &slog.HandlerOptions{Level: cfg.Level}
	if cfg.JSON {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}
