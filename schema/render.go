package schema

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Source is one named text: Name as the person typed it, for positions.
type Source struct {
	Name string
	Data []byte
}

// maxShown bounds a source line where the screen's width is not known; minShown is what is shown on the narrowest.
const (
	maxShown = 160
	minShown = 20
)

// gutter is what stands before a source line.
const gutter = len("12345 | ")

// Render gives every diagnostic with its source line, a caret under the exact
// token, and the help. Sources are found by their Name; without its source a
// diagnostic is its one line and its help.
func (ds Diagnostics) Render(sources ...Source) string { return ds.RenderWithin(0, sources...) }

// RenderWithin is Render for a screen of so many columns: source lines are cut to it, so that the carets stand under what
// they mean. 0 is no screen.
func (ds Diagnostics) RenderWithin(screen int, sources ...Source) string {
	shown := maxShown
	if screen > 0 {
		shown = min(maxShown, max(minShown, screen-gutter))
	}
	texts := ds.quoted(sources)
	var b strings.Builder
	var last shownLine
	for i, d := range ds {
		if last.file != d.Pos.File || last.line != d.Pos.Line {
			last = lineOf(d.Pos, texts[d.Pos.File])
			last.mask(ds[i:])
		}
		d.render(&b, last.runes, shown)
	}
	return b.String()
}

// quoted are the texts in which there are mistakes, up to the last one.
func (ds Diagnostics) quoted(sources []Source) map[string]shownText {
	last := map[string]int{}
	for _, d := range ds {
		last[d.Pos.File] = max(last[d.Pos.File], d.Pos.Line)
	}
	texts := make(map[string]shownText, len(sources))
	for _, s := range sources {
		if n := last[s.Name]; n > 0 {
			texts[s.Name] = showText(splitLines(s.Data), n)
		}
	}
	return texts
}

// shownLine is a source line as it is shown: a long one is prepared once for
// all mistakes in it.
type shownLine struct {
	file  string
	line  int
	runes []rune // nil when the text has no such line
}

func lineOf(p Pos, text shownText) shownLine {
	s := shownLine{file: p.File, line: p.Line}
	if line, ok := text.at(p.Line); ok {
		s.runes = []rune(printable(line))
	}
	return s
}

// mask hides the secrets of the line, whichever of its mistakes is shown: what
// is printed ends up in logs and reviews.
func (s shownLine) mask(ds Diagnostics) {
	for _, d := range ds {
		if d.Pos.File != s.file || d.Pos.Line != s.line {
			return
		}
		for i := d.Pos.Col - 1; d.Code == codeExposed && i < min(d.Pos.Col-1+d.Width, len(s.runes)); i++ {
			s.runes[i] = '•'
		}
	}
}

func (d Diagnostic) render(b *strings.Builder, source []rune, shown int) {
	fmt.Fprintln(b, d.Error())
	if source != nil {
		line, col := window(source, d.Pos.Col, shown)
		fmt.Fprintf(b, "%5d | %s\n", d.Pos.Line, line)
		runes := []rune(line)
		under := runes[min(max(col-1, 0), len(runes)):]
		fmt.Fprintf(b, "      | %s%s\n", pad(runes[:len(runes)-len(under)]), strings.Repeat("^", max(1, columns(under[:min(d.Width, len(under))]))))
	}
	for help := range strings.SplitSeq(d.Help, "\n") {
		if help != "" {
			fmt.Fprintf(b, "   %s\n", help)
		}
	}
}

// window cuts a long line to the part of shown characters around col.
func window(runes []rune, col, shown int) (string, int) {
	if len(runes) <= shown {
		return string(runes), col
	}
	from := max(0, min(col-shown/2, len(runes)-shown))
	return string(runes[from:min(len(runes), from+shown)]), col - from
}

// printable replaces what would move the cursor, turn the text or stay
// invisible; the width stays.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && (r < ' ' || r >= 0x7f && r <= 0x9f || turnsText(r) || invisible(r)) {
			return utf8.RuneError
		}
		return r
	}, line)
}

// pad is blank text as wide as the characters, tabs kept.
func pad(runes []rune) string {
	var b strings.Builder
	for _, r := range runes {
		if r == '\t' {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Repeat(" ", columns([]rune{r})))
		}
	}
	return b.String()
}

// columns is how many cells of a terminal the characters take: an ideograph takes two, a combining mark none.
func columns(runes []rune) int {
	n := 0
	for _, r := range runes {
		kind := width.LookupRune(r).Kind()
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me):
		case kind == width.EastAsianWide || kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

func splitLines(data []byte) []string {
	return strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n")
}
