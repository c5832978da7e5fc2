package main

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tidemark/engine"
	"tidemark/schema"
)

// meant is the end of a message about an unknown word: the known one it is most likely a slip of. Paths are compared by
// their last name.
func meant(word string, known []string) string {
	last := func(path string) string { return strings.ToLower(filepath.Base(path)) }
	var names []string
	for _, k := range known {
		names = append(names, last(k))
	}
	best := schema.Nearest(last(word), names)
	if best == "" {
		return ""
	}
	return "; did you mean " + known[slices.Index(names, best)] + "?"
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
		if most >= 0 && len(args) > most && saidYes(c) {
			return apartFromYes(args)
		}
		if len(args) < least || (most >= 0 && len(args) > most) {
			return usagef(c.CommandPath()+" --help", "%s: %s given; it is %s", c.Name(), engine.Count(len(args), "argument"), c.UseLine())
		}
		return nil
	}
}

// saidYes tells whether a plain --yes was given.
func saidYes(c *cobra.Command) bool {
	yes := c.Flag("yes")
	return yes != nil && yes.Value.String() == plainYes
}

// apartFromYes refuses one argument too many where one of them was meant for --yes: the last that is no file.
func apartFromYes(args []string) error {
	site := args[len(args)-1]
	for _, arg := range args {
		if !strings.ContainsAny(arg, "/.") {
			site = arg
		}
	}
	return usagef("", "--yes %s: the site's name stands behind an equals sign, --yes=%s", site, site)
}
