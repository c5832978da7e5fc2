package schema

import (
	"fmt"
	"maps"
	"slices"
)

// scope is what an expression may see at its place, by static type.
type scope struct {
	roots map[string]*typ
	away  map[string]away // roots that exist, but not here
}

// with is the scope with one more root.
func (s *scope) with(name string, t *typ) *scope {
	out := &scope{roots: maps.Clone(s.roots), away: maps.Clone(s.away)}
	if out.roots == nil {
		out.roots = map[string]*typ{}
	}
	out.roots[name] = t
	delete(out.away, name)
	return out
}

// without is the scope where these roots exist but cannot be used.
func (s *scope) without(why string, names ...string) *scope {
	out := &scope{roots: maps.Clone(s.roots), away: maps.Clone(s.away)}
	if out.away == nil {
		out.away = map[string]away{}
	}
	for _, name := range names {
		delete(out.roots, name)
		out.away[name] = away{code: codeNotHere, message: fmt.Sprintf("%q is not known here", name), help: why}
	}
	return out
}

// siteScope is what a default may use: the site and the vars of all nodes.
func siteScope(vars *typ) *scope {
	s := &scope{roots: map[string]*typ{"site": siteType(), "vars": vars}}
	return s.without("a default may use site and vars: it is the same for all nodes",
		"inputs", "node", "run", "item", "steps", "nodes", "failure", "attempt", "exit")
}

// stageScope is what every step of a stage may use.
func stageScope(inputs, vars *typ) *scope {
	text := scalarType(tString)
	s := &scope{roots: map[string]*typ{
		"inputs": inputs,
		"vars":   vars,
		"site":   siteType(),
		"node":   object("field", map[string]*typ{"name": text, "address": text, "groups": listOf(text)}),
		"run":    object("field", map[string]*typ{"id": text}),
	}}
	s = s.without("item stands in a step with for-each, and not in its for-each", "item")
	return s.without("it is known only in retry.if", "failure", "attempt", "exit")
}

// retryScope adds what is known after a failed attempt.
func (s *scope) retryScope() *scope {
	return s.with("failure", scalarType(tString)).with("attempt", scalarType(tInt)).with("exit", scalarType(tInt))
}

func object(label string, fields map[string]*typ) *typ {
	return &typ{kind: tObject, fields: fields, label: label}
}

func siteType() *typ {
	return object("field", map[string]*typ{
		"name": scalarType(tString), "external_hss": scalarType(tBool),
		"memento": scalarType(tBool), "keyspaces": listOf(scalarType(tString)),
	})
}

// varsType is the type of vars over all these nodes: a name that is missing
// or of another type on one of them cannot be used. Without a site every name
// is accepted.
func varsType(runbook map[string]any, nodes []*Node, site *Site) *typ {
	out := object("var", map[string]*typ{})
	out.away = map[string]away{}
	if site == nil {
		out.open = true
		return out
	}
	if len(nodes) == 0 {
		nodes = []*Node{nil}
	}
	for _, n := range nodes {
		for name, v := range mergeVars(runbook, n, site) {
			addVar(out, name, typeOfValue(v), n)
		}
	}
	for name := range out.fields {
		for _, n := range nodes {
			if _, ok := mergeVars(runbook, n, site)[name]; !ok {
				out.away[name] = away{codeUnknown, fmt.Sprintf("node %s has no var %q", n.Name, name), "set it on every node of the stage, or for the site"}
				break
			}
		}
	}
	return out
}

func addVar(vars *typ, name string, t *typ, n *Node) {
	old, ok := vars.fields[name]
	if !ok {
		vars.fields[name] = t
		return
	}
	if !sameType(old, t) {
		vars.away[name] = away{
			codeMismatch, fmt.Sprintf("var %q is a %s on node %s and a %s on others", name, t, n.Name, old),
			"a var has one type on every node of the stage",
		}
	}
}

