package schema

import (
	"fmt"
	"slices"
	"strings"
)

// key steps over `key:` and its space, when one stands here.
func (d *doctor) key() bool {
	end := d.keyEnd()
	if end < 0 {
		return false
	}
	d.entry(false)
	d.i = end + 1
	return true
}

// keyEnd is the column of the colon that ends a key here, -1 without one.
func (d *doctor) keyEnd() int {
	rest := d.rest()
	if len(rest) == 0 || strings.ContainsRune("[{|>@`%&*!#", rest[0]) {
		return -1
	}
	from := 0
	if rest[0] == '"' || rest[0] == '\'' {
		from = quotedWidth(rest)
		for from < len(rest) && isBlank(rest[from]) {
			from++
		}
		if from == len(rest) || rest[from] != ':' {
			return -1
		}
	}
	for k := from; k < len(rest); k++ {
		switch {
		case rest[k] == '#' && k > 0 && isBlank(rest[k-1]):
			return -1
		case rest[k] == ':' && (k+1 == len(rest) || isBlank(rest[k+1])):
			return d.i + k
		}
	}
	return -1
}

// text is a line that begins no entry: text that goes on, or one of the
// mistakes that keep a key from being one.
func (d *doctor) text() {
	top := d.top()
	if top == nil && noSpaceForm().MatchString(string(d.rest())) {
		d.unkeyed()
		return
	}
	if top == nil || top.list && top.line == d.line {
		d.value()
		return
	}
	if top.col < d.i && top.last == nothing {
		d.value()
		return
	}
	if top.col < d.i && top.last == openText {
		return
	}
	d.unkeyed()
}

// unkeyed is text where a key is due.
func (d *doctor) unkeyed() {
	rest := string(d.rest())
	switch m := noSpaceForm().FindStringSubmatchIndex(rest); {
	case m != nil:
		d.i += len([]rune(rest[:m[3]]))
		d.here(1, codeSpace, "no space after the colon", "write "+rest[m[2]:m[3]]+": "+rest[m[3]+1:])
	case strings.HasPrefix(rest, "-"):
		d.here(1, codeSpace, "no space after the dash", "write - "+rest[1:])
	default:
		d.here(len([]rune(strings.TrimSpace(rest))), codeSyntax, "text where a key is due", "write KEY: VALUE; text that goes on from the line above is indented deeper")
	}
}

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

// hold notes what the last entry holds.
func (d *doctor) hold(v value) {
	if top := d.top(); top != nil {
		top.last = v
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
	d.i++
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
