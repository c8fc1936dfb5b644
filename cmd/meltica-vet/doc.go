// Command meltica-vet proves what the compiler does not: that every lease is returned once, that
// no banned library is imported, and that imports, time and numbers keep to the design.
//
// It runs by itself (meltica-vet ./...) and as a tool of go vet:
//
//	go vet -vettool=$(go tool -n meltica-vet) ./...
//
// By itself it also reads the imports of all files that no build sees. It exits with 0 when all
// is well, 1 after findings, 2 on wrong usage and 3 on a failure of its own, of go vet or of the
// file system. Findings go to standard error, all else to standard output.
package main
