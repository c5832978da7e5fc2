package main

import (
	"bytes"
	"fmt"
	"io"
	"regexp"

	"github.com/spf13/cobra"
)

// typeableHelp makes the help of all commands show flags whose value may be left out as they are typed: --yes[=SITE].
func typeableHelp(root *cobra.Command) {
	help := root.HelpFunc()
	root.SetHelpFunc(func(c *cobra.Command, args []string) {
		var text bytes.Buffer
		out := c.OutOrStdout()
		c.SetOut(&text)
		help(c, args)
		c.SetOut(out)
		_, _ = io.WriteString(out, typeable(text.String()))
	})
}

// typeable rewrites the library's form of such a flag, --yes SITE[=-], which nobody can type; what stands behind stays in
// its column.
func typeable(help string) string {
	form := regexp.MustCompile(`--([a-z-]+) ([A-Z]+)\[=[^\]]*\]`)
	return form.ReplaceAllStringFunc(help, func(was string) string {
		m := form.FindStringSubmatch(was)
		return fmt.Sprintf("%-*s", len(was), "--"+m[1]+"[="+m[2]+"]")
	})
}
