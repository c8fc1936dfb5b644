package golang

import "strconv"

// supportPools emits the checks that every pool must pass.
const supportPools = `
// poolCase is what the schema says of a pool.
type poolCase struct {
	name     string
	capacity int
	timeout  @time.Duration
}

// checkPool fails unless the pool that find picks lends and takes back as the schema says.
func checkPool[T any, P object[T]](t *@testing.T, want poolCase, find func(*Pools) *@pool.Pool[T], variants []variant[T]) {
	t.Helper()
	if got := find(NewPools(PoolsConfig{})).Stats(); got.Name != want.name || got.Capacity != want.capacity {
		t.Errorf("got pool %s of %d, want %s of %d", got.Name, got.Capacity, want.name, want.capacity)
	}
	checkReuse[T, P](t, find(NewPools(PoolsConfig{})), variants)
	checkWrongPuts(t, want.name, find(NewPools(PoolsConfig{})))
	@synctest.Test(t, func(t *@testing.T) { checkExhausted(t, want, find(NewPools(PoolsConfig{}))) })
	@synctest.Test(t, func(t *@testing.T) { checkShutdown(t, want, find) })
}

// checkReuse fails where an object that comes out of the pool shows what another holder did.
func checkReuse[T any, P object[T]](t *@testing.T, p *@pool.Pool[T], variants []variant[T]) {
	t.Helper()
	for i := range 100 {
		lease, err := p.Get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		checkClean(t, "Get", lease.Value())
		variants[i%len(variants)].fill(lease.Value(), &filler{next: i, length: 3})
		if i%2 == 1 {
			shorten(lease.Value())
		}
		lease.Put()
	}
}

// checkWrongPuts fails unless double, stale and foreign Puts panic.
func checkWrongPuts[T any](t *@testing.T, name string, p *@pool.Pool[T]) {
	t.Helper()
	first, err := p.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first.Put()
	checkPanics(t, name, first.Put)
	second, err := p.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	checkPanics(t, name, first.Put) // stale: the object may be with its next holder
	if got := p.Stats().InUse; got != 1 {
		t.Errorf("got %d objects on loan after wrong Puts, want 1", got)
	}
	second.Put()
	checkPanics(t, "pool", @pool.Lease[T]{}.Put)
}

// checkExhausted fails unless the pool lends exactly its capacity and Get gives up in time.
func checkExhausted[T any](t *@testing.T, want poolCase, p *@pool.Pool[T]) {
	t.Helper()
	leases := make([]@pool.Lease[T], 0, want.capacity)
	for range want.capacity {
		lease, err := p.Get(t.Context())
		if err != nil {
			t.Fatalf("after %d of %d: %v", len(leases), want.capacity, err)
		}
		leases = append(leases, lease)
	}
	start := @time.Now()
	_, err := p.Get(t.Context())
	var exhausted *@pool.ExhaustedError
	if !@errors.As(err, &exhausted) || exhausted.Pool != want.name || exhausted.Capacity != want.capacity {
		t.Fatalf("got %v, want an ExhaustedError of %s", err, want.name)
	}
	if waited := @time.Since(start); waited != want.timeout || exhausted.Waited != want.timeout {
		t.Errorf("got %v after %v, want %v", exhausted.Waited, waited, want.timeout)
	}
	for _, lease := range leases {
		lease.Put()
	}
	lease, err := p.Get(t.Context())
	if err != nil {
		t.Fatalf("Get after all Puts: %v", err)
	}
	lease.Put()
}

// checkShutdown fails unless a drain of all pools names the one lease that is out, with its age,
// and ends with success once that is back.
func checkShutdown[T any](t *@testing.T, want poolCase, find func(*Pools) *@pool.Pool[T]) {
	t.Helper()
	pools := NewPools(PoolsConfig{})
	lease, err := find(pools).Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pools.Observe(@time.Now())
	@time.Sleep(3 * @time.Second) // within the bubble: no real time
	ctx, cancel := @context.WithTimeout(t.Context(), @time.Second)
	defer cancel()
	got := pools.Drain(ctx)
	if len(got) != 1 || got[0].Pool != want.name || got[0].ID != lease.ID() || got[0].Age != 4*@time.Second {
		t.Fatalf("got %v, want %s #%d of age 4s", got, want.name, lease.ID())
	}
	if _, err := find(pools).Get(t.Context()); !@errors.Is(err, @pool.ErrClosed) {
		t.Errorf("got %v from Get after Drain, want ErrClosed", err)
	}
	lease.Put()
	if got := pools.Drain(t.Context()); got != nil {
		t.Errorf("got %v, want nil when all are back", got)
	}
	pools = NewPools(PoolsConfig{})
	pools.Close()
	if _, err := find(pools).Get(t.Context()); !@errors.Is(err, @pool.ErrClosed) {
		t.Errorf("got %v from Get after Close, want ErrClosed", err)
	}
}

// checkLoop fails where Get, use and Put allocate in the long run.
func checkLoop[T any](t *@testing.T, p *@pool.Pool[T], use func(*T)) {
	t.Helper()
	loop := func() {
		lease, err := p.Get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		use(lease.Value())
		lease.Put()
	}
	if got := @testing.AllocsPerRun(100, loop); allocsCount && got != 0 {
		t.Errorf("got %v allocations for Get, fill and Put, want 0", got)
	}
}
`

