package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A fault replaces the first old by new in the types or in the event of the good package. Each
// string of want is a rule, a space, and the text of the line from the place of the finding on.
type fault struct {
	name, old, new string
	want           []string
}

func TestFaults(t *testing.T) {
	for _, c := range [][]fault{keyFaults(), nameFaults(), idFaults(), typeFaults(), eventFaults(), yamlFaults()} {
		for _, f := range c {
			t.Run(f.name, func(t *testing.T) { checkFault(t, f) })
		}
	}
}

func checkFault(t *testing.T, f fault) {
	types, event := typesYAML, eventYAML
	switch {
	case strings.Contains(event, f.old):
		event = strings.Replace(event, f.old, f.new, 1)
	case strings.Contains(types, f.old):
		types = strings.Replace(types, f.old, f.new, 1)
	default:
		t.Fatalf("no file has %q", f.old)
	}
	pkg, findings := load(types, event, nil)
	if (pkg == nil) != (len(findings) > 0) {
		t.Errorf("got package %v with %d findings", pkg != nil, len(findings))
	}
	lines := map[string][]string{"v1/types.yaml": strings.Split(types, "\n"), "v1/tick.yaml": strings.Split(event, "\n")}
	var got []string
	for i, found := range findings {
		line := lines[found.File][found.Line-1]
		if found.Source != line {
			t.Errorf("finding %v shows the line %q, want %q", found, found.Source, line)
		}
		rest := string([]rune(line)[found.Column-1:])
		if i < len(f.want) {
			// Compare as much of the line as the test says.
			_, text, _ := strings.Cut(f.want[i], " ")
			rest = rest[:min(len(rest), len(text))]
		}
		got = append(got, found.Rule+" "+rest)
	}
	if diff := cmp.Diff(f.want, got); diff != "" {
		t.Errorf("(-want +got): %s%v", diff, findings)
	}
}

func keyFaults() []fault {
	return []fault{
		{"unknown key", "revision: 3", "revision: 3\nlots: 3", []string{"unknown-key lots"}},
		{"unknown key in a field", "since: 3, doc: the time", "since: 3, dok: x, doc: the time", []string{"unknown-key dok"}},
		{"text cut at a comma", "doc: the sequence", "doc: the sequence, from 1", []string{"unknown-key from 1"}},
		{"duplicate key", "doc: is an event.", "doc: is an event.\ndoc: again", []string{"duplicate-key doc: again"}},
		{"missing key", "doc: is an event.\n", "", []string{"missing-key event: Tick"}},
		{"missing key in a field", "id: 4, ", "", []string{"missing-key {name: seq"}},
		{"missing pool key", ", timeout: 100ms", "", []string{"missing-key {capacity"}},
		{"nothing", "doc: is an event.", "doc:", []string{"yaml-type "}},
		{"number for text", "doc: the time", "doc: 12", []string{"yaml-type 12"}},
		{"text for number", "id: 4", "id: four", []string{"yaml-type four"}},
		{"float for number", "id: 4", "id: 4.5", []string{"yaml-type 4.5"}},
		{"bool for text", "name: TRADE", "name: true", []string{"yaml-type true"}},
		{"list for text", "doc: the time", "doc: [a]", []string{"yaml-type [a]"}},
		{"text for list", "stream: [provider]", "stream: provider", []string{"yaml-type provider"}},
		{"number in a list of names", "stream: [provider]", "stream: [1]", []string{"yaml-type 1]"}},
		{"text for mapping", "pool: {capacity: 10, timeout: 100ms}", "pool: big", []string{"yaml-type big"}},
		{"empty list", "id: [provider, seq]", "id: []", []string{"empty-list []"}},
		{"hexadecimal", "id: 4", "id: 0x4", []string{"number-range 0x4"}},
		{"leading zero", "capacity: 10", "capacity: 010", []string{"number-form 010"}},
		{"intern false", "intern: true", "intern: false", []string{"bad-value false"}},
		{"doc of spaces", "doc: the time", "doc: '  '", []string{"doc-empty '  '"}},
		{"doc too long", "doc: the time", "doc: " + strings.Repeat("x", 1001), []string{"doc-length xxx"}},
		{"doc of two lines", "doc: is an event.", "doc: |\n  one\n  two", []string{"doc-line |"}},
		{"escaped control", "doc: the time", `doc: "a\u0007"`, []string{`doc-line "a\u0007"`}},
		{"escaped line separator", "doc: the time", `doc: "a\u2028b"`, []string{`doc-line "a`}},
		{"capacity", "capacity: 10", "capacity: 1000001", []string{"number-range 1000001"}},
		{"no capacity", "capacity: 10", "capacity: 0", []string{"number-range 0"}},
		{"timeout too short", "100ms", "100us", []string{"bad-duration 100us"}},
		{"timeout too long", "100ms", "11s", []string{"bad-duration 11s"}},
		{"timeout without unit", "100ms", `"100"`, []string{`bad-duration "100"`}},
		{"revision", "revision: 3", "revision: 65536", []string{"number-range 65536"}},
		{"wrong auto", "auto: revision", "auto: revison", []string{"bad-value revison"}},
	}
}

