package schema

import (
	"fmt"
	"slices"
	"strings"
)

// value reads the value of the entry that begins on this line.
func (d *doctor) value() {
	switch c := d.rest()[0]; c {
	case '"', '\'':
		d.quoted()
	case '[', '{':
		d.flow()
	case '|', '>':
		d.blockHeader()
	case '&', '*':
		d.anchored(c)
	case '@', '`', '%':
		d.here(1, codeQuote, fmt.Sprintf("a value cannot begin with %c", c), d.inQuotes())
	case ']', '}', ',':
		d.here(1, codeQuote, fmt.Sprintf("%c without anything it could end", c), "remove it, or quote the value")
	case '!':
		d.hold(complete)
	default:
		d.plain()
	}
}

// inQuotes shows the rest of the line as text.
func (d *doctor) inQuotes() string {
	text := strings.TrimSpace(string(d.rest()))
	if cut := strings.Index(text, " #"); cut > 0 {
		text = strings.TrimSpace(text[:cut])
	}
	if end := strings.IndexAny(text, ",]}"); d.inFlow && end > 0 {
		text = text[:end]
	}
	if len(text) > 80 {
		return "put the value in quotes"
	}
	if !strings.Contains(text, "'") {
		return "put it in quotes: '" + text + "'"
	}
	return fmt.Sprintf("put it in quotes: %q", text)
}

// plain is text without quotes up to the end of the line.
func (d *doctor) plain() {
	d.hold(openText)
	rest := d.rest()
	if d.marks('?') {
		d.here(1, codeQuote, "a value cannot begin with ? and a space", d.inQuotes())
		return
	}
	if d.marks('-') {
		d.here(1, codeIndent, "a list begins on a line of its own", "put the first item on the next line, or write [a, b]")
		return
	}
	for k, c := range rest {
		switch {
		case c == '#' && k > 0 && isBlank(rest[k-1]):
			return
		case c == ':' && (k+1 == len(rest) || isBlank(rest[k+1])):
			help := d.inQuotes()
			message := "a second colon with a space in one value"
			if strings.Contains(string(rest[:k]), "${{") {
				message = "an expression with a colon and a space needs quotes"
			}
			d.mistake(d.line, d.i+k, 1, codeQuote, message, help)
			return
		}
	}
}

// blockHeader is | or > with what may stand behind it.
func (d *doctor) blockHeader() {
	if blockForm().MatchString(string(d.rest())) {
		d.hold(blockText)
		d.block = 0
		return
	}
	d.here(1, codeQuote, fmt.Sprintf("text behind %c: a block begins on the next line", d.rest()[0]), "begin the text on the next line, or "+d.inQuotes())
}

// anchored is an anchor and the value behind it, or an alias.
func (d *doctor) anchored(c rune) {
	d.reference(c)
	if c == '*' {
		d.hold(complete)
		return
	}
	if d.skip(); !d.found && !d.ends() {
		d.value()
	}
}

// reference steps over &name or *name.
func (d *doctor) reference(c rune) {
	end := d.i + 1
	for end < len(d.runes) && isAnchorChar(d.runes[end]) {
		end++
	}
	name := string(d.runes[d.i+1 : end])
	switch {
	case name == "":
		d.here(1, codeQuote, fmt.Sprintf("a value cannot begin with %c", c), d.inQuotes())
	case c == '*' && !slices.Contains(d.anchors, name):
		d.here(end-d.i, codeAnchor, fmt.Sprintf("no anchor &%s before this alias", name), strings.TrimSpace(suggest(name, "anchors", d.anchors)+"\nif text is meant, "+d.inQuotes()))
	case c == '&':
		d.anchors = append(d.anchors, name)
	}
	d.i = end
}

func isAnchorChar(c rune) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
