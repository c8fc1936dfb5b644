// Package consumer holds examples of what subscribes to the data bus.
//
// A consumer is any type with
//
//	Handle(ctx context.Context, ev *eventv1.CanonicalEvent) error
//
// The bus calls it from one goroutine at a time for each subscription. The event is a clone
// on the heap: it is the handler's alone until Handle returns, it has no lease and so nothing
// to Put (FR-012), and neither it nor its slices may be kept (FR-014). Keep values: decimals,
// integers, strings and ids copy; levels are copied one by one.
//
// Consumers see generated events only: no pool, no metrics, no other stage.
package consumer