func nameFaults() []fault {
	return []fault{
		{"type in snake case", "event: Tick", "event: tick_event", []string{"name-form tick_event"}},
		{"type not ASCII", "event: Tick", "event: T\u00efck", []string{"name-form T\u00efck"}},
		{"field in camel case", "name: seq,", "name: seqNo,", []string{"unknown-field seq]", "name-form seqNo"}},
		{"field with double underscore", "name: at,", "name: a__t,", []string{"name-form a__t"}},
		{"field with underscore at the end", "name: at,", "name: at_,", []string{"name-form at_"}},
		{"field starts with a digit", "name: at,", "name: 1st,", []string{"name-form 1st"}},
		{"long name", "name: at,", "name: " + strings.Repeat("a", 65) + ",", []string{"name-length aaa"}},
		{"lower-case value", "{id: 1, name: TRADE,", "{id: 1, name: Trade,", []string{"unknown-value TRADE", "name-form Trade"}},
		{"type like a Go word", "name: Reason", "name: Range", []string{"name-clash Range"}},
		{"type like a predeclared name", "name: Reason", "name: Any", []string{"name-clash Any"}},
		{"type like a built-in", "name: Reason", "name: Decimal", []string{"name-clash Decimal"}},
		{"arm like a Go word", "name: book, of", "name: func, of", []string{"name-clash func"}},
		{"event file for one platform", "event: Tick", "event: TickWindows", []string{"name-platform TickWindows"}},
		{"type like a Go test", "name: Reason", "name: TestReason", []string{"name-clash TestReason"}},
		{"key of an event", "name: Reason", "name: TickStreamKey", []string{"name-clash TickStreamKey"}},
		{"event file of the package", "event: Tick", "event: Pools", []string{"name-clash Pools", "name-clash Pools"}},
		{"method", "name: at,", "name: clone_into,", []string{"name-clash clone_into"}},
		{"method EventID", "name: at,", "name: event_id,", []string{"name-clash event_id"}},
		{"accessor of an arm", "name: at,", "name: set_trade,", []string{"name-clash set_trade"}},
		{"same field", "name: at,", "name: trace,", []string{"duplicate-name trace"}},
		{"same Go name", "name: at,", "name: tra_ce,", []string{"duplicate-name trace, type: TraceID"}},
		{"same arm", "name: book, of", "name: trade, of", []string{"duplicate-name trade, of: Book"}},
		{"same type but for case", "name: Reason", "name: TraceId", []string{"duplicate-name TraceId"}},
		{"lease of an event", "name: Reason", "name: TickLease", []string{"name-clash TickLease"}},
		{"revision of an event", "name: Reason", "name: TickRevision", []string{"name-clash TickRevision"}},
		{"parser of an enum", "name: Reason", "name: ParseKind", []string{"name-clash ParseKind"}},
		{"zero of an enum", "name: Reason", "name: KindUnset", []string{"name-clash KindUnset"}},
		{"value of an enum", "name: Reason", "name: KindBook", []string{"name-clash KindBook"}},
		{"union type", "name: Reason", "name: TickPayload", []string{"name-clash TickPayload"}},
		{"pools", "name: Reason", "name: NewPools", []string{"name-clash NewPools"}},
		{"delivery", "name: Reason", "name: Delivery", []string{"name-clash Delivery"}},
		{"value unset", "structs:", "  - {name: Odd, doc: is odd., since: 1, values: [{id: 1, name: UNSET, since: 1, doc: x}]}\nstructs:", []string{"name-clash UNSET"}},
		{"two enums make one name", "structs:", "  - {name: Ab, doc: is a., since: 1, values: [{id: 1, name: CD, since: 1, doc: x}]}\n" +
			"  - {name: Abc, doc: is b., since: 1, values: [{id: 1, name: D, since: 1, doc: x}]}\nstructs:", []string{"name-clash D, since"}},
	}
}

