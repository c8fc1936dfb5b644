// Package noctxpoll holds what coder/websocket asks of those who read: no deadline on a read, and
// a limit on what a read may bring.
//
// # Analyzer noctxpoll
//
// noctxpoll: no read with a timeout on a WebSocket, and a read limit after each Dial
//
// When the context of a read expires, coder/websocket closes the connection: who polls with a
// timeout reconnects for ever. Each such context also costs allocations per message. Read with
// context.Background(), watch the time of the last message from elsewhere, and end a blocked
// read with CloseNow. The context is followed through variables, closures, derived contexts and
// the functions of the package.
//
// Without SetReadLimit a connection dies on the first message above 32,768 bytes, such as a
// snapshot of a book. It must be called on what Dial returns before the first read, and before
// the connection leaves the function; a negative limit is none, and everything is bounded.
//
// Wrong:
//
//	conn, _, err := websocket.Dial(ctx, url, nil)
//	...
//	ctx, cancel := context.WithTimeout(ctx, time.Second)
//	_, data, err := conn.Read(ctx) // closes conn when nothing comes for a second
//
// Right:
//
//	conn, _, err := websocket.Dial(ctx, url, nil)
//	...
//	conn.SetReadLimit(frameBytesMax)
//	stop := context.AfterFunc(ctx, func() { conn.CloseNow() })
//	_, r, err := conn.Reader(context.Background())
//
// Tests may read with a timeout: there it ends the test. There is no suggested fix: what ends
// the read instead is a decision.
package noctxpoll
