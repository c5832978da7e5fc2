package schema

import (
	"fmt"
	"strings"
	"unicode"
)

// foreign is what other languages write for something that expressions have.
type foreign struct {
	wrong, due string
	help       string // where more is to be said than what to write instead
}

// foreigns are tried in this order: longer ones first.
func foreigns() []foreign {
	return []foreign{
		{wrong: "is not defined", help: definedHelp},
		{wrong: "is defined", help: definedHelp},
		{wrong: "is undefined", help: definedHelp},
		{wrong: "=~", due: "matches"},
		{wrong: "+=", due: "+"},
		{wrong: "===", due: "=="},
		{wrong: "!==", due: "!="},
		{wrong: "=<", due: "<="},
		{wrong: "=>", due: ">="},
		{wrong: "<>", due: "!="},
		{wrong: "==", due: ""},
		{wrong: "<=", due: ""},
		{wrong: ">=", due: ""},
		{wrong: "!=", due: ""},
		{wrong: "=", due: "=="},
		{wrong: "“", due: `"`},
		{wrong: "”", due: `"`},
		{wrong: "„", due: `"`},
		{wrong: "‘", due: "'"},
		{wrong: "’", due: "'"},
		{wrong: "${", due: "inputs.x"},
		{wrong: "{{", due: "inputs.x"},
		{wrong: "~", due: "matches"},
		{wrong: "–", due: "-"},
		{wrong: "−", due: "-"},
		{wrong: "×", due: "*"},
		{wrong: "≤", due: "<="},
		{wrong: "≥", due: ">="},
		{wrong: "≠", due: "!="},
		{wrong: "xor", due: "(a) != (b)"},
		{wrong: "is", due: "=="},
		{wrong: "eq", due: "=="},
		{wrong: "ne", due: "!="},
		{wrong: "AND", due: "and"},
		{wrong: "OR", due: "or"},
		{wrong: "NOT", due: "not"},
		{wrong: "IN", due: "in"},
		{wrong: "like", due: "contains"},
		{wrong: "LIKE", due: "contains"},
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
			if i, w, help := braced(runes, i, s.wrong); help != "" {
				return i, w, help
			}
			if s.help != "" {
				return i, len(wrong), s.help
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

// definedHelp is for those who ask whether there is a name.
const definedHelp = "names are checked when the runbook is read: it is there; for the output of a step that may have been skipped write x ?? VALUE"

// braced reads what stands in the braces of another language as what was meant.
func braced(runes []rune, i int, open string) (at, width int, help string) {
	ends := map[string]string{"${": "}", "{{": "}}"}[open]
	if ends == "" {
		return 0, 0, ""
	}
	inside, _, ok := strings.Cut(string(runes[i+2:]), ends)
	text := strings.TrimSpace(inside)
	if !ok || text == "" {
		return 0, 0, ""
	}
	if isName(text) {
		text = fmt.Sprintf("inputs.%s or vars.%s", text, text)
	}
	return i, 2 + len([]rune(inside)) + len(ends), "an expression stands without braces here: write " + text
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
