package main

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// meant is the end of a message about an unknown word: the known one it is most likely a slip of.
func meant(word string, known []string) string {
	best, limit := "", max(2, len(filepath.Base(word))/3+1)
	for _, k := range known {
		d := slips(strings.ToLower(filepath.Base(word)), strings.ToLower(filepath.Base(k)))
		if d < limit {
			best, limit = k, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}

// slips counts the characters to insert, drop, change or swap with their neighbour between two words.
func slips(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		for j := range rows[i] {
			rows[i][j] = slip(rows, a, b, i, j)
		}
	}
	return rows[len(a)][len(b)]
}

func slip(rows [][]int, a, b string, i, j int) int {
	if i == 0 || j == 0 {
		return i + j
	}
	change := rows[i-1][j-1]
	if a[i-1] != b[j-1] {
		change++
	}
	best := min(change, rows[i-1][j]+1, rows[i][j-1]+1)
	if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
		best = min(best, rows[i-2][j-2]+1)
	}
	return best
}

// unknownVerb refuses words that are no command.
func unknownVerb(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var known []string
	for _, sub := range c.Commands() {
		if !sub.Hidden {
			known = append(known, sub.Name())
		}
	}
	return usagef(c.CommandPath()+" --help", "there is no command %q%s", args[0], meant(args[0], known))
}

// between refuses a wrong number of arguments.
func between(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < least || (most >= 0 && len(args) > most) {
			return usagef(c.CommandPath()+" --help", "%s: %d arguments given; it is %s", c.Name(), len(args), c.UseLine())
		}
		return nil
	}
}
