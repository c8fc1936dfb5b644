//go:build !race && !pooldebug

package bybit_test

// instrumented says that the build allocates and is slow.
const instrumented = false
