package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// place is where steps stand: the stage, and what all its steps share.
type place struct {
	stage *Stage
	on    []string
	index int // of the stage; the number of stages for finally
	*ground
	scope *scope // what its steps see but for the outputs of others, see scopeAt
	frame *frame // whose inputs are in scope
}

// past is a step that stands before the one being read.
type past struct {
	step  *Step
	place *place
	out   *typ // what steps.ID.out is
}

func (l *loader) newPlace(s *Stage, on []string, index int) *place {
	key := strings.Join(on, "\n")
	if l.grounds[key] == nil {
		l.grounds[key] = l.newGround(on)
	}
	return &place{stage: s, on: on, index: index, ground: l.grounds[key]}
}

// ground is what all stages on the same nodes share.
type ground struct {
	nodes  map[string]bool // with a site: their names
	vars   *typ
	passed bool // a stage on them has been read
}

func (l *loader) newGround(on []string) *ground {
	g := &ground{}
	var nodes []*Node
	if l.site != nil {
		if !isControl(on) {
			nodes = l.site.Select(on)
		}
		g.nodes = map[string]bool{}
		for _, n := range nodes {
			g.nodes[n.Name] = true
		}
	}
	g.vars = varsType(l.book.Vars, nodes, l.site)
	return g
}

// passed notes a stage that steps behind it may ask about.
func (l *loader) passed(p *place) {
	l.places = append(l.places, p)
	if !p.passed {
		p.passed = true
		l.first = append(l.first, p)
	}
}

func (p *place) control() bool { return isControl(p.on) }

func isControl(on []string) bool { return len(on) == 1 && on[0] == controllerName }

// runsAt reports whether the step ran on every node of that place. Stages that pick one node of the same group have the
// same node.
func (b past) runsAt(p *place) bool {
	switch {
	case b.place.control() || p.control():
		return b.place.control() && p.control()
	case p.stage.ID == finallyID, b.place.stage == p.stage && len(b.step.On) == 0:
		return true
	case b.place.stage != p.stage && b.place.stage.Pick != "":
		return p.stage.Pick == b.place.stage.Pick && slices.Equal(p.on, b.place.on)
	case p.nodes == nil:
		return !slices.ContainsFunc(p.on, func(on string) bool { return !slices.Contains(b.place.on, on) })
	}
	for n := range p.nodes {
		if !b.place.nodes[n] {
			return false
		}
	}
	return true
}

// mayRunAt reports whether some site has the step on every node of that place:
// which nodes are of which group only a site says.
func (b past) mayRunAt(p *place) bool {
	return !b.place.control() && !p.control() && b.place.stage.Pick == ""
}

// scopeAt is what a step sees that is read next at this place.
func (l *loader) scopeAt(p *place) *scope {
	if p.frame != l.frame {
		p.frame, p.scope = l.frame, stageScope(l.frame.typ, p.vars, secretsType(l.site))
	}
	s := &scope{roots: maps.Clone(p.scope.roots), away: p.scope.away, closed: p.scope.closed, ofSite: l.site}
	s.roots["steps"] = l.lazySteps(map[string]*typ{}, func(b past) (*typ, *away) { return l.own(b, p) })
	seen := map[string]*typ{}
	all := l.nodeType(seen, p, func(b past) (*typ, *away) {
		return b.out.withMaybe(l.missesSome(b, p)), nil
	})
	s.roots["nodes"] = &typ{kind: tMap, elem: all, key: func(name string) (*typ, *away) { return l.oneNode(name, seen, p) }}
	s.roots[controllerRoot] = object("field", map[string]*typ{
		"steps": l.lazySteps(map[string]*typ{}, func(b past) (*typ, *away) { return l.decided(b, p) }),
	})
	return s
}

