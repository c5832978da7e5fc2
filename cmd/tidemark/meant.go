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

// slips counts the single characters to insert, drop or change between two words.
func slips(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
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
