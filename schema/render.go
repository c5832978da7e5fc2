package schema

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Source is one named text: Name as the person typed it, for positions.
type Source struct {
	Name string
	Data []byte
}

// maxShown bounds a source line on the screen.
const maxShown = 160

// Render gives every diagnostic with its source line, a caret under the exact
// token, and the help. Sources are found by their Name; without its source a
// diagnostic is its one line and its help.
func (ds Diagnostics) Render(sources ...Source) string {
	texts := make(map[string][]string, len(sources))
	for _, s := range sources {
		texts[s.Name] = splitLines(s.Data)
	}
	var b strings.Builder
	for _, d := range ds {
		d.render(&b, texts[d.Pos.File])
	}
	return b.String()
}

func (d Diagnostic) render(b *strings.Builder, lines []string) {
	fmt.Fprintln(b, d.Error())
	if d.Pos.Line >= 1 && d.Pos.Line <= len(lines) {
		line, col := window(lines[d.Pos.Line-1], d.Pos.Col)
		fmt.Fprintf(b, "%5d | %s\n", d.Pos.Line, line)
		fmt.Fprintf(b, "      | %s%s\n", pad(line, col-1), strings.Repeat("^", d.carets(line, col)))
	}
	for help := range strings.SplitSeq(d.Help, "\n") {
		if help != "" {
			fmt.Fprintf(b, "   %s\n", help)
		}
	}
}

// carets keeps the underline within the line.
func (d Diagnostic) carets(line string, col int) int {
	rest := utf8.RuneCountInString(line) - col + 1
	return max(1, min(d.Width, rest))
}

// window cuts a long line to the part around col.
func window(line string, col int) (string, int) {
	runes := []rune(printable(line))
	if len(runes) <= maxShown {
		return string(runes), col
	}
	from := max(0, min(col-maxShown/2, len(runes)-maxShown))
	return string(runes[from:min(len(runes), from+maxShown)]), col - from
}

// printable replaces what would move the cursor; the width stays.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && (r < ' ' || r == 0x7f) {
			return utf8.RuneError
		}
		return r
	}, line)
}

// pad is blank text as wide as the first n characters, tabs kept.
func pad(line string, n int) string {
	var b strings.Builder
	for i, r := range []rune(line) {
		if i >= n {
			return b.String()
		}
		if r != '\t' {
			r = ' '
		}
		b.WriteRune(r)
	}
	b.WriteString(strings.Repeat(" ", max(0, n-utf8.RuneCountInString(line))))
	return b.String()
}

func splitLines(data []byte) []string {
	return strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n")
}
