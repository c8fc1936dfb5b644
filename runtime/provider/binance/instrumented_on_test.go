//go:build race || pooldebug

package binance_test

// instrumented says that the build allocates and is slow.
const instrumented = true
