package view

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Style decides how text looks; the zero value is plain.
type Style struct {
	// Color allows escape sequences for colours.
	Color bool
	// Width is the columns of the terminal; 0 is no terminal, where long lines stay whole for grep and diff.
	Width int
}

// StyleOf is the style of w: colours only on a terminal, and not where NO_COLOR is set or the terminal is dumb.
func StyleOf(w io.Writer) Style {
	f, ok := w.(*os.File)
	if !ok || !Terminal(w) {
		return Style{}
	}
	st := Style{Color: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb", Width: 80}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		st.Width = width
	}
	return st
}

// Terminal tells whether w is a terminal.
func Terminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

const (
	red    = "31"
	green  = "32"
	yellow = "33"
	dim    = "2"
	bold   = "1"
)

func (s Style) paint(code, text string) string {
	if !s.Color || code == "" || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
