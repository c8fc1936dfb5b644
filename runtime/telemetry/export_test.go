package telemetry

// MemoryOf returns a reading with the given pauses, in seconds.
func MemoryOf(counts []uint64, buckets []float64) Memory {
	var m Memory
	m.pauses.Counts, m.pauses.Buckets = counts, buckets
	return m
}
