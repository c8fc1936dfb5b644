// Package config reads the configuration of meltica-run: one YAML file, strictly. A key that is
// not known, a value out of its bounds, a provider named twice: all that is wrong with a file is
// found at once, each with file, line, column and advice, before anything is connected.
//
//	meltica.yaml:9:3: unknown key "que_max" in bus
//	      que_max: 4096
//	      ^
//	    hint: did you mean "queue_max"?
//
// config.go is what can be configured, default.yaml the same as a file, decode.go reads it key by
// key and has every bound. section.go is the decoder they are read with, yaml.go what a file can
// be made of: one document without anchors, aliases, tags and merge keys.
//
// A section is added as a struct in config.go, its default in Default and default.yaml, and a
// call of section.mapping in decode.go; the tests fail while one of them is missing.
//
// Nothing in a file is expanded, neither variables nor references: secrets are not part of it.
package config
