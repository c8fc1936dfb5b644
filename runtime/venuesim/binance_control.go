package venuesim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-json"
)

// controlBytesMax bounds a control message: 1024 stream names fit.
const controlBytesMax = 128 << 10

// readControl answers the control messages of a client until the connection ends or the client
// breaks a limit.
func (b *binance) readControl(c *client) error {
	c.ws.SetReadLimit(controlBytesMax)
	for {
		_, message, err := c.ws.Read(context.Background())
		if err != nil {
			return fmt.Errorf("venuesim: read: %w", err)
		}
		if !c.admit() {
			return errTooMany
		}
		if err := b.control(c, message); err != nil {
			return err
		}
	}
}

// control carries one control message out and queues the answer, which so comes before what it
// causes. An error ends the connection.
func (b *binance) control(c *client, message []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	answer, err := b.answer(c, message)
	if err != nil {
		return err
	}
	b.send(c, nil, answer, nil)
	b.wakeAll()
	return nil
}

// controlMethods is how the venue lists what it knows.
const controlMethods = "`SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`"

// answer carries one control message out. Texts are those of the venue's "Error Messages"; only
// "Unknown property" carries the id. The caller holds mu.
func (b *binance) answer(c *client, message []byte) ([]byte, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(message, &fields); err != nil {
		var syntax *json.SyntaxError
		if !errors.As(err, &syntax) && json.Valid(message) {
			return controlError(2, "Invalid request: invalid type at "+position(message, len(message))), nil
		}
		at := len(message)
		if syntax != nil && syntax.Offset > 0 {
			at = min(at, int(syntax.Offset))
		}
		return controlError(3, "Invalid JSON: expected value at "+position(message, at)), nil
	}
	var method string
	switch raw, ok := fields["method"]; {
	case !ok:
		return controlError(2, "Invalid request: missing field `method` at "+position(message, len(message))), nil
	case raw[0] != '"' || json.Unmarshal(raw, &method) != nil:
		return controlError(2, "Invalid request: invalid type at "+position(message, valueEnd(message, raw))), nil
	case !slices.Contains(strings.Split(controlMethods, ", "), "`"+method+"`"):
		return controlError(2, "Invalid request: unknown variant "+method+", expected one of "+controlMethods+" at "+
			position(message, valueEnd(message, raw))), nil
	}
	id, params := fields["id"], fields["params"]
	if !validID(id) {
		return controlError(2, "Invalid request: request ID must be an unsigned integer"), nil
	}
	switch method {
	case "SUBSCRIBE":
		return b.controlSubscribe(c, params, id)
	case "UNSUBSCRIBE":
		return b.controlUnsubscribe(c, params, id), nil
	case "LIST_SUBSCRIPTIONS":
		return b.controlList(c, params, id), nil
	case "SET_PROPERTY":
		return b.controlSet(c, params, id), nil
	default:
		return b.controlGet(c, params, id), nil
	}
}

// streamNames reads the params of SUBSCRIBE and UNSUBSCRIBE.
func streamNames(params []byte) ([]string, bool) {
	var names []string
	err := json.Unmarshal(params, &names)
	return names, err == nil && len(names) > 0
}

// badParams is the answer to params that are no list of names. The venue documents none.
func badParams() []byte {
	return controlError(2, "Invalid request: params must be a list of stream names")
}

func (b *binance) controlSubscribe(c *client, params, id []byte) ([]byte, error) {
	names, ok := streamNames(params)
	if !ok {
		return badParams(), nil
	}
	for _, name := range names {
		b.subscribe(c, name)
	}
	if len(c.streams) > b.cfg.StreamsMax {
		return nil, errManyStreams
	}
	return controlResult([]byte("null"), id), nil
}

func (b *binance) controlUnsubscribe(c *client, params, id []byte) []byte {
	names, ok := streamNames(params)
	if !ok {
		return badParams()
	}
	for _, name := range names {
		b.unsubscribe(c, name)
	}
	return controlResult([]byte("null"), id)
}