func idFaults() []fault {
	return []fault{
		{"same id", "id: 5,", "id: 4,", []string{"duplicate-id 4, name: at"}},
		{"id 0", "id: 5,", "id: 0,", []string{"number-range 0, name: at"}},
		{"id too large", "id: 5,", "id: 65536,", []string{"number-range 65536"}},
		{"negative id", "id: 5,", "id: -5,", []string{"number-range -5"}},
		{"huge id", "id: 5,", "id: 99999999999999999999,", []string{"number-range 99999999999999999999"}},
		{"enum id too large", "id: 2, name: BOOK,", "id: 256, name: BOOK,", []string{"number-range 256"}},
		{"same enum id", "id: 2, name: BOOK,", "id: 1, name: BOOK,", []string{"duplicate-id 1, name: TRADE"}},
		{"same arm id", "id: 2, name: book,", "id: 1, name: book,", []string{"duplicate-id 1, name: book"}},
		{"reserved id", "id: 5,", "id: 70,", []string{"reserved-id 70, name: at"}},
		{"reserved name", "name: at,", "name: retired,", []string{"reserved-name retired"}},
		{"reserved enum id", "id: 2, name: BOOK,", "id: 9, name: BOOK,", []string{"reserved-id 9"}},
		{"reserved twice", "ids: [70]", "ids: [70, 70]", []string{"duplicate-reserved 70]"}},
		{"reserved id of no use", "ids: [9]", "ids: [300]", []string{"number-range 300"}},
		{"reserved text id", "ids: [9]", "ids: [x]", []string{"yaml-type x"}},
		{"reserved name of no use", "names: [retired]", "names: [Retired]", []string{"name-form Retired"}},
		{"since 0", "since: 3", "since: 0", []string{"number-range 0"}},
		{"since after the revision", "since: 3", "since: 4", []string{"since-range 4"}},
		{"shared since after all revisions", "size: 16, since: 1", "size: 16, since: 4", []string{"since-range 4"}},
		{"since before its owner", "revision: 3\nsince: 1", "revision: 3\nsince: 2",
			[]string{"since-range 1, doc: the provider", "since-range 1, doc: the kind", "since-range 1, doc: the sequence",
				"since-range 1, doc: the trace", "since-range 1, doc: bytes", "since-range 1", "since-range 1, doc: a trade", "since-range 1, doc: a book"}},
	}
}

