package golang

import (
	"strconv"

	"github.com/meltica/meltica/gen/schema"
)

// jsonMethods emits the canonical JSON form of a struct or an event.
func jsonMethods(st *structure) code {
	v := vars{"r": st.recv, "T": st.Name, "check": "", "size": strconv.Itoa(jsonSize(st))}
	if u := st.union; u != nil {
		v["check"] = string(expand(`
	if err == nil && $r.payloadKind() != ${E}Unset && $r.payloadKind() != $r.$Tag {
		err = @fmt.Errorf("$name of kind %s in an event of kind %s", $r.payloadKind(), $r.$Tag)
	}`, vars{"r": st.recv, "E": u.tag.typ, "Tag": u.tag.name, "name": u.field.Name}))
	}
	return join(expand(`
// MarshalJSON returns what AppendJSON appends.
func ($r *$T) MarshalJSON() ([]byte, error) { return $r.AppendJSON(make([]byte, 0, $size)) }

// UnmarshalJSON replaces all of $r by canonical JSON and keeps $r's memory. Keys match exactly and
// may not come twice; unknown ones are skipped. After an error $r is as Reset leaves it. It does
// not retain data.
func ($r *$T) UnmarshalJSON(data []byte) error {
	$r.Reset()
	in := @jsontext.NewDecoder(@bytes.NewReader(data))
	err := $r.decodeJSON(in)
	if err == nil {
		err = decodeEnd(in)
	}$check
	if err != nil {
		$r.Reset()
		return @fmt.Errorf("$T: %w", err)
	}
	return nil
}`, v), jsonEncode(st), jsonDecode(st), unionJSON(st))
}

// jsonSize returns a first capacity for the JSON of st: its keys and values of usual length.
// Lists and buffers grow beyond it.
func jsonSize(st *structure) int {
	size := 2
	for _, f := range st.fields {
		size += len(f.Name) + len(`"":,`)
		switch t := f.Type.(type) {
		case schema.ScalarRef:
			size += min(t.Scalar.Size, 32) + 2
		case schema.StructRef:
			size += jsonSize(f.of)
		case *schema.Union:
			largest := 0
			for _, a := range st.union.arms {
				largest = max(largest, len(a.Name)+jsonSize(a.of))
			}
			size += largest
		default:
			size += 19 // an instant
		}
	}
	return size
}

// jsonEncode emits AppendJSON.
func jsonEncode(st *structure) code {
	body, check := "", false
	for i, f := range st.fields {
		key := strconv.Quote(f.Name) + ":"
		if i > 0 {
			key = "," + key
		} else {
			key = "{" + key
		}
		v := vars{"r": st.recv, "F": f.name, "dst": "append(dst, `" + key + "`...)"}
		template, fails := jsonAppend(f, v)
		if fails {
			check = true
			v["path"] = st.Name + "." + f.Name
			template = "if dst, err = " + template + "; err != nil {\nreturn dst, @fmt.Errorf(\"$path: %w\", err)\n}"
		} else {
			template = "dst = " + template
		}
		body += string(expand(template+"\n", v))
	}
	v := vars{"r": st.recv, "T": st.Name, "body": body, "err": ""}
	if check {
		v["err"] = "var err error\n"
	}
	return expand(`
// AppendJSON appends the canonical JSON of $r to dst: the keys of the schema in their order,
// decimals and ids as text, times as unix nanoseconds. It fails on an unknown enum value and on
// text that is not UTF-8; what it returns then is of no use. It does not allocate where dst has room.
func ($r *$T) AppendJSON(dst []byte) ([]byte, error) {
	${err}${body}return append(dst, '}'), nil
}`, v)
}

