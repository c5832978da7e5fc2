package view

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"tidemark/engine"
)

// Plan writes a plan for approval: every task with its sign and command, what it destroys once more at the end,
// and what the dry run could not know or guard. short leaves out details, probes and fences.
func Plan(w io.Writer, p *engine.Plan, st Style, short bool) {
	pw := &planWriter{w: w, st: st, short: short}
	pw.head(p)
	for _, s := range p.Stages {
		pw.stage(s)
	}
	pw.destroys(p)
	pw.unknowns(p)
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
}

func (pw *planWriter) printf(format string, args ...any) { fmt.Fprintf(pw.w, format, args...) }

func (pw *planWriter) head(p *engine.Plan) {
	pw.printf("%s\n", pw.st.paint(bold, p.Runbook+": "+p.Title))
	pw.printf("site %s, run %s, holds %s\n", p.Site, p.Run, NodeList(p.Nodes))
	for _, name := range slices.Sorted(maps.Keys(p.Inputs)) {
		pw.printf("  %s = %s\n", name, Value(p.Inputs[name]))
	}
}

// Value writes an input as one word: JSON, but bare where it is text.
func Value(v any) string {
	if s, ok := v.(string); ok {
		return Clean(s)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(raw)
}

func (pw *planWriter) stage(s *engine.PlannedStage) {
	pw.printf("\n%s\n", pw.st.paint(bold, "stage "+s.ID+" on "+NodeList(s.Nodes)))
	for _, f := range fold(s) {
		pw.task(f)
	}
}

func (pw *planWriter) task(f *Folded) {
	c := f.Task.Change
	sign, text := string(c.Sign), c.Summary
	if f.Task.Skip != "" {
		sign, text = " ", "skipped, "+f.Task.Skip
	}
	line := fmt.Sprintf("  %s %s  %s: %s%s", sign, StepName(f.Task), f.Task.Kind, Clean(text), size(c))
	pw.printf("%s  @%s\n", pw.st.paint(signColor(c.Sign), line), NodeList(f.Nodes))
	if f.Task.Skip != "" {
		return
	}
	if len(c.Argv) > 0 {
		pw.printf("      $ %s\n", Command(c.Argv))
	}
	if pw.short {
		return
	}
	for _, d := range c.Details {
		pw.printf("      %s\n", Clean(d))
	}
}

func size(c engine.Change) string {
	var parts []string
	if c.Bytes > 0 {
		parts = append(parts, Bytes(c.Bytes))
	}
	if c.Seconds >= 1 {
		parts = append(parts, "about "+seconds(c.Seconds))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func signColor(s engine.Sign) string {
	switch s {
	case engine.Destroys:
		return red
	case engine.Changes, engine.NotKnown:
		return yellow
	case engine.Creates:
		return green
	}
	return dim
}

// Command writes an argument list so that a shell would read the same list.
func Command(argv []string) string {
	words := make([]string, len(argv))
	for i, a := range argv {
		words[i] = a
		if a == "" || strings.ContainsFunc(a, unsafeInShell) {
			words[i] = "'" + strings.ReplaceAll(Clean(a), "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

func unsafeInShell(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"'\\$`&|;<>()*?[]{}~#!^", r)
}

// destroys repeats what loses data, so that nobody has to find it in a long plan.
func (pw *planWriter) destroys(p *engine.Plan) {
	first := true
	for _, s := range p.Stages {
		for _, f := range fold(s) {
			c := f.Task.Change
			if f.Task.Skip != "" || c.Sign == engine.Same || (c.Sign != engine.Destroys && c.Risk != engine.Overwrites) {
				continue
			}
			if first {
				pw.printf("\n%s\n", pw.st.paint(red, "overwrites or destroys:"))
				first = false
			}
			pw.task(f)
		}
	}
}

func (pw *planWriter) unknowns(p *engine.Plan) {
	var f foldText
	p.Tasks(func(t *engine.Task) {
		for _, u := range t.Change.Unknown {
			f.add(t.Node, StepName(t)+": "+Clean(u))
		}
	})
	pw.folded("could not be known", &f)
}

func (pw *planWriter) byNode(title string, lists map[string][]string) {
	var f foldText
	for _, node := range slices.Sorted(maps.Keys(lists)) {
		for _, text := range slices.Compact(slices.Sorted(slices.Values(lists[node]))) {
			f.add(node, Clean(text))
		}
	}
	pw.folded(title, &f)
}

func (pw *planWriter) folded(title string, f *foldText) {
	if len(f.order) == 0 {
		return
	}
	pw.printf("\n%s:\n", title)
	for _, text := range f.order {
		pw.printf("  %s  @%s\n", text, NodeList(slices.Compact(f.nodes[text])))
	}
}

// Totals counts the tasks of a plan by what they would do.
func Totals(p *engine.Plan) string {
	n, total := map[engine.Sign]int{}, 0
	p.Tasks(func(t *engine.Task) {
		total++
		if t.Skip != "" {
			n["skip"]++
			return
		}
		n[t.Change.Sign]++
	})
	parts := []string{Count(total, "task")}
	for _, c := range []struct {
		sign engine.Sign
		word string
	}{{engine.Creates, "create"}, {engine.Changes, "change"}, {engine.Destroys, "destroy"}, {engine.NotKnown, "known later"}, {engine.Same, "nothing to do"}, {"skip", "skipped"}} {
		if n[c.sign] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[c.sign], c.word))
		}
	}
	return strings.Join(parts, ", ")
}
