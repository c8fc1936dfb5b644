// Package websocket has the names of the real one.
package websocket

import (
	"context"
	"io"
	"net/http"
)

type (
	Conn        struct{ n int }
	DialOptions struct{}
	MessageType int
	StatusCode  int
)

func Dial(ctx context.Context, u string, opts *DialOptions) (*Conn, *http.Response, error) {
	return &Conn{}, nil, nil
}

func Accept(w http.ResponseWriter, r *http.Request, opts any) (*Conn, error) { return &Conn{}, nil }

func (c *Conn) Read(ctx context.Context) (MessageType, []byte, error)      { return 0, nil, nil }
func (c *Conn) Reader(ctx context.Context) (MessageType, io.Reader, error) { return 0, nil, nil }
func (c *Conn) Write(ctx context.Context, typ MessageType, p []byte) error { return nil }
func (c *Conn) Ping(ctx context.Context) error                             { return nil }
func (c *Conn) SetReadLimit(n int64)                                       {}
func (c *Conn) Close(code StatusCode, reason string) error                 { return nil }
func (c *Conn) CloseNow() error                                            { return nil }
func (c *Conn) Subprotocol() string                                        { return "" }
