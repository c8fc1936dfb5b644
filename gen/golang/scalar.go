package golang

import "strconv"

// scalarErrors emits what all scalars share.
func scalarErrors() code {
	return `
// ErrScalar is returned (wrapped) for text that a scalar can't hold.
var ErrScalar = @errors.New("$pkg: text does not fit")

// clip bounds hostile input in error texts.
func clip(text string) string {
	if len(text) > 64 {
		return text[:64] + "..."
	}
	return text
}`
}

// scalarType emits a scalar with its methods.
func scalarType(s *scalar) code {
	v := vars{
		"T": s.Name, "r": s.recv, "size": strconv.Itoa(s.Size), "digits": strconv.Itoa(2 * s.Size), "n": "uint8",
	}
	if s.Size > 255 {
		v["n"] = "uint16"
	}
	if !s.Text {
		v["doc"] = sentence(s.Name, s.Doc)
		return join(expand(bytesScalar, v), scalarJSON(s))
	}
	v["doc"] = sentence(s.Name, s.Doc, "It holds at most "+v["size"]+" bytes, without a pointer; equal texts are ==.")
	uint := code("")
	if s.Size >= 20 {
		uint = expand(textScalarUint, v)
	}
	return join(expand(textScalar, v), uint, expand(textScalarText, v), scalarJSON(s))
}

const textScalar = `
$doc
type $T struct {
	n $n
	b [$size]byte // zero from n on, so that == compares texts
}

// Make$T returns text as $T. The error wraps ErrScalar.
func Make$T(text string) ($T, error) {
	var $r $T
	if !$r.Set(text) {
		return $r, @fmt.Errorf("%w: $T %q", ErrScalar, clip(text))
	}
	return $r, nil
}

// Set sets $r to text and returns true. Text of more than $size bytes, or that is not valid UTF-8,
// clears $r and returns false.
func ($r *$T) Set(text string) bool {
	*$r = $T{}
	if len(text) > len($r.b) || !@utf8.ValidString(text) {
		return false
	}
	$r.n = $n(copy($r.b[:], text))
	return true
}

// SetClipped sets $r to as many whole runes of text as fit; what is not UTF-8 becomes U+FFFD.
func ($r *$T) SetClipped(text string) {
	*$r = $T{}
	kept := $r.b[:0]
	for _, symbol := range text {
		if len(kept)+@utf8.RuneLen(symbol) > len($r.b) {
			break
		}
		kept = @utf8.AppendRune(kept, symbol)
	}
	$r.n = $n(len(kept))
}`

const textScalarUint = `
// SetUint sets $r to value in decimal, without allocating.
func ($r *$T) SetUint(value uint64) {
	*$r = $T{}
	$r.n = $n(len(@strconv.AppendUint($r.b[:0], value, 10)))
}`

const textScalarText = `
// String returns the text, newly allocated.
func ($r $T) String() string { return string($r.b[:$r.n]) }

// Append appends the text to dst.
func ($r $T) Append(dst []byte) []byte { return append(dst, $r.b[:$r.n]...) }

// Len returns the length of the text in bytes.
func ($r $T) Len() int { return int($r.n) }

// IsZero reports whether the text is empty.
func ($r $T) IsZero() bool { return $r.n == 0 }

// AppendText appends the text to dst. It returns no error.
func ($r $T) AppendText(dst []byte) ([]byte, error) { return $r.Append(dst), nil }

// MarshalText returns the text. It returns no error.
func ($r $T) MarshalText() ([]byte, error) { return $r.Append(nil), nil }

// UnmarshalText sets $r as Set does and does not retain text. The error wraps ErrScalar.
func ($r *$T) UnmarshalText(text []byte) error {
	if !$r.Set(string(text)) {
		return @fmt.Errorf("%w: $T %q", ErrScalar, clip(string(text)))
	}
	return nil
}`

const bytesScalar = `
$doc
type $T [$size]byte

// Parse$T returns the value of $digits hexadecimal digits; "" is the zero value. The error wraps
// ErrScalar.
func Parse$T(text string) ($T, error) {
	var $r $T
	err := $r.UnmarshalText([]byte(text))
	return $r, err
}

// String returns the value as $digits hexadecimal digits.
func ($r $T) String() string { return @hex.EncodeToString($r[:]) }

// Append appends the value to dst as $digits hexadecimal digits.
func ($r $T) Append(dst []byte) []byte { return @hex.AppendEncode(dst, $r[:]) }

// IsZero reports whether all bytes are zero.
func ($r $T) IsZero() bool { return $r == $T{} }

// AppendText appends what Append does, and nothing for the zero value. It returns no error.
func ($r $T) AppendText(dst []byte) ([]byte, error) {
	if $r.IsZero() {
		return dst, nil
	}
	return $r.Append(dst), nil
}

// MarshalText returns what AppendText appends. It returns no error.
func ($r $T) MarshalText() ([]byte, error) { return $r.AppendText(nil) }

// UnmarshalText sets $r to the value of $digits hexadecimal digits, or to zero for no text. After an
// error, which wraps ErrScalar, it is zero. It does not retain text.
func ($r *$T) UnmarshalText(text []byte) error {
	*$r = $T{}
	if len(text) == 0 {
		return nil
	}
	var value $T
	if len(text) != $digits {
		return @fmt.Errorf("%w: $T of %d digits", ErrScalar, len(text))
	}
	if _, err := @hex.Decode(value[:], text); err != nil {
		return @fmt.Errorf("%w: $T: %w", ErrScalar, err)
	}
	*$r = value
	return nil
}`
