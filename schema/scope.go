package schema

import (
	"fmt"
	"maps"
)

// scope is what an expression may see at its place, by static type.
type scope struct {
	roots map[string]*typ
	away  map[string]away // roots that exist, but not here

	closed string // why no secret can be read here, "" where one can
	ofSite *Site  // whose nodes and groups there are, nil where that is not known
}

// names are the roots that can be written.
func (s *scope) names() []string {
	var out []string
	for name := range s.roots {
		if name != controllerRoot {
			out = append(out, name)
		}
	}
	return out
}

// with is the scope with one more root.
func (s *scope) with(name string, t *typ) *scope {
	out := &scope{roots: maps.Clone(s.roots), away: maps.Clone(s.away), closed: s.closed, ofSite: s.ofSite}
	if out.roots == nil {
		out.roots = map[string]*typ{}
	}
	out.roots[name] = t
	delete(out.away, name)
	return out
}

// without is the scope where these roots exist but cannot be used.
func (s *scope) without(why string, names ...string) *scope {
	out := &scope{roots: maps.Clone(s.roots), away: maps.Clone(s.away), closed: s.closed, ofSite: s.ofSite}
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
		"inputs", "node", "run", "stage", "item", "steps", "nodes", "failure", "attempt", "exit", "secrets")
}

// stageScope is what every step of a stage may use.
func stageScope(inputs, vars, secrets *typ) *scope {
	text := scalarType(tString)
	s := &scope{roots: map[string]*typ{
		"inputs": inputs,
		"vars":   vars,
		"site":   siteType(),
		"node":   object("field", map[string]*typ{"name": text, "address": text, "groups": listOf(text)}),
		"run":    object("field", map[string]*typ{"id": text}),
		"stage":  object("field", map[string]*typ{"nodes": listOf(text)}),

		"secrets": secrets,
	}}
	s = s.without("item stands in a step with for-each, and not in its for-each", "item")
	return s.without("it is known only in retry.if", "failure", "attempt", "exit")
}

// Failures are the values of `failure`: the engine's classes, which a test compares.
func Failures() []string {
	return []string{"exit", "timeout", "connect", "auth", "host-key", "io", "space", "precondition", "cancelled"}
}

// retryScope adds what is known after a failed attempt.
func (s *scope) retryScope() *scope {
	failure := &typ{kind: tString, values: Failures()}
	return s.with("failure", failure).with("attempt", scalarType(tInt)).with("exit", scalarType(tInt))
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
	merged := make([]map[string]any, len(nodes))
	for i, n := range nodes {
		merged[i] = mergeVars(runbook, n, site)
		for name, v := range merged[i] {
			addVar(out, name, varType(v), n)
		}
	}
	for name := range out.fields {
		if _, bad := out.away[name]; bad {
			continue
		}
		for i, n := range nodes {
			if _, ok := merged[i][name]; !ok {
				out.away[name] = away{codeUnknown, fmt.Sprintf("node %s has no var %q", n.Name, name), "set it on every node of the stage, or for the site"}
				break
			}
		}
	}
	return out
}

// varType is any for a value with a mistake in it, which is reported.
func varType(v any) *typ {
	if v == nil {
		return scalarType(tAny)
	}
	return typeOfValue(v)
}

func addVar(vars *typ, name string, t *typ, n *Node) {
	old, ok := vars.fields[name]
	if !ok {
		vars.fields[name] = t
		return
	}
	if !sameType(old, t) {
		vars.away[name] = away{
			codeMismatch, fmt.Sprintf("var %q is %s on node %s and %s on others", name, a(t), n.Name, a(old)),
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
