// Package output holds generated files in memory, compares them with a folder and writes them.
//
// Every file begins with a header: who made it from what, and a sum over the rest of the file.
// The sum tells a file that is out of date from one that somebody edited. Beside the files lies a
// manifest, meltica-gen.sum, with the fingerprint of everything the files were made from and the
// sum of each. When the fingerprint is the one at hand and the sums are right, there is nothing to
// generate: Fresh finds that out without running the generator. The fingerprint is not in the
// files themselves, so that a change of one schema does not touch the files of the others.
//
// A file without the header is foreign: it is never written over nor removed.
package output
