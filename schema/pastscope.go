package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

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
