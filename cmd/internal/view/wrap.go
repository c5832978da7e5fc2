package view

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// wrap breaks a line at its spaces into lines of at most width columns; those behind the first stand hang columns deeper
// than it. A word that is longer stays whole, and with width 0 so does the line.
func wrap(line string, width, hang int) []string {
	if width <= 0 || utf8.RuneCountInString(line) <= width {
		return []string{line}
	}
	var out []string
	now, begun := indent(line), false
	deeper := now + strings.Repeat(" ", hang)
	for rest := line[len(now):]; rest != ""; {
		gap := indent(rest)
		word, _, _ := strings.Cut(rest[len(gap):], " ")
		rest = rest[len(gap)+len(word):]
		if begun && utf8.RuneCountInString(now+gap+word) > width {
			out = append(out, now)
			now, gap = deeper, ""
		}
		now, begun = now+gap+word, true
	}
	return append(out, now)
}

// behind puts the further lines of a text below its first one, which stands behind so many columns.
func behind(text string, columns int) string {
	return strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", columns))
}

// Next is the line of the next thing to do; each command of several stands on a line of its own.
func Next(text string) string { return "next: " + behind(text, 6) }

// Under writes lines below what they belong to.
func Under(w io.Writer, lines []string) {
	for _, text := range lines {
		fmt.Fprintf(w, "  %s\n", text)
	}
}

// indent is the white space before a line's text.
func indent(line string) string { return line[:len(line)-len(strings.TrimLeft(line, " "))] }