// jsonAppend returns the expression that appends the value of f, and whether it returns an
// error, too.
func jsonAppend(f *field, v vars) (template string, fails bool) {
	switch t := f.Type.(type) {
	case schema.Bool:
		return "@strconv.AppendBool($dst, $r.$F)", false
	case schema.Int:
		if t.Signed {
			return "@strconv.AppendInt($dst, int64($r.$F), 10)", false
		}
		return "@strconv.AppendUint($dst, uint64($r.$F), 10)", false
	case schema.Time:
		return "@strconv.AppendInt($dst, $r.$F, 10)", false
	case schema.String:
		return "@jsontext.AppendQuote($dst, $r.$F)", true
	case schema.Decimal:
		return "appendJSONDecimal($dst, $r.$F)", false
	case schema.Bytes:
		return "appendJSONBytes($dst, $r.$F.Bytes())", false
	case schema.EnumRef:
		return "$r.$F.appendJSON($dst)", true
	case schema.ScalarRef:
		return "$r.$F.appendJSON($dst)", t.Scalar.Text
	case schema.List:
		v["E"] = plural(f.of.Name)
		return "appendJSON$E($dst, $r.$F)", true
	case *schema.Union:
		return "$r.appendJSON$F($dst)", true
	default:
		return "$r.$F.AppendJSON($dst)", true
	}
}

// enumJSON emits the JSON form of an enum.
func enumJSON(e *enum) code {
	return expand(`
// appendJSON appends the name of $r in quotes; it needs no escapes.
func ($r $T) appendJSON(dst []byte) ([]byte, error) {
	dst, err := $r.AppendText(append(dst, '"'))
	return append(dst, '"'), err
}`, vars{"r": e.recv, "T": e.Name})
}

// scalarJSON emits the JSON form of a scalar.
func scalarJSON(s *scalar) code {
	v := vars{"r": s.recv, "T": s.Name}
	if s.Text {
		return expand(`
// appendJSON appends the text in quotes.
func ($r *$T) appendJSON(dst []byte) ([]byte, error) {
	return @jsontext.AppendQuote(dst, $r.b[:$r.n])
}`, v)
	}
	return expand(`
// appendJSON appends the digits in quotes, none for the zero value.
func ($r *$T) appendJSON(dst []byte) []byte {
	dst = append(dst, '"')
	if !$r.IsZero() {
		dst = $r.Append(dst)
	}
	return append(dst, '"')
}`, v)
}

// jsonDecode emits decodeJSON, which reads one object into a zero value.
func jsonDecode(st *structure) code {
	return expand(`
// decodeJSON reads one object into $r, which must be as Reset leaves it.
func ($r *$T) decodeJSON(in *@jsontext.Decoder) error {
	if err := decodeStart(in, '{'); err != nil {
		return err
	}
	for in.PeekKind() != '}' {
		key, err := decodeKey(in)
		if err != nil {
			return err
		}
		switch key {
		${cases}default:
			err = in.SkipValue()
		}
		if err != nil {
			return @fmt.Errorf("%s: %w", clip(key), err)
		}
	}
	_, err := in.ReadToken()
	return err
}`, vars{"r": st.recv, "T": st.Name, "cases": lines(st.fields, func(f *field) code {
		v := vars{"r": st.recv, "F": f.name, "type": f.typ, "key": strconv.Quote(f.Name)}
		return expand("case $key:\n"+jsonRead(f, v), v)
	})})
}

// jsonRead returns the statement that reads the value of f.
func jsonRead(f *field, v vars) string {
	switch t := f.Type.(type) {
	case schema.Bool:
		return "$r.$F, err = decodeBool(in)"
	case schema.Int:
		v["bits"], v["wide"], v["name"] = strconv.Itoa(t.Bits), "uint64", "Uint"
		if t.Signed {
			v["wide"], v["name"] = "int64", "Int"
		}
		if t.Bits == 64 {
			return "$r.$F, err = decode$name(in, 64)"
		}
		return "var number $wide\nnumber, err = decode$name(in, $bits)\n$r.$F = $type(number)"
	case schema.Time:
		return "$r.$F, err = decodeInt(in, 64)"
	case schema.String:
		return "$r.$F, err = decodeString(in)"
	case schema.Decimal:
		return "$r.$F, err = decodeDecimal(in)"
	case schema.Bytes:
		v["max"] = strconv.Itoa(t.Max)
		return "err = decodeBytes(in, &$r.$F, $max)"
	case schema.EnumRef, schema.ScalarRef:
		return "err = decodeText(in, &$r.$F)"
	case schema.List:
		v["E"], v["max"] = plural(f.of.Name), strconv.Itoa(t.Max)
		return "$r.$F, err = decode$E(in, $r.$F, $max)"
	case *schema.Union:
		return "err = $r.decode$F(in)"
	default:
		return "if in.PeekKind() == 'n' {\nerr = in.SkipValue()\n} else {\nerr = $r.$F.decodeJSON(in)\n}"
	}
}

