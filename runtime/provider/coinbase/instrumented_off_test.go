//go:build !race && !pooldebug

package coinbase_test

// instrumented says that the build allocates and is slow.
const instrumented = false
