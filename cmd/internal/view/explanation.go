package view

import (
	"fmt"
	"io"

	"tidemark/schema"
)

// Explanation writes what is known of a value of a runbook, the deciding text last.
func Explanation(w io.Writer, x *schema.Explanation, st Style) {
	fmt.Fprintf(w, "%s  (%s)\n", st.paint(bold, Clean(x.Path)), x.Type)
	if x.Help != "" {
		fmt.Fprintf(w, "%s\n", x.Help)
	}
	switch {
	case x.Value != "":
		fmt.Fprintf(w, "\n  %s\n", st.paint(bold, Clean(x.Value)))
		if x.Gives != "" {
			fmt.Fprintf(w, "  which gives %s\n", Clean(x.Gives))
		}
	case x.Default != "":
		fmt.Fprintf(w, "\n  nothing is written; the default is %s\n", Clean(x.Default))
	case len(x.Layers) > 0:
		fmt.Fprint(w, "\n  each of these has its own\n")
	default:
		fmt.Fprint(w, "\n  nothing is written\n")
	}
	layers(w, "  ", x.Layers)
	for _, r := range x.Reads {
		fmt.Fprintf(w, "reads %s\n", r.Name)
		layers(w, "  ", r.Layers)
	}
}

func layers(w io.Writer, indent string, list []schema.Layer) {
	for _, l := range list {
		line := indent + l.From
		if at := l.Pos.String(); at != "" && at != l.From {
			line += ", " + at
		}
		if l.Value != "" {
			line += ": " + Clean(l.Value)
		}
		if l.Because != "" {
			line += " (because: " + Clean(l.Because) + ")"
		}
		fmt.Fprintln(w, line)
	}
}
