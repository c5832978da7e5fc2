package view

import (
	"fmt"
	"strings"

	"tidemark/engine"
)

func (pw *planWriter) stage(s *engine.PlannedStage) {
	pw.printf("\n")
	pw.text(bold, "stage "+s.ID+" on "+NodeList(s.Nodes)+pace(s))
	var around []engine.Turn
	for _, f := range fold(s, pw.short) {
		around = pw.composites(s, around, f.task().Outer)
		if pw.short && len(around) > 0 {
			continue
		}
		pw.indent = strings.Repeat("  ", len(around))
		pw.line(f)
		pw.more(f)
	}
	pw.indent = ""
}

func (pw *planWriter) line(f *Folded) {
	t := f.task()
	text := f.summary()
	size := f.size()
	switch why, _, _ := strings.Cut(t.Skip, "\n"); {
	case t.Skip != "":
		text, size = "skipped, "+why, ""
	case t.Change.Sign == engine.Unplanned:
		text, size = notPlanned+": "+text, ""
	}
	pw.text(signColor(mark(t)), fmt.Sprintf("%s  %s %s  %s: %s%s  @%s", pw.indent, mark(t), t.Name(), t.Kind, Clean(text), size, NodeList(f.Nodes)))
}

// more is what stands below a task's line: its user and exact command, and its details in a long plan.
func (pw *planWriter) more(f *Folded) {
	t := f.task()
	if t.Skip != "" {
		_, tree, _ := strings.Cut(t.Skip, "\n")
		for line := range strings.Lines(tree) {
			pw.text("", "      "+indent(line)+Clean(line))
		}
		return
	}
	if t.User != "" {
		pw.text("", pw.indent+"      as user "+Clean(t.User))
	}
	pw.command(t)
	if pw.short {
		return
	}
	for i := range t.Change.Details {
		pw.text("", pw.indent+"      "+Clean(f.detail(i)))
	}
}

// command is the exact command of a task, where it runs one.
func (pw *planWriter) command(t *engine.Task) {
	if len(t.Change.Argv) > 0 && t.Change.Sign != engine.Same {
		pw.printf("%s      $ %s\n", pw.indent, Command(t.Change.Argv))
	}
}

// size is what a change writes, how long that takes, and what bounds it, in brackets.
func size(c engine.Change, l *engine.Limits) string {
	var parts []string
	if c.Bytes > 0 {
		parts = append(parts, "writes "+engine.Bytes(c.Bytes))
	}
	if c.Seconds >= 1 {
		parts = append(parts, "about "+seconds(c.Seconds))
	}
	if text := attempts(l); text != "" {
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// signColor is that of a mark.
func signColor(s engine.Sign) string {
	switch s {
	case engine.Destroys, engine.Unplanned:
		return red
	case engine.Changes, engine.NotKnown:
		return yellow
	case engine.Creates:
		return green
	case noMark:
		return ""
	}
	return dim
}
