package schema

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// shownText is a text as messages may quote it: with dots in the place of
// secrets. They are found line by line, as a person sees them: the text may
// not be YAML, or was not read to its end. What only looks like a secret may
// be hidden, too.
type shownText struct {
	lines []string
	spans []span // in the order of the text, apart from each other
}

// span is a part of a line, in bytes from 0.
type span struct{ line, from, to int }

// showText prepares a text of which lines up to a number are quoted.
func showText(lines []string, last int) shownText {
	lines = lines[:min(len(lines), last)]
	return shownText{lines, secretSpans(lines)}
}

// at gives a line by its number; ok is false where there is none.
func (s shownText) at(line int) (text string, ok bool) {
	if line < 1 || line > len(s.lines) {
		return "", false
	}
	i, _ := slices.BinarySearchFunc(s.spans, line-1, func(a span, line int) int { return cmp.Compare(a.line, line) })
	text = s.lines[line-1]
	var b strings.Builder
	done := 0
	for ; i < len(s.spans) && s.spans[i].line == line-1; i++ {
		b.WriteString(text[done:s.spans[i].from] + dots(text[s.spans[i].from:s.spans[i].to]))
		done = s.spans[i].to
	}
	return b.String() + text[done:], true
}

// dots keep the width in characters.
func dots(text string) string { return strings.Repeat("•", utf8.RuneCountInString(text)) }

// secretSpans finds the secrets of a text.
func secretSpans(lines []string) []span {
	c := &concealer{lines: lines, key: -1}
	for i, text := range lines {
		c.line = i
		first := len(c.spans)
		c.look(text)
		slices.SortFunc(c.spans[first:], func(a, b span) int { return cmp.Compare(a.from, b.from) })
		for j := first + 1; j < len(c.spans); j++ {
			c.spans[j].from = max(c.spans[j].from, c.spans[j-1].to)
			c.spans[j].to = max(c.spans[j].to, c.spans[j].from)
		}
	}
	return c.spans
}

// concealer goes through a text from above.
type concealer struct {
	lines []string
	line  int
	spans []span

	key    int  // column of a secret's name whose value goes on in deeper lines, -1 for none
	text   bool // that value is text, whatever its lines look like
	named  bool // an input of type secret: its default is a name
	option bool // the item above is an option that takes this one
	set    bool // a change of an overlay sets what is called like a secret
	pem    bool // within a private key
}

// look finds the secrets of a line.
func (c *concealer) look(text string) {
	begin := len(text) - len(strings.TrimLeft(text, " \t"))
	item := strings.TrimPrefix(text[begin:], "- ")
	at, deeper := len(text)-len(item), c.deeper(begin, item)
	switch {
	case c.inPEM(text, begin):
	case strings.TrimSpace(item) == "":
	case c.option:
		c.hide(at, valueEnd(text, at, true))
		c.option = false
	case deeper && (c.text || !isEntry(item)):
		c.hide(at, len(strings.TrimRight(text, " \t")))
	default:
		c.pairs(text)
		c.noColon(item, at)
		c.byForm(text)
		c.option = endsInOption(item)
	}
}

// inPEM hides the lines of a private key.
func (c *concealer) inPEM(text string, begin int) bool {
	if at := strings.Index(text, "-----BEGIN "); at >= 0 && strings.Contains(text, "PRIVATE KEY-----") {
		c.pem, begin = true, at
	}
	if !c.pem {
		return false
	}
	c.add(begin, len(text))
	c.pem = !strings.Contains(text, "-----END ")
	return true
}

// deeper reports whether a line belongs to the value of a secret's name above.
func (c *concealer) deeper(begin int, item string) bool {
	isItem := begin == c.key && !c.text && !isEntry(item)
	if strings.TrimSpace(item) != "" && begin <= c.key && !isItem {
		c.key = -1
	}
	return c.key >= 0
}

// hide adds a value unless it is one that may be written.
func (c *concealer) hide(from, to int) {
	if mayHide(c.lines[c.line][from:to]) {
		c.add(from, to)
	}
}

func (c *concealer) add(from, to int) {
	if from < to {
		c.spans = append(c.spans, span{c.line, from, to})
	}
}

// noColon hides the value of a secret's name that lacks its colon.
func (c *concealer) noColon(item string, at int) {
	name, rest, _ := strings.Cut(item, " ")
	value := strings.TrimSpace(rest)
	if !strings.ContainsAny(value, " \t:") && len(name) < longestName && isSecretName(strings.Trim(name, `"'`)) {
		from := at + len(item) - len(strings.TrimLeft(rest, " \t"))
		c.hide(from, from+len(value))
	}
}

// byForm hides what is a secret whatever it is called.
func (c *concealer) byForm(text string) {
	if inItself(text) {
		for _, at := range secretText().FindAllStringIndex(text, -1) {
			c.add(at[0], at[1])
		}
	}
	if !strings.Contains(text, "://") {
		return
	}
	found := secretInAddress().FindAllStringSubmatchIndex(text, maxReported)
	for _, m := range found {
		c.hide(m[2], m[3])
	}
	if len(found) == maxReported {
		c.add(found[maxReported-1][3], len(text)) // nobody writes so many in a line
	}
}

var (
	entryForm  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^["']?[A-Za-z][\w-]*["']?:(\s|$)`) })
	lastOption = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^["']?--([A-Za-z][\w-]*)["']?\s*,?\s*$`) })
)

// isEntry reports the line of a mapping.
func isEntry(item string) bool { return entryForm().MatchString(item) }

// endsInOption reports an item of a list that is an option, which takes the next.
func endsInOption(item string) bool {
	if !strings.Contains(item, "--") {
		return false
	}
	m := lastOption().FindStringSubmatch(item)
	return m != nil && isSecretName(m[1])
}
