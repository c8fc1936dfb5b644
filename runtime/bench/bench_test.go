package main

import "testing"

func BenchmarkFlows(b *testing.B) {
	messages, source, err := loadMessages("../../../shared/captures")
	if err != nil {
		b.Fatal(err)
	}
	b.Log(source)
	for _, ct := range []contestant{{"baseline", toEventsBaseline}, {"meltica", toEventsOurs}} {
		b.Run(ct.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := ct.run(messages); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(messages)), "ns/message")
		})
	}
}
