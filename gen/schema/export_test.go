package schema

// Shape is a kind of mapping of the language, for the test that holds schema.json to it.
type Shape struct {
	Required, Keys []string
}

// Shapes returns every kind of mapping by its name in schema.json.
func Shapes() map[string]Shape {
	all := map[string]Shape{}
	for name, s := range shapes() {
		all[name] = Shape{s.required, s.keys()}
	}
	return all
}

// TypeKeys returns the keys that a field of the type needs and may have beyond the common ones.
func TypeKeys(typ string) (required, optional []string) { return typeKeys(typ) }

// BuiltinTypes returns the names of the types that are not declared.
func BuiltinTypes() []string { return builtinTypes() }
