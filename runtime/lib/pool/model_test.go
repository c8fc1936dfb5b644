package pool_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/meltica/meltica/runtime/lib/pool"
)

// model is what the pool promises to one goroutine.
type model struct {
	capacity int
	held     []pool.Lease[item]
	returned []pool.Lease[item]
	gets     uint64
	timeouts uint64
	closed   bool
}

func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &model{capacity: rapid.IntRange(1, 5).Draw(t, "capacity")}
		p := pool.New(pool.Config{Name: "items", Capacity: m.capacity, Timeout: time.Nanosecond}, (*item).reset)
		t.Repeat(map[string]func(*rapid.T){
			"get":        func(t *rapid.T) { m.get(t, p) },
			"getAgain":   func(t *rapid.T) { m.get(t, p) }, // twice as often
			"put":        func(t *rapid.T) { m.put(t) },
			"staleUse":   func(t *rapid.T) { m.staleUse(t) },
			"close":      func(t *rapid.T) { m.close(t, p) },
			"drain":      func(t *rapid.T) { m.drain(t, p) },
			"collect":    func(t *rapid.T) { m.collect(t) },
			"":           func(t *rapid.T) { m.check(t, p) },
			"getDoneCtx": func(t *rapid.T) { m.getDone(t, p) },
		})
	})
}

func (m *model) get(t *rapid.T, p *pool.Pool[item]) {
	l, err := p.Get(context.Background())
	var exhausted *pool.ExhaustedError
	switch {
	case m.closed:
		if !errors.Is(err, pool.ErrClosed) {
			t.Fatalf("Get of a closed pool: got %v, want ErrClosed", err)
		}
	case len(m.held) == m.capacity:
		if !errors.As(err, &exhausted) {
			t.Fatalf("Get with %d on loan: got %v, want *ExhaustedError", len(m.held), err)
		}
		m.timeouts++
	default:
		m.lent(t, l, err)
	}
}

func (m *model) getDone(t *rapid.T, p *pool.Pool[item]) {
	l, err := p.Get(canceled())
	var exhausted *pool.ExhaustedError
	switch {
	case m.closed:
		if !errors.Is(err, pool.ErrClosed) {
			t.Fatalf("Get of a closed pool: got %v, want ErrClosed", err)
		}
	case len(m.held) == m.capacity:
		if errors.As(err, &exhausted) { // a nanosecond may have passed as well
			m.timeouts++
		} else if !errors.Is(err, context.Canceled) {
			t.Fatalf("Get with %d on loan: got %v, want context.Canceled", len(m.held), err)
		}
	default:
		m.lent(t, l, err)
	}
}

func (m *model) lent(t *rapid.T, l pool.Lease[item], err error) {
	if err != nil {
		t.Fatalf("Get with %d of %d on loan: %v", len(m.held), m.capacity, err)
	}
	if got := *l.Value(); got != (item{}) {
		t.Fatalf("lent object: got %+v, want the zero state", got)
	}
	for _, other := range m.held {
		if other.ID() == l.ID() || other.Value() == l.Value() {
			t.Fatalf("object #%d has two holders", l.ID())
		}
	}
	m.gets++
	*l.Value() = item{n: int(m.gets), text: "in use"}
	m.held = append(m.held, l)
}

func (m *model) put(t *rapid.T) {
	if len(m.held) == 0 {
		t.Skip("nothing on loan")
	}
	i := rapid.IntRange(0, len(m.held)-1).Draw(t, "lease")
	l := m.held[i]
	m.held = slices.Delete(m.held, i, i+1)
	m.returned = append(m.returned, l)
	l.Put()
}

func (m *model) staleUse(t *rapid.T) {
	if len(m.returned) == 0 {
		t.Skip("nothing was returned")
	}
	l := rapid.SampledFrom(m.returned).Draw(t, "lease")
	if text := panicText(l.Put); text == "" {
		t.Fatalf("second Put of object #%d: no panic", l.ID())
	}
	if text := panicText(func() { l.Value() }); text == "" {
		t.Fatalf("Value of the returned object #%d: no panic", l.ID())
	}
}

func (m *model) close(t *rapid.T, p *pool.Pool[item]) {
	if rapid.IntRange(0, 9).Draw(t, "close") == 0 { // seldom, or little else is seen
		p.Close()
		m.closed = true
	}
}

func (m *model) drain(t *rapid.T, p *pool.Pool[item]) {
	if rapid.IntRange(0, 9).Draw(t, "drain") != 0 {
		return
	}
	m.closed = true
	var got, want []uint64
	for _, u := range p.Drain(canceled()) {
		got = append(got, u.ID)
	}
	for _, l := range m.held {
		want = append(want, l.ID())
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("Drain: got the objects %v, want %v", got, want)
	}
}

func (m *model) collect(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "collect") == 0 {
		runtime.GC()
	}
}

// check runs after every step.
func (m *model) check(t *rapid.T, p *pool.Pool[item]) {
	got := p.Stats()
	got.Waits = 0 // a nanosecond's wait is one as well
	want := pool.Stats{Name: "items", Capacity: m.capacity, InUse: len(m.held), Gets: m.gets, Timeouts: m.timeouts}
	if got != want {
		t.Fatalf("stats: got %+v, want %+v", got, want)
	}
	for _, l := range m.held {
		if v := l.Value(); v.text != "in use" {
			t.Fatalf("object #%d changed while on loan: %+v", l.ID(), *v)
		}
	}
}
