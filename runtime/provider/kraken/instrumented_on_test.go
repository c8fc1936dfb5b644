//go:build race || pooldebug

package kraken_test

// instrumented says that the build allocates and is slow.
const instrumented = true
