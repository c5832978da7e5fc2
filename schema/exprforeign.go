package schema

import (
	"fmt"
	"unicode"
)

// foreign is what other languages write for something that expressions have.
type foreign struct{ wrong, due string }

// foreigns are tried in this order: longer ones first.
func foreigns() []foreign {
	return []foreign{
		{"===", "=="},
		{"!==", "!="},
		{"=<", "<="},
		{"=>", ">="},
		{"<>", "!="},
		{"==", ""},
		{"<=", ""},
		{">=", ""},
		{"!=", ""},
		{"=", "=="},
		{"“", `"`},
		{"”", `"`},
		{"„", `"`},
		{"‘", "'"},
		{"’", "'"},
		{"${", "inputs.x"},
		{"{{", "inputs.x"},
		{"~", "matches"},
		{"–", "-"},
		{"−", "-"},
		{"×", "*"},
		{"≤", "<="},
		{"≥", ">="},
		{"≠", "!="},
		{"xor", "(a) != (b)"},
		{"is", "=="},
		{"eq", "=="},
		{"ne", "!="},
		{"AND", "and"},
		{"OR", "or"},
		{"NOT", "not"},
		{"IN", "in"},
		{"like", "contains"},
		{"LIKE", "contains"},
	}
}

// foreignIn finds the first foreign word of an expression that cannot be read, outside its
// texts: where it stands, its width, and what to write.
func foreignIn(text string) (at, width int, help string) {
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		if q := runes[i]; q == '"' || q == '\'' || q == '`' {
			i = textEnd(runes, i)
			continue
		}
		for _, s := range foreigns() {
			wrong := []rune(s.wrong)
			if !begins(runes, i, wrong) {
				continue
			}
			if s.due != "" {
				return i, len(wrong), fmt.Sprintf("write %s instead of %s", s.due, s.wrong)
			}
			i += len(wrong) - 1
			break
		}
	}
	return 0, 0, ""
}

// begins reports whether word stands at i; one of letters must stand alone.
func begins(runes []rune, i int, word []rune) bool {
	end := i + len(word)
	if end > len(runes) || string(runes[i:end]) != string(word) {
		return false
	}
	if !unicode.IsLetter(word[0]) {
		return true
	}
	part := func(k int) bool {
		return k >= 0 && k < len(runes) && (runes[k] == '_' || unicode.IsLetter(runes[k]) || unicode.IsDigit(runes[k]))
	}
	return !part(i-1) && !part(end)
}

// textEnd is where the text that begins at i ends, the end of all without a
// closing quote.
func textEnd(runes []rune, i int) int {
	for k := i + 1; k < len(runes); k++ {
		switch {
		case runes[k] == '\\' && runes[i] != '`':
			k++
		case runes[k] == runes[i]:
			return k
		}
	}
	return len(runes)
}
