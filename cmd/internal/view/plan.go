package view

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"reflect"
	"regexp"
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

// Value writes an input as one word: JSON, but bare where it is text, and with units where it has one.
func Value(v any) string {
	v = withUnits(reflect.ValueOf(v))
	if s, ok := v.(string); ok {
		return Clean(s)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(raw)
}

// withUnits makes text of times and sizes, also in lists and maps: nobody approves a count of nanoseconds.
func withUnits(v reflect.Value) any {
	if !v.IsValid() {
		return nil
	}
	if text, ok := v.Interface().(fmt.Stringer); ok {
		return text.String()
	}
	switch v.Kind() {
	case reflect.Interface:
		return withUnits(v.Elem())
	case reflect.Slice:
		out := make([]any, v.Len())
		for i := range out {
			out[i] = withUnits(v.Index(i))
		}
		return out
	case reflect.Map:
		out := map[string]any{}
		for _, key := range v.MapKeys() {
			out[key.String()] = withUnits(v.MapIndex(key))
		}
		return out
	}
	return v.Interface()
}

func (pw *planWriter) stage(s *engine.PlannedStage) {
	pw.printf("\n%s\n", pw.st.paint(bold, "stage "+s.ID+" on "+NodeList(s.Nodes)+pace(s)))
	alike := exactly
	if pw.short {
		alike = roughly
	}
	var around []engine.Turn
	for _, f := range fold(s, alike) {
		around = pw.composites(s, around, f.Task().Outer)
		if pw.short && len(around) > 0 {
			continue
		}
		pw.indent = strings.Repeat("  ", len(around))
		pw.line(f)
		pw.more(f.Task())
	}
	pw.indent = ""
}

// pace says how many nodes of a stage work at a time, where it is not all of them.
func pace(s *engine.PlannedStage) string {
	text := ""
	if len(s.Strategy.Waves) > 0 {
		text = "; in waves of " + strings.Join(s.Strategy.Waves, ", ")
	}
	if n := s.Strategy.Limit(len(s.Nodes)); n < len(s.Nodes) {
		text += fmt.Sprintf("; %d at a time", n)
	}
	return text
}

func (pw *planWriter) line(f *Folded) {
	t := f.Task()
	sign, text := string(t.Change.Sign), f.Summary()
	if t.Skip != "" {
		why, _, _ := strings.Cut(t.Skip, "\n")
		sign, text = " ", "skipped, "+why
	}
	line := fmt.Sprintf("%s  %s %s  %s: %s%s", pw.indent, sign, t.Name(), t.Kind, Clean(text), f.Size())
	pw.printf("%s  @%s\n", pw.st.paint(signColor(t.Change.Sign), line), NodeList(f.Nodes))
}

// more is what stands below a task's line: its exact command, and its details in a long plan.
func (pw *planWriter) more(t *engine.Task) {
	if t.Skip != "" {
		_, tree, _ := strings.Cut(t.Skip, "\n")
		for line := range strings.Lines(tree) {
			pw.printf("      %s%s\n", indent(line), Clean(line))
		}
		return
	}
	if len(t.Change.Argv) > 0 {
		pw.printf("%s      $ %s\n", pw.indent, Command(t.Change.Argv))
	}
	if pw.short {
		return
	}
	for _, d := range t.Change.Details {
		pw.printf("%s      %s\n", pw.indent, Clean(d))
	}
}

func size(c engine.Change) string {
	var parts []string
	if c.Bytes > 0 {
		parts = append(parts, "writes "+Bytes(c.Bytes))
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
		for _, f := range fold(s, roughly) {
			c := f.Task().Change
			if f.Task().Skip != "" || c.Sign == engine.Same || (c.Sign != engine.Destroys && c.Risk != engine.Overwrites) {
				continue
			}
			if first {
				pw.printf("\n%s\n", pw.st.paint(red, "overwrites or destroys:"))
				first = false
			}
			pw.line(f)
		}
	}
}

func (pw *planWriter) unknowns(p *engine.Plan) {
	var f foldText
	p.Tasks(func(t *engine.Task) {
		for _, u := range t.Change.Unknown {
			f.add(t.Node, t.Name()+": "+Clean(u))
		}
	})
	pw.folded("could not be known", &f)
}

// byNode writes lists of the nodes, equal lines once. Lines of one node alone are joined where they differ only
// in an address: every node is asked at its own.
func (pw *planWriter) byNode(title string, lists map[string][]string) {
	count := map[string]int{}
	for _, node := range slices.Sorted(maps.Keys(lists)) {
		for _, text := range unique(lists[node]) {
			count[text]++
		}
	}
	var f foldText
	for _, node := range slices.Sorted(maps.Keys(lists)) {
		for _, text := range unique(lists[node]) {
			if count[text] == 1 && len(lists) > 1 {
				text = addresses().ReplaceAllString(text, "ADDRESS")
			}
			f.add(node, Clean(text))
		}
	}
	pw.folded(title, &f)
}

func unique(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }

func addresses() *regexp.Regexp { return regexp.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}\b`) }

func (pw *planWriter) folded(title string, f *foldText) {
	if len(f.said) == 0 {
		return
	}
	pw.printf("\n%s:\n", title)
	f.each(func(text string, nodes []string) { pw.printf("  %s  @%s\n", text, NodeList(nodes)) })
}

// Totals counts the tasks of a plan by what they would do.
func Totals(p *engine.Plan) string {
	var tasks []*engine.Task
	p.Tasks(func(t *engine.Task) { tasks = append(tasks, t) })
	return counts(tasks)
}

func counts(tasks []*engine.Task) string {
	n := map[string]int{}
	for _, t := range tasks {
		n[does(t)]++
	}
	parts := []string{Count(len(tasks), "task")}
	for _, what := range []string{toCreate, toChange, toDestroy, knownLater, notKnowable, nothingToDo, skipped} {
		if n[what] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[what], what))
		}
	}
	return strings.Join(parts, ", ")
}

// What a planned task would do, in one word or two.
const (
	toCreate    = "create"
	toChange    = "change"
	toDestroy   = "destroy"
	knownLater  = "known after earlier steps"
	notKnowable = "not knowable"
	nothingToDo = "nothing to do"
	skipped     = "skipped"
)

// does sorts a task into one of them. A wait, or what needs the outputs of others, is known after the steps before
// it; not knowable is only what the dry run wanted to know and could not.
func does(t *engine.Task) string {
	switch {
	case t.Skip != "":
		return skipped
	case t.Change.Sign == engine.NotKnown && len(t.Change.Unknown) == 0:
		return knownLater
	}
	return map[engine.Sign]string{
		engine.Creates: toCreate, engine.Changes: toChange, engine.Destroys: toDestroy, engine.NotKnown: notKnowable, engine.Same: nothingToDo,
	}[t.Change.Sign]
}
