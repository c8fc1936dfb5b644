package schema

import (
	"time"

	"github.com/meltica/meltica/gen/diag"
)

// Package is one checked major version of the schemas: everything that one generated Go
// package holds. It is immutable once Load has returned it and safe for concurrent reads.
type Package struct {
	Version int      // 1 for schemas/v1
	Files   []string // schema files in load order, as slash paths from the root of the schemas
	Scalars []*Scalar
	Enums   []*Enum
	Structs []*Struct // shared structs, in file order
	Events  []*Event  // the pooled types, ordered by name
}

// Position is a place in a schema file.
type Position = diag.Position

// Scalar is a named value of fixed size that holds no pointer: inline text or bytes.
type Scalar struct {
	Name  string
	Doc   string
	Since int
	Text  bool // text of at most Size bytes, else exactly Size bytes
	Size  int
	Pos   Position
}

// Enum is a closed set of named values. The value 0 is never declared: it means "not set".
type Enum struct {
	Name   string
	Doc    string
	Since  int
	Values []*EnumValue // ordered by id
	Pos    Position
	// Reserved ids and names may not come back.
	Reserved Reserved
}

// EnumValue is one value of an Enum.
type EnumValue struct {
	ID    int // 1 to 255
	Name  string
	Doc   string
	Since int
	Pos   Position
}

// Reserved lists ids and names that were in use once.
type Reserved struct {
	IDs   []int
	Names []string
}

// Struct is a shared struct, or the fields of an event.
type Struct struct {
	Name     string
	Doc      string
	Since    int
	Fields   []*Field // in the order of the file, which is the order in memory and in JSON
	Reserved Reserved
	Pos      Position
}

// Event is a pooled type with its own schema file.
type Event struct {
	Struct
	File     string
	Revision int
	Pool     Pool
	Delivery Delivery // DeliveryNone where the arms of a union decide
	ID       []*Field // fields that EventID joins
	Stream   []*Field // fields of the stream key; empty where the type has none
	Merge    []*Field // fields of the merge key; empty where the type has none
}

// Pool is the pool that an event type lives in.
type Pool struct {
	Capacity int
	Timeout  time.Duration
}

// Delivery says what the data bus does with an event that a subscriber is too slow for (LM-04).
type Delivery uint8

// The delivery rules.
const (
	DeliveryNone     Delivery = iota
	DeliveryLossless          // never dropped
	DeliveryLatest            // the last event of a stream replaces the one before
	DeliveryMerge             // two book updates become one, level by level
	DeliveryQueue             // a bounded queue that drops the oldest and says so
)

// Field is one field of a struct or event.
type Field struct {
	ID    int
	Name  string // snake_case, also the JSON name
	Doc   string
	Since int
	Type  Type
	// AutoRevision: the generated code stamps the event's revision.
	AutoRevision bool
	Pos          Position
}

// Type is the type of a field: one of the types below, by value for the plain ones and by
// pointer for those that refer to a declaration.
type Type interface{ isType() }

// Plain types.
type (
	// Bool is true or false.
	Bool struct{}
	// Int is an integer of 8 to 64 bits.
	Int struct {
		Bits   int
		Signed bool
	}
	// String is an interned string: every distinct value is held once for the process.
	String struct{}
	// Bytes is a byte buffer with its bounds in bytes: Max is the most that is accepted, Retain
	// the largest capacity that a Reset keeps.
	Bytes struct{ Max, Retain int }
	// Time is an instant in unix nanoseconds.
	Time struct{}
	// Decimal is an exact decimal number.
	Decimal struct{}
)

// Types that refer to a declaration, and the composed ones.
type (
	// ScalarRef is a field of a declared scalar.
	ScalarRef struct{ Scalar *Scalar }
	// EnumRef is a field of a declared enum.
	EnumRef struct{ Enum *Enum }
	// StructRef is a field that holds a struct by value.
	StructRef struct{ Struct *Struct }
	// List is a list of structs by value. Max is the most elements that are accepted, Retain the
	// largest capacity that a Reset keeps.
	List struct {
		Of          *Struct
		Max, Retain int
	}
	// Union is one of several structs; an event has at most one field of it, and Tag is the enum
	// field of the same event that says which arm is set.
	Union struct {
		Tag  *Field
		Arms []*Arm
	}
)

// Arm is one alternative of a Union.
type Arm struct {
	ID       int
	Name     string
	Doc      string
	Since    int
	Of       *Struct
	Tag      *EnumValue
	Delivery Delivery
	Pos      Position
}

func (Bool) isType()      {}
func (Int) isType()       {}
func (String) isType()    {}
func (Bytes) isType()     {}
func (Time) isType()      {}
func (Decimal) isType()   {}
func (ScalarRef) isType() {}
func (EnumRef) isType()   {}
func (StructRef) isType() {}
func (List) isType()      {}
func (*Union) isType()    {}
