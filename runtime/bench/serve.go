package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/meltica/meltica/runtime/venuesim"
)

// serveCmd is the child process: it serves one recording made in advance, prints its address
// once it is ready, and ends when its standard input does.
type serveCmd struct {
	Make int `help:"Frames to make." required:""`
	Rate int `help:"Frames per second; 0 as fast as the client reads."`
}

// Run serves until standard input ends.
func (s *serveCmd) Run() error {
	server, err := venuesim.Start(venuesim.Config{Playback: venuesim.PlaybackConfig{
		Synthetic:       venuesim.Synthetic{Market: venuesim.DefaultMarket(), Streams: streams(), Frames: s.Make},
		FramesPerSecond: s.Rate,
		Full:            s.Rate == 0,
	}})
	if err != nil {
		return err
	}
	fmt.Println(server.BinanceStreamURL(), server.BinanceRESTURL())
	for scanner := bufio.NewScanner(os.Stdin); scanner.Scan(); {
	}
	return server.Close()
}

// venue is a running child process.
type venue struct {
	cmd                *exec.Cmd
	stdin              interface{ Close() error }
	streamURL, restURL string
}

// startVenue starts a child that serves the given frames.
func startVenue(ctx context.Context, frames, rate int) (*venue, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "serve", "--make", strconv.Itoa(frames), "--rate", strconv.Itoa(rate))
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	v := &venue{cmd: cmd, stdin: stdin}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		var ok bool
		if v.streamURL, v.restURL, ok = strings.Cut(strings.TrimSpace(line), " "); !ok {
			err = fmt.Errorf("child said %q", line)
		}
	}
	if err != nil {
		return nil, errors.Join(err, v.stop())
	}
	return v, nil
}

func (v *venue) stop() error {
	return errors.Join(v.stdin.Close(), v.cmd.Wait())
}

// symbols of the simulator, canonical by venue symbol.
func symbols() map[string]string {
	m := make(map[string]string)
	for _, s := range venuesim.DefaultMarket().Symbols {
		m[strings.ReplaceAll(s.Symbol, "-", "")] = s.Symbol
	}
	return m
}

// streams of every symbol that both flows subscribe to.
func streams() []string {
	var names []string
	for venueSymbol := range symbols() {
		for _, stream := range []string{"depth@100ms", "bookTicker", "trade"} {
			names = append(names, strings.ToLower(venueSymbol)+"@"+stream)
		}
	}
	return names
}
