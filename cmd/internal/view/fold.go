package view

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tidemark/engine"
)

// Folded is one planned step that is the same on several nodes.
type Folded struct {
	Tasks []*engine.Task
	Nodes []string
}

// task stands for all of them.
func (f *Folded) task() *engine.Task { return f.Tasks[0] }

// fold joins the tasks of a stage that would do the same thing, in the order of their first appearance by step.
// alike tells what counts as the same: exactly, or roughly.
func fold(s *engine.PlannedStage, alike func(*engine.Task) string) []*Folded {
	steps := map[string][]*Folded{}
	seen := map[string]*Folded{}
	var order []string
	for _, t := range s.Tasks {
		name := t.Name()
		key := name + "\x00" + alike(t)
		f := seen[key]
		if f == nil {
			f = &Folded{}
			seen[key] = f
			if steps[name] == nil {
				order = append(order, name)
			}
			steps[name] = append(steps[name], f)
		}
		f.Tasks, f.Nodes = append(f.Tasks, t), append(f.Nodes, t.Node)
	}
	var out []*Folded
	for _, name := range order {
		out = append(out, steps[name]...)
	}
	return out
}

// closely is all of a task that its lines in the plan show, but the node and the sizes.
func closely(t *engine.Task) string {
	parts := []string{roughly(t)}
	for _, text := range append([]string{t.Change.Summary}, t.Change.Details...) {
		parts = append(parts, sizes().ReplaceAllString(text, "…"))
	}
	return strings.Join(parts, "\x00")
}

// roughly leaves out details and the numbers of the summary: sizes differ from node to node, what is done does not.
func roughly(t *engine.Task) string {
	c := t.Change
	parts := []string{t.Kind, t.Skip, string(c.Sign), strconv.Itoa(int(c.Risk)), numbers().ReplaceAllString(c.Summary, "…")}
	return strings.Join(append(parts, c.Argv...), "\x00")
}

// summary is the common summary.
func (f *Folded) summary() string {
	return f.common(func(c engine.Change) string { return c.Summary })
}

// detail is the common one of the details at i; the tasks were folded closely.
func (f *Folded) detail(i int) string {
	return f.common(func(c engine.Change) string { return c.Details[i] })
}

func (f *Folded) common(of func(engine.Change) string) string {
	texts := make([]string, len(f.Tasks))
	for i, t := range f.Tasks {
		texts[i] = of(t.Change)
	}
	return common(texts)
}

// size is what all of them write together, and the time of the slowest.
func (f *Folded) size() string {
	var sum engine.Change
	for _, t := range f.Tasks {
		sum.Bytes += t.Change.Bytes
		sum.Seconds = max(sum.Seconds, t.Change.Seconds)
	}
	text := size(sum)
	if len(f.Tasks) > 1 && sum.Bytes > 0 {
		text = strings.Replace(text, engine.Bytes(sum.Bytes), engine.Bytes(sum.Bytes)+" in all", 1)
	}
	return text
}

// foldText groups nodes by what they say, in the order of first appearance. What one node alone says is joined with
// what another one alone says where only their own names in it differ.
type foldText struct{ said []saying }

type saying struct{ node, text string }

// self stands for the node's own name while texts are compared.
const self = "\x01"

func (f *foldText) add(node, text string) {
	if s := (saying{node, text}); !slices.Contains(f.said, s) {
		f.said = append(f.said, s)
	}
}

// key is the text under which a saying is joined with others.
func (f *foldText) key(s saying, alone bool) string {
	if !alone || s.node == "" {
		return s.text
	}
	own := regexp.MustCompile(`(^|[^\w.-])` + regexp.QuoteMeta(s.node) + `($|[^\w-])`)
	return own.ReplaceAllString(s.text, "${1}"+self+"${2}")
}

// each visits the texts with their nodes.
func (f *foldText) each(visit func(text string, nodes []string)) {
	count := map[string]int{}
	for _, s := range f.said {
		count[s.text]++
	}
	nodes := map[string][]string{}
	var order []string
	for _, s := range f.said {
		key := f.key(s, count[s.text] == 1)
		if nodes[key] == nil {
			order = append(order, key)
		}
		nodes[key] = append(nodes[key], s.node)
	}
	for _, key := range order {
		name := "the node"
		if len(nodes[key]) == 1 {
			name = nodes[key][0]
		}
		visit(strings.ReplaceAll(key, self, name), nodes[key])
	}
}
