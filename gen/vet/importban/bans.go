package importban

import (
	"slices"
	"strings"

	"github.com/meltica/meltica/gen/vet/rule"
)

// What to use instead.
const (
	useJSON      = "goccy/go-json"
	useWebSocket = "coder/websocket"
)

// Ban is one banned package with all below it.
type Ban struct {
	Path string // import path
	Use  string // what to use instead, as findings name it
}

// Text returns what a finding says.
func (b Ban) Text() string {
	return strings.TrimPrefix(b.Path, "github.com/") + " is forbidden, use " + b.Use
}

// Banned returns the maintained list. A fork or a library that is missing here is still caught
// when its name tells what it is, see useByName; add it here when its name does not.
func Banned() []Ban {
	var list []Ban
	for _, p := range strings.Fields(jsonLibraries) {
		list = append(list, Ban{Path: p, Use: useJSON})
	}
	for _, p := range strings.Fields(webSocketLibraries) {
		list = append(list, Ban{Path: p, Use: useWebSocket})
	}
	return list
}

const jsonLibraries = `
encoding/json
net/rpc/jsonrpc
github.com/coder/websocket/wsjson
nhooyr.io/websocket/wsjson
github.com/Jeffail/gabs
github.com/PaesslerAG/jsonpath
github.com/antonholmquist/jason
github.com/bitly/go-simplejson
github.com/buger/jsonparser
github.com/bytedance/sonic
github.com/clarketm/json
github.com/creachadair/jtree
github.com/evanphx/json-patch
github.com/flynn/json5
github.com/francoispqt/gojay
github.com/ghodss/yaml
github.com/go-faster/jx
github.com/go-json-experiment/json
github.com/gogo/protobuf/jsonpb
github.com/golang/protobuf/jsonpb
github.com/gorilla/rpc/json
github.com/hjson/hjson-go
github.com/intel-go/fastjson
github.com/itchyny/gojq
github.com/json-iterator/go
github.com/mailru/easyjson
github.com/minio/simdjson-go
github.com/ohler55/ojg
github.com/oliveagle/jsonpath
github.com/pkg/json
github.com/pquerna/ffjson
github.com/romshark/jscan
github.com/segmentio/encoding/json
github.com/spyzhov/ajson
github.com/sugawarayuuta/sonnet
github.com/tailscale/hujson
github.com/thedevsaddam/gojsonq
github.com/tidwall/gjson
github.com/tidwall/jsonc
github.com/tidwall/pretty
github.com/tidwall/sjson
github.com/titanous/json5
github.com/ugorji/go
github.com/valyala/fastjson
github.com/wI2L/jettison
github.com/yudai/gojsondiff
github.com/zerosnake0/jzon
google.golang.org/protobuf/encoding/protojson
k8s.io/apimachinery/pkg/util/json
muzzammil.xyz/jsonc
sigs.k8s.io/json
sigs.k8s.io/yaml
`

const webSocketLibraries = `
github.com/gorilla/websocket
nhooyr.io/websocket
golang.org/x/net/websocket
github.com/Allenxuxu/gev
github.com/antlabs/greatws
github.com/antlabs/quickws
github.com/centrifugal/centrifuge
github.com/centrifugal/centrifuge-go
github.com/desertbit/glue
github.com/dgrr/fastws
github.com/dgrr/websocket
github.com/fasthttp/websocket
github.com/garyburd/go-websocket
github.com/go-netty/go-netty-ws
github.com/gobwas/ws
github.com/gofiber/contrib/websocket
github.com/gofiber/websocket
github.com/googollee/go-socket.io
github.com/graarh/golang-socketio
github.com/hertz-contrib/websocket
github.com/igm/sockjs-go
github.com/kataras/neffos
github.com/koding/websocketproxy
github.com/lesismal/nbio
github.com/lxzan/gws
github.com/olahol/melody
github.com/philippseah/signalr
github.com/posener/wstest
github.com/recws-org/recws
github.com/rgamba/evtwebsocket
github.com/sacOO7/gowebsocket
github.com/tmc/grpc-websocket-proxy
github.com/togettoyou/wsc
github.com/zhouhui8915/go-socket.io-client
github.com/zishang520/socket.io
`

// approved are the two libraries, and others whose name has json or websocket in it without
// their being a JSON or WebSocket library.
const approved = `
github.com/goccy/go-json
github.com/coder/websocket
github.com/santhosh-tekuri/jsonschema
`

// judge decides about import paths and module paths.
type judge struct {
	bans     []Ban
	approved []string
	own      string // module whose paths are not judged by their names; may be empty
}

func newJudge(own string) judge {
	return judge{bans: Banned(), approved: strings.Fields(approved), own: own}
}

// verdict returns what a finding says about a path, and a hint. ok means that it may be used.
// Letter case is ignored: the module proxy serves what was tagged before go.mod in any case.
func (j judge) verdict(path string) (text, hint string, ok bool) {
	lower := strings.ToLower(path)
	for _, b := range j.bans {
		if rule.Within(lower, strings.ToLower(b.Path)) {
			return b.Text(), "import github.com/" + b.Use + " instead", false
		}
	}
	if rule.Within(path, benchModule) {
		return rule.Bench + " is forbidden, use a package outside it",
			"it may import what is banned, so nothing may import it; move what is worth sharing", false
	}
	if j.own != "" && rule.Within(path, j.own) {
		return "", "", true
	}
	for _, a := range j.approved {
		if rule.Within(path, a) {
			return "", "", true
		}
	}
	if use := useByName(lower); use != "" {
		return Ban{Path: path, Use: use}.Text(),
			"judged by its name; if it is no such library, add it to approved in gen/vet/importban/bans.go", false
	}
	return "", "", true
}

// useByName returns what to use instead of a library whose name says that it does JSON or
// WebSocket, and "" for others and for the standard library.
func useByName(lower string) string {
	host, rest, _ := strings.Cut(lower, "/")
	if !strings.Contains(host, ".") {
		return ""
	}
	has := func(s string) bool { return strings.Contains(rest, s) }
	words := strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune("/-_.", r) })
	switch {
	case has("websocket"), has("socket.io"), has("socketio"), slices.Contains(words, "ws"), slices.Contains(words, "wss"):
		return useWebSocket
	case has("json"):
		return useJSON
	default:
		return ""
	}
}
