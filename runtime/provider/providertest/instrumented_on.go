//go:build race || pooldebug

package providertest

// Instrumented says that the build allocates and is slow.
const Instrumented = true
