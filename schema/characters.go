package schema

import (
	"bytes"
	"fmt"
	"regexp"
	"sync"
	"unicode/utf8"
)

// characters refuses what a reader cannot see or what an editor shows in
// another order than it stands: what is approved must be what is run. It
// reports whether the YAML library can be given the text.
func (d *document) characters(r *report) bool {
	if what := otherEncoding(d.src.Data); what != "" {
		r.add(Error, Pos{File: d.src.Name, Line: 1, Col: 1}, 1, codeCharacter, what, "save the file as UTF-8 without a byte order mark")
		return false
	}
	readable := true
	line, col, begin := 1, 1, 0
	for i := 0; i < len(d.src.Data); {
		c, width := rune(d.src.Data[i]), 1
		if c >= utf8.RuneSelf {
			c, width = utf8.DecodeRune(d.src.Data[i:])
		}
		message, help, breaks := refused(c, d.src.Data[i:], width)
		if isOddSpace(c) && i-begin < longestLead && behindKey().Match(d.src.Data[begin:i]) {
			message, help, breaks = fmt.Sprintf("%U behind the colon looks like a space and is none", c), "write a plain space in its place", true
		}
		if message != "" {
			r.add(Error, Pos{File: d.src.Name, Line: line, Col: col}, 1, codeCharacter, message, help)
			readable = readable && !breaks
		}
		if i += width; c == '\n' {
			line, col, begin = line+1, 1, i
		} else {
			col++
		}
		if r.full() {
			return false
		}
	}
	return readable
}

// longestLead bounds what is looked at before each such space of a hostile line, in bytes.
const longestLead = 256

// behindKey is all that stands before the value of a key, which a space of another kind would become part of.
var behindKey = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[ -]*[\w-]+: *$`) })

// otherEncoding tells what stands before the first line.
func otherEncoding(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return "the file begins with a byte order mark"
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return "the file is UTF-16, not UTF-8"
	}
	return ""
}

// refused says why a character has no place in the text, "" when it has.
// breaks: the YAML library refuses it, too, or takes it for the end of a line.
func refused(c rune, rest []byte, width int) (message, help string, breaks bool) {
	switch {
	case c == '\n' || c == '\t' || c >= ' ' && c < 0x7f:
		return "", "", false
	case c == '\r':
		if bytes.HasPrefix(rest, []byte("\r\n")) {
			return "", "", false
		}
		return "a carriage return inside a line", "end lines with a line feed", true
	case c == utf8.RuneError && width == 1:
		return fmt.Sprintf("byte %#02x is not UTF-8", rest[0]), "save the file as UTF-8", true
	case c == 0:
		return "a NUL character", "remove it", true
	case c < ' ' || c >= 0x7f && c <= 0x9f:
		return fmt.Sprintf("control character %U", c), fmt.Sprintf(`remove it, or write it in double quotes as "\x%02x"`, c), true
	case c == 0x2028 || c == 0x2029:
		return fmt.Sprintf("line separator %U", c), "end lines with a line feed", true
	case turnsText(c):
		return fmt.Sprintf("%U turns the direction of the text: what is shown is not what is run", c), "remove it", false
	case invisible(c):
		return fmt.Sprintf("invisible character %U", c), "remove it; it often comes with text that was copied", false
	}
	return "", "", false
}

// turnsText holds for the marks that make text stand in another order than it
// is read.
func turnsText(c rune) bool {
	return c == 0x061c || c == 0x200e || c == 0x200f || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069
}

// invisible holds for what takes no room. The joiners U+200C and U+200D are
// part of several scripts and stand in text; names are refused with them by
// their form.
func invisible(c rune) bool {
	switch c {
	case 0x00ad, 0x034f, 0x180e, 0x200b, 0xfeff, 0xfffe, 0xffff, 0x3164, 0xffa0:
		return true
	}
	return c >= 0x2060 && c <= 0x2064 || c >= 0x206a && c <= 0x206f || c >= 0xfff9 && c <= 0xfffb ||
		c >= 0xe0000 && c <= 0xe007f
}
