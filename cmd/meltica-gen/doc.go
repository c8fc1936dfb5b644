// Command meltica-gen compiles the event schemas of a module to Go.
//
// It exits with 0 when all is well, 1 after findings, 2 on wrong usage and 3 on a failure of its
// own or of the file system. Findings go to standard error, the summary to standard output.
package main
