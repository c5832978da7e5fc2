package schema

import (
	"slices"
	"strings"
)

// maxListed bounds the list of allowed words in a help.
const maxListed = 50

// suggest gives the help for a word that is none of the allowed ones.
func suggest(word, label string, allowed []string) string {
	allowed = slices.Sorted(slices.Values(allowed))
	var parts []string
	if hidden := disguised(word); hidden != "" {
		parts = append(parts, strings.TrimSpace(hidden))
	}
	if best := Nearest(word, allowed); best != "" {
		parts = append(parts, `did you mean "`+best+`"?`)
	}
	switch {
	case len(allowed) == 0:
	case len(allowed) > maxListed:
		parts = append(parts, label+": "+strings.Join(allowed[:maxListed], ", ")+", …")
	default:
		parts = append(parts, label+": "+strings.Join(allowed, ", "))
	}
	return strings.Join(parts, " ")
}

// Nearest gives the allowed word that word is most likely a slip of, or "". Allowed words are in lower case.
func Nearest(word string, allowed []string) string {
	if word := elsewhere(word); word != "" && slices.Contains(allowed, word) {
		return word
	}
	best, limit := "", min(max(1, len(word)/3)+1, len(word))
	for _, a := range allowed {
		if d := distance(strings.ToLower(word), a); d < limit {
			best, limit = a, d
		}
	}
	return best
}

// elsewhere is what other tools' words are called here, "" for any other word.
func elsewhere(word string) string {
	return map[string]string{
		"if": "when", "name": "id", "loop": "for-each", "foreach": "for-each", "with_items": "for-each",
		"hosts": "on", "tasks": "steps", "become_user": "user", "retries": "attempts", "delay": "backoff",
		"sleep": "pause", "copy": "scp", "upload": "scp", "file": "mkdir", "wait": "pause", "command": "run", "shell": "run", "exec": "run", "script": "run", "cmd": "argv", "environment": "env", "variables": "vars", "parameters": "inputs",
		"integer": "int", "number": "float", "boolean": "bool", "text": "string", "str": "string", "array": "list", "object": "map", "dict": "map",
	}[strings.ToLower(word)]
}

// distance is the number of single-character slips (insert, drop, change,
// swap of neighbours) between two words.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	if len(s) > 64 || len(t) > 64 {
		return 64
	}
	var before, last []int
	for i := range len(s) + 1 {
		row := make([]int, len(t)+1)
		for j := range row {
			row[j] = slip(s, t, i, j, before, last, row)
		}
		before, last = last, row
	}
	return last[len(t)]
}

func slip(s, t []rune, i, j int, before, last, row []int) int {
	if i == 0 || j == 0 {
		return i + j
	}
	change := last[j-1]
	if s[i-1] != t[j-1] {
		change++
	}
	best := min(change, last[j]+1, row[j-1]+1)
	if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
		best = min(best, before[j-2]+1)
	}
	return best
}