func typeFaults() []fault {
	return []fault{
		{"unknown type", "type: time", "type: tiem", []string{"unknown-type tiem"}},
		{"event as type", "type: Level", "type: Tick", []string{"event-as-type Tick"}},
		{"string without intern", ", intern: true", "", []string{"missing-key string"}},
		{"bytes without bounds", ", max: 1000, retain: 100", "", []string{"missing-key bytes", "missing-key bytes"}},
		{"retain over max", "retain: 100", "retain: 1001", []string{"retain-over-max 1001"}},
		{"list without of", "of: Level, max", "max", []string{"missing-key list"}},
		{"list of nothing known", "of: Level", "of: Levle", []string{"unknown-type Levle"}},
		{"list of an enum", "of: Level", "of: Kind", []string{"unknown-type Kind"}},
		{"list too long", "max: 100,", "max: 1000001,", []string{"number-range 1000001"}},
		{"key of another type", "type: uint64,", "type: uint64, max: 3,", []string{"key-not-for-type 3"}},
		{"scalar without size", "size: 16, ", "", []string{"missing-key bytes"}},
		{"scalar with both bounds", "size: 16, ", "size: 16, max: 3, ", []string{"key-not-for-type 3"}},
		{"scalar too large", "max: 95", "max: 256", []string{"number-range 256"}},
		{"scalar of a number", "type: bytes, size", "type: int64, size", []string{"bad-value int64"}},
		{"union in a struct", "{id: 2, name: seen, type: bool,", "{id: 2, name: seen, type: union, tag: x, arms: [{id: 1, name: y, of: Book, tag: A, delivery: queue, since: 1, doc: z}],", []string{"union-outside-event union"}},
		{"struct in itself", "type: Level,", "type: Trade,", []string{"recursive-struct best"}},
		{"structs in each other", "{id: 2, name: quantity, type: decimal,", "{id: 2, name: quantity, type: Book,", []string{"recursive-struct bids", "list-element Level"}},
		{"list of lists", "name: seen, type: bool,", "name: seen, type: list, of: Book, max: 2, retain: 1,", []string{"list-element Book"}},
		{"list of structs with bytes", "name: quantity, type: decimal,", "name: quantity, type: bytes, max: 2, retain: 1,", []string{"list-element Level"}},
	}
}

func eventFaults() []fault {
	return []fault{
		{"id of no field", "id: [provider, seq]", "id: [provider, sqe]", []string{"unknown-field sqe"}},
		{"id of bytes", "id: [provider, seq]", "id: [provider, data]", []string{"key-field data"}},
		{"stream of a union", "stream: [provider]", "stream: [payload]", []string{"key-field payload"}},
		{"id twice", "id: [provider, seq]", "id: [seq, seq]", []string{"duplicate-name seq]"}},
		{"delivery beside a union", "merge: [kind]", "merge: [kind]\ndelivery: queue", []string{"delivery-of-union queue"}},
		{"delivery unknown", "delivery: queue", "delivery: quue", []string{"bad-value quue"}},
		{"no delivery", "delivery: queue, ", "", []string{"missing-key {id: 1, name: trade"}},
		{"merge of no lists", "delivery: queue", "delivery: merge", []string{"delivery-merge merge"}},
		{"merge without stream", "stream: [provider]\n", "", []string{"delivery-without-stream merge"}},
		{"tag of no field", "tag: kind", "tag: knid", []string{"unknown-field knid"}},
		{"tag of no enum", "tag: kind", "tag: seq", []string{"tag-not-enum seq"}},
		{"tag value unknown", "tag: BOOK", "tag: BOKO", []string{"unknown-value BOKO"}},
		{"tag value twice", "tag: BOOK", "tag: TRADE", []string{"union-not-exhaustive kind", "duplicate-tag TRADE"}},
		{"arm of no struct", "of: Book", "of: Kind", []string{"unknown-type Kind"}},
		{"two arms of one struct", "of: Trade", "of: Book", []string{"duplicate-arm Book"}},
		{"value without arm", "structs:", "      - {id: 3, name: MORE, since: 1, doc: x}\nstructs:", []string{"union-not-exhaustive kind"}},
		{"second union", "  - {id: 7, name: data, type: bytes, max: 1000, retain: 100, since: 1, doc: bytes}",
			"  - {id: 7, name: data, type: union, tag: kind, since: 1, doc: x, arms: [{id: 1, name: x, of: Trade, tag: TRADE, delivery: queue, since: 1, doc: x}, {id: 2, name: y, of: Book, tag: BOOK, delivery: queue, since: 1, doc: x}]}",
			[]string{"second-union union"}},
		{"second revision", "name: seq, type: uint64,", "name: seq, type: uint16, auto: revision,", []string{"second-revision revision"}},
		{"revision of the wrong type", "type: uint16, auto", "type: uint32, auto", []string{"key-not-for-type revision"}},
		{"revision in a struct", "name: seen, type: bool,", "name: seen, type: uint16, auto: revision,", []string{"auto-outside-event revision"}},
	}
}

