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
	pw.printf("\n%s\ndigest %s\n", Totals(p), p.Digest())
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
	text := fmt.Sprintf(format, args...)
	if pw.run != "" {
		text = strings.ReplaceAll(text, pw.run, "(run id)")
	}
	_, _ = io.WriteString(pw.w, text)
}

func (pw *planWriter) head(p *engine.Plan) {
	pw.printf("%s\n", pw.st.paint(bold, p.Runbook+": "+p.Title))
	run := ""
	if pw.short {
		run = "run " + p.Run + ", "
	}
	pw.printf("site %s, %slocks %s\n", p.Site, run, NodeList(p.Nodes))
	for _, held := range p.Held {
		pw.printf("%s\n", pw.st.paint(red, "held now: "+held))
	}
	for _, layer := range p.Layers {
		pw.printf("%s\n", Clean(layer))
	}
	for _, gate := range p.Ungated {
		pw.printf("%s\n", pw.st.paint(red, "NOT PROVED: "+Clean(gate)))
	}
	for _, name := range slices.Sorted(maps.Keys(p.Inputs)) {
		pw.printf("  %s = %s\n", name, Value(p.Inputs[name]))
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
		pw.printf("  %s  %s  sha256 %.16s\n", prog.Name, Clean(prog.Origin), prog.Hash())
	}
}
