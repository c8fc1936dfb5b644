// Package wsconn is the one way to a WebSocket here: coder/websocket with the settings that
// were measured to matter, and nothing of any venue.
//
//   - A read does not allocate: it runs under context.Background() into the caller's buffer. A
//     cancellable context would cost 8 allocations a message; instead one AfterFunc per
//     connection closes it when the context of Dial ends.
//   - The library reads through 4 KiB; below it sits a buffer of 64 KiB, so a 10 KiB message
//     costs one system call and a third of the time.
//   - The read limit is always set: the library's own 32 KiB is less than a real depth message.
//   - There are no read timeouts: one that expires closes the connection. The reader keeps the
//     time of the last message, and a watchdog of the caller compares.
//   - Compression is off, redirects and proxies are not followed, TLS is never weakened.
package wsconn
