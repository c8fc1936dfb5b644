package cli

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Color is the choice of a flag --color: auto, always or never.
type Color string

// On reports whether output to w takes colours. With auto it does if w is a terminal and the
// environment sets no NO_COLOR (no-color.org).
func (c Color) On(w io.Writer) bool {
	switch c {
	case "always":
		return true
	case "never":
		return false
	default:
		return IsTerminal(w) && os.Getenv("NO_COLOR") == ""
	}
}

// IsTerminal reports whether somebody looks at what is written to w.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
