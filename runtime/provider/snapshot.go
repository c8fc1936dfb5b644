package provider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/meltica/meltica/runtime/lib/backoff"
	"github.com/meltica/meltica/runtime/lib/wsconn"
)

const (
	fetchTimeout  = 10 * time.Second
	fetchBytesMax = 16 << 20
	fetchesMax    = 4 // requests in flight
	banDefault    = 2 * time.Minute
)

var errBody = errors.New("provider: response too large")

// response is the answer to a request, on its way to the goroutine that owns the book.
type response struct {
	url  string
	body []byte
}

// statusError is an answer that is none.
type statusError struct {
	status int
	body   string
}

func (e *statusError) Error() string { return fmt.Sprintf("status %d: %s", e.status, e.body) }

// fetcher makes the HTTP requests of a provider: few at a time, within the weight that the
// venue grants, and none while it says to stay away.
type fetcher struct {
	// Immutable.
	client *http.Client
	limits Limits
	cfg    Config

	wg sync.WaitGroup // of snapshot's goroutines

	mu    sync.Mutex // protects the following
	spent time.Time  // when all that was spent will be granted again
	until time.Time  // no request before
}

func newFetcher(cfg Config, limits Limits) *fetcher {
	return &fetcher{cfg: cfg, limits: limits, client: &http.Client{
		Timeout:       fetchTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: cfg.DialContext, MaxConnsPerHost: fetchesMax, MaxIdleConnsPerHost: fetchesMax,
			IdleConnTimeout: 30 * time.Second, TLSHandshakeTimeout: fetchTimeout,
		},
	}}
}

// snapshot fetches a book's snapshot in a goroutine of its own and puts it into the mailbox. It
// tries until it has one; the caller sees to it that a symbol has one fetch at a time.
func (f *fetcher) snapshot(ctx context.Context, url string, ins *instrument, stats *counters) {
	delay := time.Duration(0)
	if ins.asked {
		delay = ins.retries.Next()
	}
	ins.asked = true
	// Ends with success, or with ctx; Run waits for it. Until the mailbox is filled, ins.retries
	// is this goroutine's.
	f.wg.Go(func() {
		for backoff.Sleep(ctx, delay) == nil {
			body, err := f.get(ctx, url, f.limits.SnapshotWeight)
			if err == nil {
				ins.mailbox.Store(&response{url: url, body: body})
				return
			}
			if ctx.Err() == nil {
				stats.snapshotsFailed.Add(1)
				f.cfg.Log.Warn("snapshot not fetched", "symbol", ins.symbol, "error", err)
			}
			delay = ins.retries.Next()
		}
	})
}

// get makes one request. The body is the caller's.
func (f *fetcher) get(ctx context.Context, url string, weight int) ([]byte, error) {
	if err := f.wait(ctx, weight); err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	answer, err := f.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }() // it was read; nothing is lost
	body, err := io.ReadAll(io.LimitReader(answer.Body, fetchBytesMax+1))
	if err != nil {
		return nil, err
	}
	if len(body) > fetchBytesMax {
		return nil, errBody
	}
	if answer.StatusCode != http.StatusOK {
		f.heed(answer)
		return nil, &statusError{answer.StatusCode, clip(string(body))}
	}
	return body, nil
}

// wait blocks until the weight may be spent. Weights are spent in the order of the calls; while
// the burst lasts, at once.
func (f *fetcher) wait(ctx context.Context, weight int) error {
	cost := time.Duration(weight) * time.Minute / time.Duration(f.limits.WeightPerMinute)
	burst := time.Duration(f.limits.WeightBurst) * time.Minute / time.Duration(f.limits.WeightPerMinute)
	f.mu.Lock()
	now := time.Now()
	if f.spent.Before(now) {
		f.spent = now
	}
	f.spent = f.spent.Add(cost)
	free := f.spent.Add(-burst)
	f.mu.Unlock()
	for {
		f.mu.Lock()
		delay := time.Until(later(free, f.until)) // until may move while we sleep
		f.mu.Unlock()
		if delay <= 0 {
			return ctx.Err()
		}
		if err := backoff.Sleep(ctx, delay); err != nil {
			return err
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// heed obeys the statuses that say to stay away: 429, and the ban that follows who does not.
// https://developers.binance.com/docs/binance-spot-api-docs/rest-api/limits, and alike elsewhere.
func (f *fetcher) heed(answer *http.Response) {
	switch answer.StatusCode {
	case http.StatusTooManyRequests, http.StatusTeapot, http.StatusForbidden:
	default:
		return
	}
	pause := wsconn.ParseRetryAfter(answer.Header)
	if pause == 0 {
		pause = banDefault
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.until = later(f.until, time.Now().Add(pause))
	f.cfg.Log.Warn("requests paused", "status", answer.StatusCode, "for", pause)
}

// watchInfo looks at the venue's list of symbols now and then, until ctx is done.
func (p *Provider) watchInfo(ctx context.Context) {
	natives := make([]string, 0, len(p.info.out.symbols.list))
	for _, ins := range p.info.out.symbols.list {
		natives = append(natives, ins.native)
	}
	if p.venue.InfoURL(natives) == "" {
		return
	}
	for {
		complete := true
		for at := 0; at < len(natives); at += p.info.out.symbols.limits.InfoSymbolsMax {
			end := min(at+p.info.out.symbols.limits.InfoSymbolsMax, len(natives))
			complete = p.fetchInfo(ctx, natives[at:end]) && complete
		}
		pause := p.cfg.InfoEvery
		if !complete {
			pause = min(pause, fetchTimeout)
		}
		if backoff.Sleep(ctx, pause) != nil {
			return
		}
	}
}

// fetchInfo fetches and publishes what the venue says of some symbols. A venue that refuses
// the whole list for one unknown symbol is asked for the halves.
func (p *Provider) fetchInfo(ctx context.Context, natives []string) (complete bool) {
	url := p.venue.InfoURL(natives)
	body, err := p.fetcher.get(ctx, url, p.fetcher.limits.InfoWeight)
	if refused, ok := errors.AsType[*statusError](err); ok && refused.status == http.StatusBadRequest && len(natives) > 1 {
		half := len(natives) / 2
		complete = p.fetchInfo(ctx, natives[:half])
		return p.fetchInfo(ctx, natives[half:]) && complete
	}
	if err == nil {
		err = p.info.Respond(url, body, p.cfg.Now())
	}
	if err != nil && ctx.Err() == nil {
		p.cfg.Log.Warn("symbols not described", "symbols", len(natives), "first", natives[0], "error", err)
	}
	return err == nil
}
