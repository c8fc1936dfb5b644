//go:build !race && !pooldebug

package pipeline_test

const instrumented = false