func (b *binance) controlList(c *client, params, id []byte) []byte {
	if args, ok := arguments(params); !ok || len(args) > 0 {
		return controlError(2, "Invalid request: too many parameters")
	}
	names := make([]string, 0, len(c.streams))
	for name := range c.streams {
		names = append(names, name)
	}
	slices.Sort(names)
	list := []byte{'['}
	for i, name := range names {
		if i > 0 {
			list = append(list, ',')
		}
		list = append(list, quote(name)...)
	}
	return controlResult(append(list, ']'), id)
}

func (b *binance) controlSet(c *client, params, id []byte) []byte {
	args, fail := property(params, 2, id)
	if fail != nil {
		return fail
	}
	switch {
	case len(args) == 2 && string(args[1]) == "true":
		c.combined = true
	case len(args) == 2 && string(args[1]) == "false":
		c.combined = false
	default:
		return controlError(1, "Invalid value type: expected Boolean")
	}
	return controlResult([]byte("null"), id)
}

func (b *binance) controlGet(c *client, params, id []byte) []byte {
	if _, fail := property(params, 1, id); fail != nil {
		return fail
	}
	return controlResult(strconv.AppendBool(nil, c.combined), id)
}

// property reads params that begin with the name of a property: there is one, "combined".
func property(params []byte, argsMax int, id []byte) (args []json.RawMessage, fail []byte) {
	args, ok := arguments(params)
	var name string
	switch {
	case len(args) > argsMax:
		return nil, controlError(2, "Invalid request: too many parameters")
	case !ok || len(args) == 0 || args[0][0] != '"' || json.Unmarshal(args[0], &name) != nil:
		return nil, controlError(2, "Invalid request: property name must be a string")
	case name != "combined":
		return nil, fmt.Appendf(nil, `{"code":0,"msg":"Unknown property","id":%s}`, id)
	}
	return args, nil
}

// arguments reads params of any types; no params are an empty list.
func arguments(params []byte) ([]json.RawMessage, bool) {
	if len(params) == 0 {
		return nil, true
	}
	var args []json.RawMessage
	err := json.Unmarshal(params, &args)
	return args, err == nil
}

// validID reports whether id is a 64-bit integer, a string of at most 36 letters, digits, minus
// signs and underscores (the venue says alphanumeric, and means UUIDs too), or null.
func validID(id []byte) bool {
	switch {
	case len(id) == 0:
		return false
	case string(id) == "null":
		return true
	case id[0] == '"':
		text := id[1 : len(id)-1]
		return len(text) <= 36 && !bytes.ContainsFunc(text, func(r rune) bool {
			return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
		})
	}
	_, err := strconv.ParseInt(string(id), 10, 64)
	return err == nil
}

// valueEnd returns the offset behind a value of a member of message.
func valueEnd(message, value []byte) int {
	start := bytes.Index(message, []byte(`"method"`))
	return start + len(`"method"`) + bytes.Index(message[start+len(`"method"`):], value) + len(value)
}

// position tells where offset is, as the venue's parser counts.
func position(message []byte, offset int) string {
	before := message[:offset]
	line := 1 + bytes.Count(before, []byte("\n"))
	return fmt.Sprintf("line %d column %d", line, len(before)-1-bytes.LastIndexByte(before, '\n'))
}

func controlResult(result, id []byte) []byte {
	return fmt.Appendf(nil, `{"result":%s,"id":%s}`, result, id)
}

func controlError(code int, msg string) []byte {
	return fmt.Appendf(nil, `{"code":%d,"msg":%s}`, code, quote(msg))
}

// quote makes a JSON string.
func quote(text string) []byte {
	out, err := json.MarshalWithOption(text, json.DisableHTMLEscape())
	if err != nil {
		panic(fmt.Sprintf("venuesim: a string has no JSON form: %v", err))
	}
	return out
}

// sendShutdown announces the end of a connection. The caller holds mu.
func (b *binance) sendShutdown(c *client, now int64) {
	unit := millis
	if c.micros {
		unit = micros
	}
	event := fmt.Appendf(nil, `{"e":"serverShutdown","E":%d}`, now/int64(unit))
	if c.combined {
		b.send(c, []byte(`{"stream":"!serverShutdown","data":`), event, combinedTail)
	} else {
		b.send(c, nil, event, nil)
	}
	b.wakeAll()
}
