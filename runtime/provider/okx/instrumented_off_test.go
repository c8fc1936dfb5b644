//go:build !race && !pooldebug

package okx_test

// instrumented says that the build allocates and is slow.
const instrumented = false
