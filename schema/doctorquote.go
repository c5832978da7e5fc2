package schema

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// quoted steps over a quoted value and looks at what follows it.
func (d *doctor) quoted() {
	line, col := d.line, d.i
	if !d.closeQuote() {
		return
	}
	d.hold(complete)
	d.skip()
	if d.found || d.ends() {
		return
	}
	if d.line != line {
		d.unclosed(line, col)
		return
	}
	d.here(len(d.rest()), codeQuote, "text behind the closing quote", behindQuote(d.runes[col]))
}

func behindQuote(quote rune) string {
	if quote == '\'' {
		return "put the whole value in quotes; inside '…' a quote is written as ''"
	}
	return `put the whole value in quotes; inside "…" a quote is written as \"`
}

func (d *doctor) unclosed(line, col int) {
	d.mistake(line, col, 1, codeOpen, fmt.Sprintf("this %c is not closed", d.doc.runesOf(line)[col]), "close it on the same line")
}

// closeQuote goes behind the closing quote, over lines if it must.
func (d *doctor) closeQuote() bool {
	line, col, quote := d.line, d.i, d.rest()[0]
	d.i++
	for d.line <= len(d.doc.lines) && !d.found {
		for ; d.i < len(d.runes); d.i++ {
			switch c := d.runes[d.i]; {
			case c == '\\' && quote == '"':
				d.escape()
			case c == quote && quote == '\'' && d.i+1 < len(d.runes) && d.runes[d.i+1] == quote:
				d.i++
			case c == quote:
				d.i++
				return !d.found
			}
		}
		d.next()
	}
	d.unclosed(line, col)
	return false
}

// escape looks at the character behind a backslash.
func (d *doctor) escape() {
	if d.i+1 == len(d.runes) {
		return
	}
	if c := d.runes[d.i+1]; !strings.ContainsRune("0abt\tnvfre \"/\\N_LPxuU", c) {
		d.here(2, codeQuote, fmt.Sprintf(`\%c means nothing in double quotes`, c), `write \\ for a backslash, or put the text in '…', where it is one`)
	}
	d.codePoint()
	d.i++
}

// codePoint looks at the digits behind \x, \u and \U.
func (d *doctor) codePoint() {
	size := escapeWidth(d.rest())
	text := string(d.rest()[:min(size, len(d.rest()))])
	if size == 2 {
		return
	}
	n, err := strconv.ParseUint(text[2:], 16, 32)
	if err != nil || !utf8.ValidRune(rune(n)) {
		d.here(utf8.RuneCountInString(text), codeQuote, text+" is no character",
			fmt.Sprintf(`the number of a character has %d digits, 0-9 and a-f; d800 to dfff are none. For a backslash write \\`, size-2))
	}
}