// mergeVars is node over site over runbook.
func mergeVars(runbook map[string]any, n *Node, site *Site) map[string]any {
	out := maps.Clone(runbook)
	if out == nil {
		out = map[string]any{}
	}
	if site != nil {
		maps.Copy(out, site.Vars)
	}
	if n != nil {
		maps.Copy(out, n.Vars)
	}
	return out
}

// past is a step that stands before the place in question.
type past struct {
	step  *Step
	stage int // index, -1 for finally
	on    []string
	nodes []string // with a site: the nodes it runs on
	out   *typ     // what steps.ID.out is
}

// stepsScope adds the outputs of the steps before: those of this node, and of
// all nodes where a barrier lies between.
func (l *loader) stepsScope(s *scope, here *Stage, index int) *scope {
	steps := object("step", map[string]*typ{})
	steps.away = l.later()
	nodeSteps := object("step", map[string]*typ{})
	nodeSteps.away = maps.Clone(steps.away)
	control := object("step", map[string]*typ{})
	control.away = maps.Clone(steps.away)
	reach := l.reach(here)
	for _, p := range l.past {
		id, value := p.step.ID, stepType(p.out)
		barrier := p.stage < index
		switch {
		case isControl(p.on) && barrier:
			control.fields[id] = value
			delete(control.away, id)
		case barrier:
			nodeSteps.fields[id] = stepType(p.out.withMaybe(l.missesSome(p, index)))
			delete(nodeSteps.away, id)
		}
		delete(steps.away, id)
		if covers(p, here, reach) {
			steps.fields[id] = value
		} else {
			steps.away[id] = l.elsewhere(p)
		}
	}
	s = s.with("steps", steps).with("nodes", &typ{kind: tMap, elem: object("field", map[string]*typ{"steps": nodeSteps})})
	if len(control.fields) > 0 {
		s = s.with(controllerRoot, object("field", map[string]*typ{"steps": control}))
	}
	return s
}

func stepType(out *typ) *typ { return object("field", map[string]*typ{"out": out}) }

// later holds every step of the runbook as "runs later"; those before are
// taken out of it.
func (l *loader) later() map[string]away {
	out := map[string]away{}
	for id := range l.ids {
		out[id] = away{codeOrder, fmt.Sprintf("step %q does not run before this one", id), "outputs are known only after their step"}
	}
	return out
}

func (l *loader) elsewhere(p past) away {
	help := fmt.Sprintf("use nodes[\"…\"].steps.%s.out", p.step.ID)
	if isControl(p.on) {
		help = fmt.Sprintf("use nodes.controller.steps.%s.out", p.step.ID)
	}
	return away{codeNotHere, fmt.Sprintf("step %q does not run on every node of this stage", p.step.ID), help}
}

// reach is the set of nodes of a stage, nil without a site.
func (l *loader) reach(here *Stage) []string {
	if l.site == nil {
		return nil
	}
	return nodeNames(l.site.Select(here.On))
}

// covers reports whether the step ran on every node of the stage here.
func covers(p past, here *Stage, reach []string) bool {
	if isControl(p.on) || isControl(here.On) {
		return isControl(p.on) && isControl(here.On)
	}
	if p.step.stage == here || here.ID == finallyID {
		return true
	}
	if p.step.stage != nil && p.step.stage.Pick != "" {
		return false
	}
	if reach == nil {
		return !slices.ContainsFunc(here.On, func(on string) bool { return !slices.Contains(p.on, on) })
	}
	return !slices.ContainsFunc(reach, func(n string) bool { return !slices.Contains(p.nodes, n) })
}

// missesSome names the step when not every node that nodes holds has run it.
func (l *loader) missesSome(p past, index int) string {
	for _, other := range l.past {
		if other.stage >= index || isControl(other.on) || other.step.stage == p.step.stage {
			continue
		}
		if !covers(p, other.step.stage, l.reach(other.step.stage)) {
			return p.step.ID
		}
	}
	return ""
}

func isControl(on []string) bool { return len(on) == 1 && on[0] == controllerName }
