package view

import (
	"strconv"
	"strings"

	"tidemark/engine"
)

// Folded is one planned task that is the same on several nodes.
type Folded struct {
	Task  *engine.Task
	Nodes []string
}

// fold joins the tasks of a stage that would do the same thing, in the order of their first appearance by step.
func fold(s *engine.PlannedStage) []*Folded {
	steps := map[string][]*Folded{}
	var order []string
	for _, t := range s.Tasks {
		name := StepName(t)
		if steps[name] == nil {
			order = append(order, name)
		}
		steps[name] = addTo(steps[name], t)
	}
	var out []*Folded
	for _, name := range order {
		out = append(out, steps[name]...)
	}
	return out
}

func addTo(list []*Folded, t *engine.Task) []*Folded {
	for _, f := range list {
		if look(f.Task) == look(t) {
			f.Nodes = append(f.Nodes, t.Node)
			return list
		}
	}
	return append(list, &Folded{t, []string{t.Node}})
}

// look is all of a task that a reader of the plan sees, but the node.
func look(t *engine.Task) string {
	c := t.Change
	parts := append([]string{t.Kind, t.Skip, string(c.Sign), c.Summary, strconv.Itoa(int(c.Risk))}, c.Argv...)
	parts = append(append(parts, c.Details...), c.Unknown...)
	return strings.Join(parts, "\x00")
}

// foldText groups nodes by what they say: text → nodes, in the order of first appearance.
type foldText struct {
	order []string
	nodes map[string][]string
}

func (f *foldText) add(node, text string) {
	if f.nodes == nil {
		f.nodes = map[string][]string{}
	}
	if f.nodes[text] == nil {
		f.order = append(f.order, text)
	}
	f.nodes[text] = append(f.nodes[text], node)
}
