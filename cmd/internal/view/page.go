package view

import (
	"fmt"
	"io"
	"strings"
)

// Page writes a page of Markdown for the terminal: headings without their signs, code indented instead of fenced.
func Page(w io.Writer, text string, st Style) {
	code := false
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			if _, file, named := strings.Cut(line, " "); named {
				fmt.Fprintln(w, st.paint(dim, "    # "+file))
			}
			code = !code
		case code:
			fmt.Fprintln(w, "    "+line)
		case strings.HasPrefix(line, "#"):
			fmt.Fprintln(w, st.paint(bold, strings.TrimLeft(line, "# ")))
		default:
			fmt.Fprintln(w, line)
		}
	}
}
