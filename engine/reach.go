package engine

import (
	"slices"
	"sort"
)

// nodesOf resolves groups and node names to nodes, in the order of the site file.
func (b Basis) nodesOf(on []string, pick string) []string {
	if slices.Equal(on, []string{ControllerNode}) {
		return on
	}
	var out []string
	for _, n := range b.Site.Nodes {
		hit := slices.Contains(on, n.Name) || slices.ContainsFunc(on, func(g string) bool { return slices.Contains(n.Groups, g) })
		if hit && (len(b.Limit) == 0 || slices.Contains(b.Limit, n.Name)) {
			out = append(out, n.Name)
		}
	}
	if pick == "one" && len(out) > 1 {
		out = out[:1]
	}
	return out
}

// touched are the nodes on which stages run, without the controller.
func (b Basis) touched(p *Plan) []string {
	var out []string
	for _, s := range p.Stages {
		for _, n := range s.Nodes {
			if n != ControllerNode && !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}

// locked are the nodes a run must hold: those it touches and those of `locks:`. Groups that the site lacks lock nothing.
func (b Basis) locked(p *Plan) []string {
	out := b.touched(p)
	more := b.nodesOf(b.Runbook.Locks, "")
	p.Tasks(func(t *Task) { more = append(more, t.Place(), t.From) })
	for _, n := range more {
		if n != "" && n != ControllerNode && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	sort.Strings(out)
	return out
}
