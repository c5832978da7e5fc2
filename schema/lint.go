package schema

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
)

// Lint gives what is allowed in a runbook and yet makes it worse to read or to
// operate; each finding is a warning. A finding is accepted by a comment on
// the line before it, `# tidemark:ignore TM1003 REASON`; such a comment
// without a finding or a reason is a finding itself. The runbook must be valid:
// what [Load] refuses is not looked at, and what other texts brought into it
// is theirs.
func (r *Runbook) Lint() Diagnostics {
	l := &linter{report: &report{docs: r.docs}, book: r}
	l.title()
	l.inputHelp()
	for _, s := range r.Stages {
		l.steps(s.Steps)
	}
	l.steps(r.Finally)
	l.ignores()
	return l.list.sorted()
}

// linter looks at one valid runbook.
type linter struct {
	*report
	book *Runbook
}

func (l *linter) title() {
	if l.book.Title == "" {
		l.warn(valueOf(l.docs.main.root, "runbook"), codeLintTitle, "a runbook without a title", "add title: what it does and what it costs, in one sentence")
	}
}

func (l *linter) inputHelp() {
	for _, in := range l.book.Inputs {
		if in.Help == "" {
			l.warn(in.pos, codeLintHelp, fmt.Sprintf("input %q without help", in.Name), "add help: what the operator should give, in a few words")
		}
	}
}

func (l *linter) steps(steps []*Step) {
	for _, s := range steps {
		l.waits(s)
		l.numbered(s)
		l.constants(s)
		l.command(s)
	}
}

// waits wants a limit for steps that wait for something or run a program.
func (l *linter) waits(s *Step) {
	if s.Timeout == 0 && (strings.HasPrefix(s.Kind, "wait-") || s.Kind == "run") {
		l.warn(s.id, codeLintTimeout, fmt.Sprintf("step %q has no timeout", s.ID), "add timeout: how long it may take at most, as in timeout: 5m")
	}
}

// numbered refuses ids that only count the steps of a kind.
func (l *linter) numbered(s *Step) {
	kind := strings.ReplaceAll(s.Kind, "-", "_")
	if rest, ok := strings.CutPrefix(s.ID, kind); ok && regexp.MustCompile(`^_?\d+$`).MatchString(rest) {
		l.warn(s.id, codeLintNumbered, fmt.Sprintf("the id %q only counts", s.ID), "say what the step is for: it stands in reports, and overlays name it")
	}
}

// constants finds expressions that read nothing: their value can be written.
func (l *linter) constants(s *Step) {
	for n, leaf := range s.leaves {
		for _, e := range leaf.exprs() {
			if len(e.refs.roots) == 0 && !strings.Contains(e.text, "${{") { // that is how text says these signs
				l.warn(n, codeLintConstant, fmt.Sprintf("the expression %q reads nothing", e.String()), "write the value itself")
			}
		}
	}
}

// ignores takes off the findings that comments accept.
func (l *linter) ignores() {
	form := regexp.MustCompile(`^\s*#\s*tidemark:ignore(?:\s+(\S+))?\s*(.*?)\s*$`)
	var left Diagnostics
	accepted := map[int]bool{}
	for _, d := range l.list {
		if d.Pos.File != l.docs.main.src.Name {
			continue
		}
		m := form.FindStringSubmatch(l.lineText(d.Pos.Line - 1))
		if m != nil && m[1] == d.Code && m[2] != "" {
			accepted[d.Pos.Line-1] = true
			continue
		}
		left = append(left, d)
	}
	l.list = left
	for i, line := range l.docs.main.lines {
		if m := form.FindStringSubmatch(line); m != nil && !accepted[i+1] {
			l.ignored(i+1, line, cmp.Or(m[1], "a code"), m[2])
		}
	}
}

func (l *linter) lineText(line int) string {
	if lines := l.docs.main.lines; line >= 1 && line <= len(lines) {
		return lines[line-1]
	}
	return ""
}

func (l *linter) ignored(line int, text, code, reason string) {
	message, help := fmt.Sprintf("the next line has no %s", code), "remove the comment: what it accepted is gone"
	if reason == "" {
		message, help = "an ignore without a reason", "write why, behind the code: # tidemark:ignore TM1003 it ends with its parent"
	}
	from := strings.Index(text, "#")
	l.add(Warning, Pos{File: l.docs.main.src.Name, Line: line, Col: from + 1}, len([]rune(text[from:])), codeLintIgnore, message, help)
}
