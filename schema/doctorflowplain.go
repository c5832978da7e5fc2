package schema

import (
	"fmt"
	"strings"
)

// flowPlain is text without quotes between brackets; it ends at any of them.
func (d *doctor) flowPlain(in *bracket) {
	start := d.i
	for ; d.i < len(d.runes); d.i++ {
		switch c := d.runes[d.i]; {
		case c == '?' && d.i+1 < len(d.runes) && strings.ContainsRune(" ,[]{}", d.runes[d.i+1]):
			d.here(1, codeQuote, "between brackets ? ends a text without quotes", "put the text or expression in quotes")
			return
		case strings.ContainsRune(",[]{}", c):
			d.plainMeets(in, start, c)
			return
		case c == ':' && (d.i+1 == len(d.runes) || isBlank(d.runes[d.i+1]) || strings.ContainsRune(",[]{}", d.runes[d.i+1])):
			return
		case c == '#' && isBlank(d.runes[d.i-1]):
			return
		}
	}
}

// plainMeets is the bracket or comma that ends a plain text.
func (d *doctor) plainMeets(in *bracket, start int, c rune) {
	if c != '[' && c != '{' {
		return
	}
	text := string(d.runes[start:d.i])
	if !strings.HasSuffix(text, "$") || !strings.HasPrefix(string(d.rest()), "{{") {
		d.here(1, codeQuote, fmt.Sprintf("%c inside text without quotes", c), "put the text in quotes")
		return
	}
	d.i--
	rest := string(d.rest())
	end := closing(rest[3:])
	if end < 0 {
		d.here(3, codeQuote, "an expression between brackets needs quotes", `write "${{ … }}"`)
		return
	}
	whole := rest[:3+end+2]
	whole += unquotedEnd(rest[len(whole):])
	quote := `"`
	if strings.Contains(whole, `"`) {
		quote = "'"
	}
	d.here(len([]rune(whole)), codeQuote, "an expression between brackets needs quotes", "write "+quote+text[:len(text)-1]+whole+quote)
}

// unquotedEnd is what of a text without quotes stands behind an expression in it, further expressions included.
func unquotedEnd(rest string) string {
	for i := 0; i < len(rest); i++ {
		if strings.HasPrefix(rest[i:], "${{") {
			end := closing(rest[i+3:])
			if end < 0 {
				return rest[:i]
			}
			i += 3 + end + 1
			continue
		}
		if strings.ContainsRune(",]}{[ ", rune(rest[i])) {
			return rest[:i]
		}
	}
	return rest
}