// listJSON emits the helpers that write and read a list of st.
func listJSON(st *structure) code {
	return expand(`
// appendJSON$E appends list as an array.
func appendJSON$E(dst []byte, list []$T) ([]byte, error) {
	dst = append(dst, '[')
	for i := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = list[i].AppendJSON(dst); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

// decode$E reads an array of at most limit elements, or null, into the memory of list.
func decode$E(in *@jsontext.Decoder, list []$T, limit int) ([]$T, error) {
	list = list[:0]
	if in.PeekKind() == 'n' {
		return list, in.SkipValue()
	}
	if err := decodeStart(in, '['); err != nil {
		return list, err
	}
	for in.PeekKind() != ']' {
		if len(list) == limit {
			return list, @fmt.Errorf("more than %d elements", limit)
		}
		list = append(list, $T{})
		if err := list[len(list)-1].decodeJSON(in); err != nil {
			return list, @fmt.Errorf("[%d]: %w", len(list)-1, err)
		}
	}
	_, err := in.ReadToken()
	return list, err
}`, vars{"E": plural(st.Name), "T": st.Name})
}

// unionJSON emits the helpers that write and read the payload of an event.
func unionJSON(st *structure) code {
	u := st.union
	if u == nil {
		return ""
	}
	return expand(`
// appendJSON$F appends the body of $r as an object with one key, its name, or null.
func ($r *$T) appendJSON$F(dst []byte) ([]byte, error) {
	kind := $r.payloadKind()
	if kind == ${E}Unset {
		return append(dst, "null"...), nil
	}
	if kind != $r.$Tag {
		return dst, @fmt.Errorf("body of kind %s in an event of kind %s", kind, $r.$Tag)
	}
	var err error
	switch body := $r.$F.(type) {
	$writes}
	return append(dst, '}'), err
}

// decode$F reads a body, or null. A body that the schema does not know is skipped. UnmarshalJSON
// checks the body against the kind, which may come after it.
func ($r *$T) decode$F(in *@jsontext.Decoder) error {
	if in.PeekKind() == 'n' {
		return in.SkipValue()
	}
	if err := decodeStart(in, '{'); err != nil {
		return err
	}
	if in.PeekKind() != '}' {
		key, err := decodeKey(in)
		if err != nil {
			return err
		}
		switch key {
		${reads}default:
			err = in.SkipValue()
		}
		if err != nil {
			return @fmt.Errorf("%s: %w", clip(key), err)
		}
	}
	token, err := in.ReadToken()
	if err == nil && token.Kind() != '}' {
		err = @fmt.Errorf("%s: a second body", clip(token.String()))
	}
	return err
}`, vars{
		"r": st.recv, "T": st.Name, "F": u.field.name, "E": u.tag.typ, "Tag": u.tag.name,
		"writes": lines(u.arms, func(a *arm) code {
			return expand("case *$A:\ndst, err = body.AppendJSON(append(dst, $key...))", vars{
				"A": a.of.Name, "key": "`{" + strconv.Quote(a.Name) + ":`",
			})
		}),
		"reads": lines(u.arms, func(a *arm) code {
			return expand("case $key:\nerr = $r.use$N().decodeJSON(in)", vars{
				"key": strconv.Quote(a.Name), "r": st.recv, "N": a.name,
			})
		}),
	})
}

// jsonSupport emits what the JSON methods share.
func jsonSupport(pl *plan) code {
	if pl.hasBytes() {
		return jsonShared + jsonBytes
	}
	return jsonShared
}

