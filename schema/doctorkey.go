package schema

import (
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