// own is the output of a step of the same node.
func (l *loader) own(b past, p *place) (*typ, *away) {
	if b.runsAt(p) || l.site == nil && b.mayRunAt(p) {
		return b.out, nil
	}
	if b.place.control() {
		return nil, onController(b)
	}
	help := fmt.Sprintf("use nodes[\"…\"].steps.%s.out", b.step.ID)
	if b.place.index >= p.index {
		help = fmt.Sprintf("give this step on: [%s] as well, or read it in a later stage: nodes[\"…\"].steps.%s.out", strings.Join(b.place.on, ", "), b.step.ID)
	}
	return nil, &away{codeNotHere, fmt.Sprintf("step %q does not run on every node of this stage", b.step.ID), help}
}

// decided is the output of a controller step, known after its barrier.
func (l *loader) decided(b past, p *place) (*typ, *away) {
	switch {
	case !b.place.control():
		return nil, &away{codeNotHere, fmt.Sprintf("step %q does not run on the controller", b.step.ID), ""}
	case b.place.index >= p.index:
		return nil, noBarrier(b)
	}
	return b.out, nil
}

func onController(b past) *away {
	return &away{
		codeNotHere, fmt.Sprintf("step %q runs on the controller", b.step.ID),
		fmt.Sprintf("use nodes.controller.steps.%s.out", b.step.ID),
	}
}

func noBarrier(b past) *away {
	return &away{codeOrder, fmt.Sprintf("step %q belongs to the same stage: other nodes may not have reached it", b.step.ID), "read it in a later stage"}
}

// nodeType is one value of nodes, by the steps that its place had passed.
func (l *loader) nodeType(seen map[string]*typ, p *place, out func(past) (*typ, *away)) *typ {
	steps := l.lazySteps(seen, func(b past) (*typ, *away) {
		switch {
		case b.place.control():
			return nil, onController(b)
		case b.place.index >= p.index:
			return nil, noBarrier(b)
		}
		return out(b)
	})
	return object("field", map[string]*typ{"steps": steps})
}

// oneNode is nodes["name"]: with a site the node must exist and have run the
// step.
func (l *loader) oneNode(name string, seen map[string]*typ, p *place) (*typ, *away) {
	if l.site != nil && l.site.Node(name) == nil {
		return nil, &away{codeUnknown, fmt.Sprintf("site %s has no node %q", l.site.Name, name), suggest(name, "nodes", nodeNames(siteNodes(l.site)))}
	}
	return l.nodeType(seen, p, func(b past) (*typ, *away) {
		if l.site != nil && !b.place.nodes[name] {
			return nil, &away{codeNotHere, fmt.Sprintf("step %q does not run on node %s", b.step.ID, name), ""}
		}
		if b.place.stage.Pick != "" {
			return b.out.withMaybe(b.step.ID), nil
		}
		return b.out, nil
	}), nil
}

// missesSome names the step when not every node that nodes holds has run it. Stages on the same nodes have the same
// answer, but for a step on one picked node.
func (l *loader) missesSome(b past, p *place) string {
	places := l.first
	if b.place.stage.Pick != "" {
		places = l.places
	}
	for _, other := range places {
		if other.index < p.index && !other.control() && !b.runsAt(other) {
			return b.step.ID
		}
	}
	return ""
}

// lazySteps is an object of the steps before the one being read, typed when
// one is asked for: a runbook of thousands of steps reads in linear time. seen
// keeps what was asked for, which is what an evaluation converts.
func (l *loader) lazySteps(seen map[string]*typ, out func(past) (*typ, *away)) *typ {
	return &typ{kind: tObject, label: "step", fields: seen, lazy: &lazy{
		names: func() []string { return slices.Collect(maps.Keys(l.past)) },
		field: func(id string) (*typ, *away) {
			b, ok := l.past[id]
			if !ok && l.ids[id] != nil {
				return nil, &away{codeOrder, fmt.Sprintf("step %q does not run before this one", id), "outputs are known only after their step"}
			}
			if !ok {
				return nil, l.merged.took(id)
			}
			t, why := out(b)
			if t == nil {
				return nil, why
			}
			seen[id] = object("field", map[string]*typ{"out": t})
			return seen[id], nil
		},
	}}
}
