// Package hostile makes texts for tests that hand values through the whole program: what a shell, a terminal, YAML or
// an expression would act on.
package hostile

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// Texts are n texts, the same in every call: single characters that mean something first, then mixtures. None holds a
// NUL, which no program can be given, and all are UTF-8.
func Texts(n int) []string {
	out := []string{"", " ", "-", "--", "-rf", "'", `"`, `\`, "\n", "a\n", "${{", "${{ 1 }}", "}}", "*"}
	for rnd := rand.New(rand.NewPCG(7, 11)); len(out) < n; {
		out = append(out, mixture(rnd))
	}
	return out[:n]
}

// mixture is up to eleven parts in a row, a third of them any character of the first plane.
func mixture(rnd *rand.Rand) string {
	parts := []string{
		"$(touch pwned)", "`id`", "; rm -rf ~", "&& false", "| sh", "> /tmp/x", "'", `"`, `\`, "\n", "\r\n", "\t", " ", "*", "?", "~", "{a,b}", "[", "]", ",", ": ", " #", "- ", "&a", "*a", "!!str",
		"$HOME", "${IFS}", "%s%n", "-rf", "--", "=", "#", "!", "\x1b[2J", "\x07", "\x7f", "\u0085", "\u202e", "\ufeff", "\u2028", "é", "𝄞", "${{ inputs.values }}", "${{", "}}", "<&>", "null", "yes", "0x10", "1e3",
	}
	var b strings.Builder
	for range rnd.IntN(12) {
		if rnd.IntN(3) == 0 {
			b.WriteRune(rune(1 + rnd.IntN(0xD7FF)))
			continue
		}
		b.WriteString(parts[rnd.IntN(len(parts))])
	}
	return b.String()
}

// List writes texts as a list that an input of a runbook takes; of Go's escapes all are YAML's, too.
func List(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = strconv.QuoteToASCII(text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