const jsonShared = `
// appendJSONDecimal appends a decimal as text.
func appendJSONDecimal(dst []byte, value @decimal.Decimal) []byte {
	dst = append(dst, '"')
	dst = @decimal.Append(dst, value)
	return append(dst, '"')
}

// decodeStart reads the token that opens an object or an array.
func decodeStart(in *@jsontext.Decoder, want @jsontext.Kind) error {
	token, err := in.ReadToken()
	if err == nil && token.Kind() != want {
		err = @fmt.Errorf("%s where %s is expected", token.Kind(), want)
	}
	return err
}

// decodeEnd makes sure that nothing follows.
func decodeEnd(in *@jsontext.Decoder) error {
	switch _, err := in.ReadToken(); err {
	case @io.EOF:
		return nil
	case nil:
		return @errors.New("data after the value")
	default:
		return err
	}
}

// decodeKey reads the key of the next member.
func decodeKey(in *@jsontext.Decoder) (string, error) {
	token, err := in.ReadToken()
	return token.String(), err
}

// decodeValue reads a value of one kind. For null it returns nil, which stands for zero.
func decodeValue(in *@jsontext.Decoder, want @jsontext.Kind) (@jsontext.Value, error) {
	value, err := in.ReadValue()
	switch {
	case err != nil:
		return nil, err
	case value.Kind() == 'n':
		return nil, nil
	case value.Kind() != want:
		return nil, @fmt.Errorf("%s where %s is expected", value.Kind(), want)
	}
	return value, nil
}

// decodeBool reads true, false or null.
func decodeBool(in *@jsontext.Decoder) (bool, error) {
	switch token, err := in.ReadToken(); {
	case err != nil:
		return false, err
	case token.Kind() == 'n':
		return false, nil
	case token.Kind() == 't', token.Kind() == 'f':
		return token.Bool(), nil
	default:
		return false, @fmt.Errorf("%s where true or false is expected", token.Kind())
	}
}

// decodeUint reads an unsigned integer that fits bits.
func decodeUint(in *@jsontext.Decoder, bits int) (uint64, error) {
	value, err := decodeValue(in, '0')
	if value == nil || err != nil {
		return 0, err
	}
	return @strconv.ParseUint(string(value), 10, bits)
}

// decodeInt reads an integer that fits bits.
func decodeInt(in *@jsontext.Decoder, bits int) (int64, error) {
	value, err := decodeValue(in, '0')
	if value == nil || err != nil {
		return 0, err
	}
	return @strconv.ParseInt(string(value), 10, bits)
}

// unquote reads text; nil stands for null.
func unquote(in *@jsontext.Decoder) ([]byte, error) {
	value, err := decodeValue(in, '"')
	if value == nil || err != nil {
		return nil, err
	}
	return @jsontext.AppendUnquote([]byte{}, value)
}

// decodeString reads text into a string of its own.
func decodeString(in *@jsontext.Decoder) (string, error) {
	text, err := unquote(in)
	return string(text), err
}

// decodeText reads text into an enum or a scalar.
func decodeText(in *@jsontext.Decoder, into @encoding.TextUnmarshaler) error {
	text, err := unquote(in)
	if err != nil {
		return err
	}
	return into.UnmarshalText(text)
}

// decodeDecimal reads a decimal that is written as text, with all its digits.
func decodeDecimal(in *@jsontext.Decoder) (@decimal.Decimal, error) {
	text, err := unquote(in)
	if text == nil || err != nil {
		return @decimal.Decimal{}, err
	}
	return @decimal.Parse(string(text))
}
`

const jsonBytes = `
// appendJSONBytes appends data in base64.
func appendJSONBytes(dst, data []byte) []byte {
	dst = append(dst, '"')
	dst = @base64.StdEncoding.AppendEncode(dst, data)
	return append(dst, '"')
}

// decodeBytes reads base64 of at most limit bytes.
func decodeBytes(in *@jsontext.Decoder, into *@buffer.Buffer, limit int) error {
	text, err := unquote(in)
	if err != nil {
		return err
	}
	data, err := @base64.StdEncoding.Strict().AppendDecode(nil, text)
	if err != nil {
		return err
	}
	if len(data) > limit {
		return @fmt.Errorf("more than %d bytes", limit)
	}
	into.Set(data)
	return nil
}
`