func yamlFaults() []fault {
	return []fault{
		{"anchor", "doc: is an event.", "doc: &a is an event.", []string{"yaml-feature &a"}},
		{"alias", "doc: is an event.", "doc: *a", []string{"yaml-feature *a"}},
		{"merge key", "doc: is an event.", "<<: {a: b}", []string{"yaml-feature <<"}},
		{"tag", "doc: is an event.", "doc: !!str x", []string{"yaml-feature !!str"}},
		{"directive", "event: Tick", "%YAML 1.2\n---\nevent: Tick", []string{"yaml-feature %"}},
		{"question mark", "doc: is an event.", "? doc\n: x", []string{"yaml-feature ? doc"}},
		{"second document", "doc: is an event.", "doc: is an event.\n---\na: b", []string{"yaml-documents ---"}},
		{"text with a colon", "doc: is an event.", "doc: is: an event.", []string{"yaml-syntax :"}},
		{"nesting", "doc: is an event.", "doc: " + strings.Repeat("[", 17) + strings.Repeat("]", 17), []string{"yaml-depth ["}},
		{"nesting of dashes", "id: [provider, seq]", "id:\n  " + strings.Repeat("- ", 17) + "x", []string{"yaml-depth - x"}},
		{"NUL", "an event", "an \x00event", []string{"bad-character \x00event"}},
		{"control character", "an event", "an \x1bevent", []string{"bad-character \x1b"}},
		{"not UTF-8", "an event", "an \u00fc\xffevent", []string{"bad-character \ufffdevent"}},
		{"text that runs backwards", "an event", "an \u202eevent", []string{"bad-character \u202e"}},
		{"lone carriage return", "an event", "an \revent", []string{"bad-character \r"}},
	}
}

// TestFaultHints proves what is advised for the common slips.
func TestFaultHints(t *testing.T) {
	f := func(old, new, hint string) {
		t.Helper()
		_, findings := load(strings.Replace(typesYAML, old, new, 1), strings.Replace(eventYAML, old, new, 1), nil)
		if len(findings) == 0 || findings[0].Hint != hint {
			t.Errorf("%q for %q: got %v, want the hint %q", new, old, findings, hint)
		}
	}
	f("merge: [kind]", "mereg: [kind]", `did you mean "merge"?`)
	f("type: time", "type: tmie", `did you mean "time"?`)
	f("type: Level", "type: level", `did you mean "Level"?`)
	f("id: [provider, seq]", "id: [provdier, seq]", `did you mean "provider"?`)
	f("tag: BOOK", "tag: BOKO", `did you mean "BOOK"?`)
	f("tag: BOOK", "tag: TRADE", "add an arm for every value of the tag")
	f("name: at,", "name: exchangeAt,", `write "exchange_at"`)
	f("doc: the time", "doc: 12", `quote it: "12"`)
	f("doc: the sequence", "doc: the sequence, from 1", "quote text that holds a comma")
	f("capacity: 10", "capacity: 010", "write 10")
}

// TestRecursionNamesTheWay proves that the message shows how a struct holds itself.
func TestRecursionNamesTheWay(t *testing.T) {
	types := strings.Replace(typesYAML, "name: quantity, type: decimal,", "name: quantity, type: Book,", 1)
	_, findings := load(types, eventYAML, nil)
	if len(findings) == 0 || !strings.Contains(fmt.Sprint(findings), "Level -> Book -> Level") {
		t.Errorf("got %v, want Level -> Book -> Level", findings)
	}
}
