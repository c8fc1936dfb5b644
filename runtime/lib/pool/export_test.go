package pool

// Debugging tells the tests whether they run with -tags pooldebug.
const Debugging = debugging

// Forge returns a lease of l's object whose generation is off by delta.
func Forge[T any](l Lease[T], delta int) Lease[T] {
	return Lease[T]{entry: l.entry, gen: l.gen + uint64(delta)}
}

// RegistryLen returns how many objects the pool remembers.
func RegistryLen[T any](p *Pool[T]) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.registry)
}

// QueueLen returns how many Gets wait.
func QueueLen[T any](p *Pool[T]) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.queue)
}

// Attention returns what keeps Get off its fast path: 0 with no waiter and an open pool.
func Attention[T any](p *Pool[T]) int64 { return p.attention.Load() }

// TakePermit leaves the pool as a Get does that was interrupted after its permit and its look
// at closed, before it marked its object. The returned function gives the permit back.
func TakePermit[T any](p *Pool[T]) func() {
	if !p.acquire() {
		panic("no permit is free")
	}
	return p.release
}

// HalfRelease leaves the pool as a Put does that was interrupted after it gave its permit back,
// before it looked for waiters. The returned function goes on.
func HalfRelease[T any](p *Pool[T]) func() {
	p.inUse.Add(-1)
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.serve()
		p.checkDrained()
	}
}
