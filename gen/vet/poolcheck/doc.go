// Package poolcheck defines an analyzer that proves who owns a pooled object.
//
// # Analyzer poolcheck
//
// poolcheck: check that each lease of a pool is Put once or handed on, and that nothing of it is kept
//
// The analyzer follows every pool.Lease through all paths of the function that gets it: from Get,
// from any other call, from a parameter, from a channel. It knows which path has the error of Get,
// remembers what a condition was when it is tested again, and enters closures that are called or
// deferred. What other functions do with memory that they are passed it knows by facts, also
// across packages.
//
// In test files four things are allowed: to collect leases (collected), to end the test with a
// lease in hand (panicgap), to name only the error of a Get that is meant to fail (discarded), and
// to pass the method or the use of a lease that was Put to a function, which is how one proves that
// a misuse panics. The packages runtime/lib/pool and runtime/lib/leaktest are exempt
// with their tests: the one makes the leases, the other loses some to see that it tells.
//
// What it does not see: a lease behind a pointer to itself, or boxed in an interface and passed
// on, is not followed. A variable outside of the function that holds a lease (a field, say) may
// hold it for ever. What an interface method or a function value does with an event, not a lease,
// is not known, except by a parameter named clone: that one keeps it. A pool that is emptied by
// too many Gets is not a matter of ownership.
//
// # Rule lost
//
// A lease that is Put on one path and forgotten on another leaves its pool for ever.
// Returns, ends of functions and of loop rounds are looked at. Where Get returned an error there
// is no lease.
//
// Wrong:
//
//	lease, err := pools.CanonicalEvent.Get(ctx)
//	if err != nil {
//		return err
//	}
//	if late {
//		return errLate
//	}
//	sink.Publish(lease)
//
// Right:
//
//	if late {
//		lease.Put()
//		return errLate
//	}
//
// # Rule doubleput
//
// A lease is Put once. The second Put panics, at the latest.
//
// Wrong:
//
//	defer lease.Put()
//	if err := read(lease.Value()); err != nil {
//		lease.Put()
//		return err
//	}
//
// Right:
//
//	defer lease.Put()
//	if err := read(lease.Value()); err != nil {
//		return err
//	}
//
// # Rule useafterput
//
// After the Put the object may be with its next holder. That holds for the lease, for
// the pointer, and for every slice and body of the event.
//
// Wrong:
//
//	ev := lease.Value()
//	lease.Put()
//	return ev.Symbol
//
// Right:
//
//	symbol := lease.Value().Symbol
//	lease.Put()
//	return symbol
//
// # Rule useafterhandover
//
// Who takes a lease owns it from the call on, on success and on error: a function
// that has a Lease among its parameters, also behind an interface or a function value, a channel,
// a goroutine. There is no ownership that depends on a result.
//
// Wrong:
//
//	if !sink.TryPublish(lease) {
//		lease.Put()
//	}
//
// Right:
//
//	sink.Publish(lease) // Puts what it does not want
//
// # Rule putinloop
//
// A Put in a loop of a lease from outside of it is a second Put in the second round.
//
// Wrong:
//
//	for _, lane := range lanes {
//		lane.Enqueue(n, lease.Value().Clone())
//		lease.Put()
//	}
//
// Right:
//
//	for _, lane := range lanes {
//		lane.Enqueue(n, lease.Value().Clone())
//	}
//	lease.Put()
//
// # Rule discarded
//
// A lease without a name can not be Put: the blank identifier, a call or a receive whose
// result is not used, a parameter without a name.
//
// Wrong:
//
//	_, err := pools.WsFrame.Get(ctx) // is one free?
//
// Right:
//
//	lease, err := pools.WsFrame.Get(ctx)
//	if err == nil {
//		lease.Put()
//	}
//
// # Rule copied
//
// A lease is two words and easily copied, but it has one owner: not a field and a channel,
// not two channels, not every sink of a list.
//
// Wrong:
//
//	w.lease = lease
//	sink.Publish(lease)
//
// Right:
//
//	w.last = lease.Value().Clone()
//	sink.Publish(lease)
//
// # Rule keptvalue
//
// Memory of a pooled object that is still referred to when its lease ends: the pointer, a
// body, an inner slice, a shallow copy, in a field, a map, a channel, a closure, a goroutine, a
// result, by way of any function. A parameter named clone keeps what it gets.
//
// Wrong:
//
//	book.bids = lease.Value().BookUpdate().Bids
//	lease.Put()
//
// Right:
//
//	book.bids = append(book.bids[:0], lease.Value().BookUpdate().Bids...)
//	lease.Put()
//
// # Rule keptclone
//
// A handler of the data bus has its event until Handle returns (FR-014).
//
// Wrong:
//
//	func (t *tape) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
//		t.last = ev
//		return nil
//	}
//
// Right:
//
//	func (t *tape) Handle(_ context.Context, ev *eventv1.CanonicalEvent) error {
//		t.symbol, t.seq = ev.Symbol, ev.SeqLast
//		return nil
//	}
//
// # Rule deferredput
//
// A deferred Put and a hand-over are two owners, whatever flag is between them.
//
// Wrong:
//
//	defer func() {
//		if !published {
//			lease.Put()
//		}
//	}()
//	sink.Publish(lease)
//	published = true
//
// Right:
//
//	if !valid {
//		lease.Put()
//		return errInvalid
//	}
//	sink.Publish(lease)
//
// # Rule collected
//
// Leases in a slice, an array or a map: nobody sees whether each is Put, and together they
// empty the pool.
//
// Wrong:
//
//	w.pending = append(w.pending, lease)
//
// Right:
//
//	w.trades = append(w.trades, *lease.Value().Trade())
//	lease.Put()
//
// # Rule panicgap
//
// A panic, or a call that never returns (log.Fatal, os.Exit, runtime.Goexit, Fatal of a
// test), while the lease is held and no Put is deferred.
//
// Wrong:
//
//	ev := lease.Value()
//	if ev.Symbol == "" {
//		panic("no symbol")
//	}
//	lease.Put()
//
// Right:
//
//	defer lease.Put()
//	if lease.Value().Symbol == "" {
//		panic("no symbol")
//	}
//
// # Rule absent
//
// Put or Value where Get has failed: the zero lease lends nothing, both panic.
//
// Wrong:
//
//	lease, err := pools.CanonicalEvent.Get(ctx)
//	defer lease.Put()
//	if err != nil {
//		return err
//	}
//
// Right:
//
//	lease, err := pools.CanonicalEvent.Get(ctx)
//	if err != nil {
//		return err
//	}
//	defer lease.Put()
package poolcheck
