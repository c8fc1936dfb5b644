//go:build race || pooldebug

package pipeline_test

// instrumented says that this build is ten times as slow: recordings of 100,000 messages are left
// to the plain one.
const instrumented = true