// poolsTests emits the tests of Pools.
func poolsTests(pl *plan) code {
	each := func(template string) string {
		return lines(pl.events, func(st *structure) code {
			return expand(template, vars{
				"T": st.Name, "stem": st.stem, "capacity": strconv.Itoa(st.event.Pool.Capacity),
				"timeout": strconv.FormatInt(st.event.Pool.Timeout.Milliseconds(), 10),
			})
		})
	}
	return expand(`
func TestPools(t *@testing.T) {
$cases}

func TestPoolConfigOr(t *@testing.T) {
	got := PoolConfig{}.or("Name", 5, @time.Hour)
	if want := (@pool.Config{Name: "Name", Capacity: 5, Timeout: @time.Hour}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	got = PoolConfig{Capacity: 2, Timeout: @time.Second}.or("Name", 5, @time.Hour)
	if want := (@pool.Config{Name: "Name", Capacity: 2, Timeout: @time.Second}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// A pool takes its own bounds from PoolsConfig; the others keep those of the schema.
func TestPoolsConfig(t *@testing.T) {
$configs}

func TestPoolsDrainAll(t *@testing.T) {
	@synctest.Test(t, func(t *@testing.T) {
		pools := NewPools(PoolsConfig{})
		var puts []func()
		$gets
		ctx, cancel := @context.WithTimeout(t.Context(), 5*@time.Second)
		defer cancel()
		start := @time.Now()
		var got []string
		for _, u := range pools.Drain(ctx) {
			got = append(got, u.Pool)
		}
		if want := []string{$names}; !@slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if took := @time.Since(start); took != 5*@time.Second {
			t.Errorf("got %v for all pools, want 5s", took)
		}
		for _, put := range puts {
			put()
		}
		if got := pools.Drain(t.Context()); got != nil {
			t.Errorf("got %v, want nil", got)
		}
	})
}

// A drain closes all pools before it waits for the first.
func TestPoolsDrainCloses(t *@testing.T) {
	@synctest.Test(t, func(t *@testing.T) {
		pools := NewPools(PoolsConfig{})
		lease, err := pools.$First.Get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var wg @sync.WaitGroup
		wg.Go(func() { // ends when the lease is back
			if got := pools.Drain(t.Context()); got != nil {
				t.Errorf("got %v, want nil", got)
			}
		})
		@synctest.Wait()
		if _, err := pools.$Last.Get(t.Context()); !@errors.Is(err, @pool.ErrClosed) {
			t.Errorf("got %v, want ErrClosed", err)
		}
		lease.Put()
		wg.Wait()
	})
}`, vars{
		"First": pl.events[0].Name, "Last": pl.events[len(pl.events)-1].Name,
		"cases": each(`	t.Run("$T", func(t *@testing.T) {
		checkPool(t, poolCase{"$T", $capacity, $timeout * @time.Millisecond},
			func(p *Pools) *@pool.Pool[$T] { return p.$T }, ${stem}Variants())
	})`),
		"configs": each(`	t.Run("$T", func(t *@testing.T) {
		@synctest.Test(t, func(t *@testing.T) {
			find := func(p *Pools) *@pool.Pool[$T] { return p.$T }
			checkExhausted(t, poolCase{"$T", 2, 7 * @time.Second},
				find(NewPools(PoolsConfig{$T: PoolConfig{Capacity: 2, Timeout: 7 * @time.Second}})))
			checkExhausted(t, poolCase{"$T", 3, $timeout * @time.Millisecond},
				find(NewPools(PoolsConfig{$T: PoolConfig{Capacity: 3}})))
			checkExhausted(t, poolCase{"$T", $capacity, 9 * @time.Second},
				find(NewPools(PoolsConfig{$T: PoolConfig{Timeout: 9 * @time.Second}})))
		})
	})`),
		"gets": each(`		if lease, err := pools.$T.Get(t.Context()); err != nil {
			t.Fatal(err)
		} else {
			puts = append(puts, lease.Put)
		}`),
		"names": each(`"$T",`),
	})
}
