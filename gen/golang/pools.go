package golang

import "strconv"

// pools emits the six pools and their configuration.
func pools(pl *plan) code {
	each := func(template string) string {
		return lines(pl.events, func(st *structure) code {
			return expand(template, vars{
				"T": st.Name, "capacity": strconv.Itoa(st.event.Pool.Capacity),
				"timeout": strconv.FormatInt(st.event.Pool.Timeout.Milliseconds(), 10),
			})
		})
	}
	return expand(poolsText, vars{
		"configs":  each("$T PoolConfig // $capacity objects, $timeout ms"),
		"fields":   each("$T *@pool.Pool[$T]"),
		"leases":   each("${T}Lease = @pool.Lease[$T]"),
		"makes":    each("$T: @pool.New(cfg.$T.or(\"$T\", $capacity, $timeout*@time.Millisecond), (*$T).Reset),"),
		"closes":   each("p.$T.Close()"),
		"observes": each("p.$T.Observe(now)"),
		"drains":   each("unreturned = append(unreturned, p.$T.Drain(ctx)...)"),
	})
}

const poolsText = `
// PoolConfig bounds one pool. A zero field takes the value of the schema.
type PoolConfig struct {
	Capacity int           // objects on loan at most
	Timeout  @time.Duration // how long a Get waits for one
}

// or returns c for a pool, with the values of the schema where c has none.
func (c PoolConfig) or(name string, capacity int, timeout @time.Duration) @pool.Config {
	if c.Capacity == 0 {
		c.Capacity = capacity
	}
	if c.Timeout == 0 {
		c.Timeout = timeout
	}
	return @pool.Config{Name: name, Capacity: c.Capacity, Timeout: c.Timeout}
}

// PoolsConfig bounds the pools. Its zero value is what the schemas say: the comments.
type PoolsConfig struct {
$configs}

// A lease lends one object of a pool until its Put. It may be copied; whoever holds the last
// copy owns the object, and Put ends all copies.
type (
$leases)

// Pools holds the pool of each event type. NewPools makes one; it is safe for concurrent use.
type Pools struct {
$fields}

// NewPools returns empty pools; objects are made when they are first needed.
func NewPools(cfg PoolsConfig) *Pools {
	return &Pools{
$makes}
}

// Close ends lending: every Get, also one that waits, returns pool.ErrClosed from now on. Leases
// on loan may and must still be Put.
func (p *Pools) Close() {
$closes}

// Observe tells the pools the time, by which they date the leases on loan.
func (p *Pools) Observe(now @time.Time) {
$observes}

// Drain closes all pools, waits until every lease is back or ctx is done, and returns the
// leases that are not back; nil is success.
func (p *Pools) Drain(ctx @context.Context) []@pool.Unreturned {
	p.Close()
	var unreturned []@pool.Unreturned
$drains	return unreturned
}`
