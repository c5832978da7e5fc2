package view

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"tidemark/engine"
)

// Plan writes a plan for approval: every task with its sign and command, what it destroys once more at the end,
// and what the dry run could not know or guard. short is the plan that a run shows of itself: without details, probes and
// fences. The run of a plan alone never comes to be, so its id is shown as "(run id)".
func Plan(w io.Writer, p *engine.Plan, st Style, short bool) {
	pw := &planWriter{w: w, st: st, short: short}
	if !short {
		pw.run = p.Run
	}
	pw.head(p)
	for _, s := range p.Stages {
		pw.stage(s)
	}
	pw.destroys(p)
	pw.unknowns(p)
	pw.afterwards(p)
	pw.programs(p)
	if !short {
		pw.byNode("probes sent", p.Probes)
		pw.byNode("fences of the dry run", p.Fence)
		pw.byNode("not covered by the fences", p.Open)
	}
	pw.printf("\n")
	pw.legend(p)
	pw.text("", totals(p))
	if p.Whole() {
		pw.printf("digest %s\n", p.Digest())
	} else {
		pw.text(red, "no digest: nothing is run by a plan that is not whole")
	}
}

type planWriter struct {
	w     io.Writer
	st    Style
	short bool
	run   string // the id that stands for one drawn later, "" where it is the run's own
	// indent stands before the lines of steps that are part of another.
	indent string
}

func (pw *planWriter) printf(format string, args ...any) {
	_, _ = io.WriteString(pw.w, pw.unnamed(fmt.Sprintf(format, args...)))
}

// unnamed puts (run id) for the id of a run that never comes to be.
func (pw *planWriter) unnamed(text string) string {
	if pw.run == "" {
		return text
	}
	return strings.ReplaceAll(text, pw.run, "(run id)")
}

// text writes a line in a colour, on as many lines of the terminal as it needs. Commands go through printf: they stay
// whole, to be copied.
func (pw *planWriter) text(color, line string) {
	for _, l := range wrap(strings.TrimRight(pw.unnamed(line), " "), pw.st.Width, 4) {
		pw.printf("%s\n", pw.st.paint(color, l))
	}
}

func (pw *planWriter) head(p *engine.Plan) {
	pw.text(bold, p.Runbook+": "+p.Title)
	run := ""
	if pw.short {
		run = "run " + p.Run + ", "
	}
	pw.text("", fmt.Sprintf("site %s, %slocks %s", p.Site, run, NodeList(p.Nodes)))
	if text := ending(p); text != "" {
		pw.text("", text)
	}
	for _, held := range p.Held {
		pw.text(red, "held now: "+held)
	}
	for _, missing := range p.Missing {
		pw.text(red, "missing now: "+missing+"; without it the run is refused")
	}
	for _, layer := range p.Layers {
		pw.text("", Clean(layer))
	}
	for _, gate := range p.Ungated {
		pw.text(red, "NOT PROVED: "+Clean(gate))
	}
	for _, name := range slices.Sorted(maps.Keys(p.Inputs)) {
		pw.text("", "  "+name+" = "+value(p.Inputs[name]))
	}
}

// afterwards is what remains for the operator when all of it is done.
func (pw *planWriter) afterwards(p *engine.Plan) {
	for i, s := range p.Afterwards {
		if i == 0 {
			pw.printf("\n%s\n", pw.st.paint(bold, "what remains afterwards:"))
		}
		pw.printf("  %s\n", s)
	}
}

// programs are the site's own that would run on its nodes; whoever approves them can find what they are by the hash.
func (pw *planWriter) programs(p *engine.Plan) {
	for i, prog := range p.Programs {
		if i == 0 {
			pw.printf("\n%s\n", pw.st.paint(bold, "programs of the site:"))
		}
		pw.text("", fmt.Sprintf("  %s  %s  sha256 %.16s", prog.Name, Clean(prog.Origin), prog.Hash()))
	}
}
