// Package tools holds the one command that regenerates everything that is generated in this
// module: go generate ./...
package tools

//go:generate go tool meltica-gen generate
