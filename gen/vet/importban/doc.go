// Package importban keeps every WebSocket and JSON library but the two approved ones out of the
// tree (FR-021 to FR-024, SC-007).
//
// Scan reads the imports of all Go files below a folder and the modules in its go.mod and
// go.work files, whatever the build makes of them. A test of this package runs it over this
// module, so that go test ./... fails on a banned import with no other tool installed. The
// analyzer gives the same findings to editors and to go vet.
//
// # Analyzer importban
//
// importban: forbid all JSON and WebSocket libraries but goccy/go-json and coder/websocket
//
// An import is found in any form (named, dot, blank, beside cgo), in any file (tests, generated
// files, other systems, other build tags, testdata, nested modules), and no comment excuses it.
// So is a go:linkname into a banned package, and in go.mod and go.work a direct requirement, a
// tool or a replacement. What is banned is a list; a library that is not on it is judged by its
// name. Libraries that dependencies import are their own affair.
//
// Wrong:
//
//	import json "encoding/json"          // encoding/json is forbidden, use goccy/go-json
//	import "github.com/gorilla/websocket" // gorilla/websocket is forbidden, use coder/websocket
//	import "github.com/coder/websocket/wsjson" // decodes with encoding/json
//
// Right:
//
//	import "github.com/goccy/go-json"
//	import "github.com/coder/websocket"
//
// For encoding/json itself there is a suggested fix: goccy/go-json has the same names. Mind what
// differs: it matches keys without regard to case, and a reused struct keeps what a message
// lacks.
package importban
