// Package layers holds the lattice of imports of this module (ARCH-01, ARCH-02) and the analyzer
// that compares the code with it. The table is in table.go.
//
// # Analyzer layers
//
// layers: allow only the imports that the table of the tree names
//
// In one line: cmd -> pipeline -> stages -> generated -> lib. Gen and runtime never meet; stages
// never import each other; a consumer sees generated events, not their pools; the simulator
// speaks the venues' wire and shares nothing with the adapters. Tests may import more: the
// test support of lib, and the simulator. A package that the table does not know is a finding,
// too: give it a row.
//
// Wrong:
//
//	package dispatcher
//
//	import "github.com/meltica/meltica/runtime/databus" // a stage imports a stage
//
//	func (d *Dispatcher) publish(b *databus.Bus, lease eventv1.CanonicalEventLease) { b.Publish(lease) }
//
// Right:
//
//	package dispatcher
//
//	// Publisher is what the dispatcher needs of the bus; runtime/pipeline joins the two.
//	type Publisher interface{ Publish(lease eventv1.CanonicalEventLease) }
//
// There is no suggested fix: where the code belongs is a decision.
package layers
