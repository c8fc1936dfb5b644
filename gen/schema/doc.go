// Package schema reads the event schemas: YAML files in, a checked Package out. It knows nothing
// of Go code beyond the names that generated code takes.
//
// Load reports everything that is wrong in all files at once, each with the exact place. The
// steps, one file per concern: yaml.go turns bytes into positioned nodes, keys.go says which keys
// a mapping has, parse_*.go turn nodes into declarations, resolve.go joins them by name and
// check_*.go hold the rules.
package schema
