package golang

import (
	"strconv"

	"github.com/meltica/meltica/gen/schema"
)

// guards emits what stops the compiler when a type no longer fits its schema.
func guards(pl *plan) code {
	structs := expand(`
// A conversion below does not compile when a field was added to, removed from or re-typed in
// the generated code by hand. Change the schema and generate.

$conversions`, vars{"conversions": lines(pl.all(), func(st *structure) code {
		return expand("var _ = $T(struct {\n$fields}{})\n", vars{"T": st.Name, "fields": structFields(st, false)})
	})})
	if len(pl.enums) == 0 {
		return structs
	}
	return join(structs, expand(`
// An index out of range below says that the number of an enum value was changed by hand.
func _() {
	var x [1]struct{}
	$values}`, vars{"values": lines(pl.enums, func(e *enum) code {
		return code(lines(e.Values, func(x *schema.EnumValue) code {
			return expand("_ = x[$C-$n]", vars{"C": enumConst(e, x), "n": strconv.Itoa(x.ID)})
		}))
	})}))
}
