package wsconn

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// Cause says how a connection ended, or why there was none.
type Cause struct {
	// Code is the close code (RFC 6455, section 7.4) that ended the connection: the peer's,
	// 1009 where we refused a message over the limit, 1006 where there was no close frame (a
	// reset, an end of the stream, a Close of our own). 0 for a handshake that was refused.
	Code int
	// Status is the HTTP status of a refused handshake, 0 where there was no answer.
	Status int
	// RetryAfter is how long the peer asked to stay away; 0 where it did not say.
	RetryAfter time.Duration
	// Retry is false where the same attempt must fail again, so that a loop would only get
	// the address banned: who we are is refused.
	Retry bool
}

// handshakeFault is what Dial returns (wrapped) where no connection came about.
type handshakeFault struct {
	status     int           // of the HTTP answer, 0 where there was none
	retryAfter time.Duration // 0 where the answer did not say
	err        error
}

func (e *handshakeFault) Error() string {
	if e.status == 0 {
		return "handshake: " + e.err.Error()
	}
	return fmt.Sprintf("handshake: status %d: %v", e.status, e.err)
}

func (e *handshakeFault) Unwrap() error { return e.err }

func handshakeError(url string, response *http.Response, err error) error {
	h := &handshakeFault{err: err}
	if response != nil {
		h.status = response.StatusCode
		h.retryAfter = ParseRetryAfter(response.Header)
	}
	address, _, _ := strings.Cut(url, "?") // a query may carry a key
	return fmt.Errorf("wsconn: dial %s: %w", address, h)
}

// ParseRetryAfter reads a Retry-After header in seconds, the only form that venues send. It
// returns 0 for none and bounds what it believes to a day.
func ParseRetryAfter(h http.Header) time.Duration {
	s, err := strconv.ParseUint(h.Get("Retry-After"), 10, 32)
	if err != nil {
		return 0
	}
	return min(time.Duration(s)*time.Second, 24*time.Hour)
}

// The close codes of the IANA registry that mean a refusal of who we are.
const (
	statusUnauthorized = 3000
	statusForbidden    = 3003
)

// CauseOf explains an error of Dial, Read, Write or Ping.
func CauseOf(err error) Cause {
	if h, ok := errors.AsType[*handshakeFault](err); ok {
		return Cause{Status: h.status, RetryAfter: h.retryAfter, Retry: !refused(h.status)}
	}
	if errors.Is(err, websocket.ErrMessageTooBig) {
		return Cause{Code: int(websocket.StatusMessageTooBig), Retry: true}
	}
	code := websocket.CloseStatus(err)
	switch code {
	case -1:
		return Cause{Code: int(websocket.StatusAbnormalClosure), Retry: true}
	case statusUnauthorized, statusForbidden, websocket.StatusMandatoryExtension:
		return Cause{Code: int(code), Retry: false}
	}
	return Cause{Code: int(code), Retry: true}
}

// refused tells the HTTP statuses that no second attempt can change. 403 is not one of them:
// the firewalls of venues answer so to an address that was too fast for a while.
func refused(status int) bool {
	switch status {
	case http.StatusUnauthorized, http.StatusProxyAuthRequired, http.StatusUnavailableForLegalReasons:
		return true
	}
	return false
}
