package schema

import (
	"strings"
)

// longestName bounds what may be the name of a secret.
const longestName = 100

// inLine goes through a line once: whatever stands in it, the time is in
// proportion to its length.
type inLine struct {
	*concealer
	whole    string
	flow     bool // brackets are open, in which , ] and } end a value
	expr     bool // within an expression, where nothing is written out
	declared bool // an input of a secret's name, in this line
}

// pairs hides the values in a line that stand behind the name of a secret:
// `name:`, `--name=`, and `--name,` in a list on one line.
func (c *concealer) pairs(text string) {
	c.named = c.named || strings.Contains(text, "type: secret")
	l := &inLine{concealer: c, whole: text}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '[', '{':
			l.flow = true
			l.expr = l.expr || strings.HasSuffix(text[:i], "${")
		case '}':
			l.expr = l.expr && strings.HasSuffix(text[:i], "}")
		case ':', '=', ',':
			i = max(i, l.separator(i)-1)
		}
	}
}

// separator looks at the name before it, and gives where to go on.
func (l *inLine) separator(at int) (next int) {
	key := nameBefore(l.whole, at)
	name := strings.TrimLeft(strings.TrimRight(l.whole[key:at], " \t\"'"), "-")
	option := l.whole[key] == '-'
	if l.expr || name == "" || len(name) > longestName || (l.whole[at] != ':' && !option) {
		return at + 1
	}
	from := at + 1 + leading(l.whole[at+1:])
	switch {
	case name == "set":
		to := valueEnd(l.whole, from, true)
		l.set = setsSecret(l.whole[from:to])
		return to
	case name == "default" && !l.named && (l.declared || l.key >= 0):
		to := valueEnd(l.whole, from, l.flow)
		l.hide(from, to)
		return to
	case isSecretName(name) && strings.HasPrefix(l.whole[from:], "{"):
		l.declared, l.named = true, strings.Contains(l.whole, "type: secret")
	case isSecretName(name), l.set && (name == "to" || name == "was"):
		return l.value(name, key, from)
	}
	return at + 1
}

// leading is how many blanks a text begins with.
func leading(text string) int { return len(text) - len(strings.TrimLeft(text, " \t")) }

// nameBefore is where the name begins that ends at a separator; the separator
// itself where there is none.
func nameBefore(text string, at int) int {
	end := len(strings.TrimRight(text[:at], " \t"))
	end -= len(text[:end]) - len(strings.TrimRight(text[:end], `"'`))
	begin := end
	for begin > 0 && isNameByte(text[begin-1]) {
		begin--
	}
	if begin == end || begin > 0 && !strings.ContainsRune(" \t[{(,\"'", rune(text[begin-1])) {
		return at
	}
	return begin
}

func isNameByte(b byte) bool {
	return b == '-' || b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// setsSecret reports whether the target of a change is called like a secret.
func setsSecret(target string) bool {
	target = strings.TrimSuffix(strings.Trim(target, `"'`), ".default")
	name := target[strings.LastIndex(target, ".")+1:]
	return len(name) <= longestName && isSecretName(name)
}

// value hides the value of a secret's name at column key, and what of it
// follows in deeper lines. It gives the end of what it looked at.
func (l *inLine) value(name string, key, from int) int {
	for rest := l.whole[from:]; rest != "" && (rest[0] == '&' || rest[0] == '!'); rest = l.whole[from:] {
		from += strings.IndexAny(rest+" ", " \t") // an anchor or a tag
		from = min(from, len(l.whole))
		from += leading(l.whole[from:])
	}
	rest := l.whole[from:]
	l.key, l.text, l.named = key, rest != "" && rest[0] != '#', false
	if !l.text || rest[0] == '|' || rest[0] == '>' {
		return len(l.whole)
	}
	to := valueEnd(l.whole, from, l.flow)
	if l.flow && to < len(l.whole) {
		l.key = -1
	}
	if !isRingToken(name, l.whole[from:to]) {
		l.hide(from, to)
	}
	return to
}

// valueEnd is where a value ends that begins at a column: with its quote or
// bracket, before a comment, or with the line.
func valueEnd(text string, from int, flow bool) int {
	rest, end := text[from:], -1
	switch {
	case rest == "":
	case rest[0] == '"' || rest[0] == '\'':
		if end = strings.IndexByte(rest[1:], rest[0]); end >= 0 {
			end += 2
		}
	case rest[0] == '[':
		if end = strings.IndexByte(rest, ']'); end >= 0 {
			end++
		}
	case flow:
		end = strings.IndexAny(rest, ",]}")
	default:
		end = strings.Index(rest, " #")
	}
	if end < 0 {
		end = len(rest)
	}
	return from + len(strings.TrimRight(rest[:end], " \t"))
}

// mayHide is isWritten for a value that is a part of a line.
func mayHide(text string) bool {
	text = strings.Trim(text, `"'`)
	switch strings.ToLower(text) {
	case "", "true", "false", "null", "~":
		return false
	}
	return text[0] != '*' && !strings.Contains(text, "${{") &&
		!strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "~/") && !strings.HasPrefix(text, "./")
}
