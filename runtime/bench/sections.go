package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"text/tabwriter"
	"time"
)

// compare runs both flows in turn and returns the median run of each by the given figure.
func compare(ctx context.Context, rounds int, s spec, by func(result) float64) (a, b result, err error) {
	var mine, theirs []result
	for range rounds {
		for _, who := range []rival{ours, baselineFlow} {
			res, err := measure(ctx, who, s)
			if err != nil {
				return a, b, err
			}
			if who == ours {
				mine = append(mine, res)
			} else {
				theirs = append(theirs, res)
			}
		}
	}
	median := func(rs []result) result {
		slices.SortFunc(rs, func(x, y result) int { return cmp.Compare(by(x), by(y)) })
		return rs[len(rs)/2]
	}
	return median(mine), median(theirs), nil
}

func table() *tabwriter.Writer {
	return tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
}

// less says by how much a is below b, in percent.
func less(a, b float64) string { return fmt.Sprintf("%+.1f %%", 100*(a-b)/b) }

// benchFanOut counts allocations by the number of subscribers (SC-001). Frames come as fast as
// they are read: allocations for an event do not depend on the rate.
func benchFanOut(ctx context.Context, c *cli) error {
	fmt.Printf("\nAllocations for each event, frame to handlers, over loopback; trades, tickers and depth diffs of 6 symbols\n")
	w := table()
	fmt.Fprintln(w, "subscribers\tobjects meltica\tbaseline\tratio\tbytes meltica\tbaseline\tratio\t")
	for _, n := range []int{1, 4, 16} {
		a, b, err := compare(ctx, c.Rounds, spec{subscribers: n, frames: c.Frames / 3, rate: 40_000}, func(r result) float64 { return r.objects })
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%d\t%.2f\t%.2f\t%s\t%.0f\t%.0f\t%s\t\n", n, a.objects, b.objects, less(a.objects, b.objects), a.bytes, b.bytes, less(a.bytes, b.bytes))
	}
	return w.Flush()
}

// benchLatency measures from the frame's receipt to the handler's entry (SC-002).
func benchLatency(ctx context.Context, c *cli) error {
	fmt.Printf("\nLatency from frame to handler, 4 subscribers, frames at a fixed rate in bursts of 1 ms\n")
	w := table()
	fmt.Fprintln(w, "frames/s\tp50 meltica\tbaseline\tp99 meltica\tbaseline\tratio\tmax meltica\tbaseline\t")
	for _, rate := range []int{1_000, 40_000} {
		frames := int(c.For.Seconds() * float64(rate))
		a, b, err := compare(ctx, c.Rounds, spec{subscribers: 4, frames: frames, rate: rate}, func(r result) float64 { return float64(r.latency.P99) })
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%d\t%v\t%v\t%v\t%v\t%.2fx\t%v\t%v\t\n", rate, us(a.latency.P50), us(b.latency.P50), us(a.latency.P99), us(b.latency.P99),
			float64(a.latency.P99)/float64(b.latency.P99), us(a.latency.Max), us(b.latency.Max))
	}
	return w.Flush()
}

func us(d time.Duration) time.Duration { return d.Round(time.Microsecond) }

// benchSaturation measures how many events get through when frames come as fast as they are read.
func benchSaturation(ctx context.Context, c *cli) error {
	fmt.Printf("\nSaturated, frames as fast as they are read; the venue uses the same CPUs\n")
	w := table()
	fmt.Fprintln(w, "subscribers\tevents/s meltica\tbaseline\tratio\t")
	for _, n := range []int{1, 4} {
		a, b, err := compare(ctx, c.Rounds, spec{subscribers: n, frames: c.Frames}, func(r result) float64 { return r.perSecond })
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%d\t%.0f\t%.0f\t%.2fx\t\n", n, a.perSecond, b.perSecond, a.perSecond/b.perSecond)
	}
	return w.Flush()
}
