package databus

import "time"

type Bus struct{ done chan struct{} }

type Subscription struct{ done chan struct{} }

// Close may: it is no stage of an event.
func (b *Bus) Close() {
	select {
	case <-b.done:
	case <-time.After(time.Second):
	}
}

func (b *Bus) Publish() int64 { return time.Now().UnixNano() } // want `^runtime/databus reads the clock with time.Now`

func (s *Subscription) Close() {
	select {
	case <-s.done:
	case <-time.After(time.Second): // want `reads the clock with time.After`
	}
}

func Close() { time.Sleep(1) } // want `reads the clock with time.Sleep`
