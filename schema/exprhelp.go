package schema

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// unread is why an expression cannot be read, where more can be said of it than
// the library does.
type unread struct {
	at, width     int
	message, help string
}

// unreadable looks at what stands where the library gave up.
func unreadable(text string, from, width int) (unread, bool) {
	runes := []rune(text)
	quote, closed, brackets := scanned(runes)
	word := wordAt(runes, from)
	before := strings.TrimRightFunc(string(runes[:from]), unicode.IsSpace)
	if piped := pipedForm().FindStringSubmatch(before); piped != nil {
		return pipedInto(before, piped[1], piped[2]), true
	}
	switch {
	case quote >= 0:
		return unread{quote, 1, "a text without its closing quote", "close it with " + string(runes[quote])}, true
	case closed >= 0:
		return unread{closed, 1, fmt.Sprintf("%c without the bracket that it closes", runes[closed]), "remove it, or open the bracket before"}, true
	case len(brackets) > 0 && strings.TrimSpace(string(runes[from:])) == string(runes[from:]) && from+1 >= len(runes):
		open := brackets[len(brackets)-1]
		return unread{open, 1, fmt.Sprintf("this %c is not closed", runes[open]), fmt.Sprintf("add the %c it needs", closer(runes[open]))}, true
	case isBetween(word) && before == "":
		return unread{from, width, fmt.Sprintf("%s stands between two values", word), "write it as: a " + word + " b"}, true
	case (word != "" || runes[from] == '"' || runes[from] == '\'') && callable(before):
		return unread{from, width, fmt.Sprintf("no brackets behind %s", lastWord(before)), fmt.Sprintf("write what it works on in brackets: %s(…)", lastWord(before))}, true
	}
	return unread{}, false
}

// pipedForm is a filter without brackets, as other languages have them.
var pipedForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`([\w.]+)\s*\|\s*(\w+)$`) })

// pipedInto says what a filter is called here; before ends with it.
func pipedInto(before, value, filter string) unread {
	meant, width := methodMeant(filter, scalarType(tAny)), utf8.RuneCountInString(filter)
	at := utf8.RuneCountInString(before) - width
	if !isFunction(meant) {
		return unread{at, width, fmt.Sprintf("%s() is not part of the language", filter), "functions have brackets, as in len(" + value + "): tidemark explain TM0404 lists them"}
	}
	return unread{at, width, "no brackets behind " + filter, fmt.Sprintf("write %s(%s)", meant, value)}
}

// scanned goes over an expression: where a text begins that does not end, where
// a bracket closes that was not opened (both -1 where all is well), and the
// brackets that are still open.
func scanned(runes []rune) (quote, closed int, open []int) {
	for i := 0; i < len(runes); i++ {
		switch c := runes[i]; c {
		case '"', '\'', '`':
			end := textEnd(runes, i)
			if end == len(runes) {
				return i, -1, open
			}
			i = end
		case '(', '[', '{':
			open = append(open, i)
		case ')', ']', '}':
			if len(open) == 0 {
				return -1, i, nil
			}
			open = open[:len(open)-1]
		}
	}
	return -1, -1, open
}

func closer(open rune) rune {
	if open == '(' {
		return ')'
	}
	return closes(open)
}

func isWordRune(c rune) bool { return c == '_' || unicode.IsLetter(c) || unicode.IsDigit(c) }

// wordAt is the word that begins at i.
func wordAt(runes []rune, i int) string {
	end := i
	for end < len(runes) && isWordRune(runes[end]) {
		end++
	}
	return string(runes[i:end])
}

// lastWord is the word that a text ends with.
func lastWord(text string) string {
	runes := []rune(text)
	i := len(runes)
	for i > 0 && isWordRune(runes[i-1]) {
		i--
	}
	return string(runes[i:])
}

// callable reports a text that ends with the name of a function, which is no field.
func callable(text string) bool {
	word := lastWord(text)
	return isFunction(word) && !strings.HasSuffix(strings.TrimSuffix(text, word), ".")
}

// isBetween tells the operators that are words and have two sides.
func isBetween(word string) bool {
	return strings.Contains(" and or in matches contains startsWith endsWith ", " "+word+" ") && word != ""
}

func isFunction(word string) bool { return allowList[word].result != nil }

// unexpectedHelp says what is wrong with a word that the library did not expect.
func unexpectedHelp(message string) string {
	switch {
	case strings.HasPrefix(message, "the expression ends too early"):
		return "a value is missing behind its last operator"
	case strings.HasPrefix(message, `unexpected "`) && len(message) > 12 && isWordRune(rune(message[12])):
		return "an operator is missing before it, such as and, or, == or +; text stands in quotes"
	case strings.HasPrefix(message, `unexpected "`):
		return "a value is missing before it, or an operator too many"
	case strings.Contains(message, "has no meaning"):
		return "remove it, or put the text that it belongs to in quotes"
	}
	return ""
}
