package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// set puts a value where the path ends; what lies on the way must be there.
func (m *merger) set(c *change, t target) {
	m.exposed(c, t)
	at := m.root
	if len(t.path) == 0 || !slices.Contains(runbookKeys(), t.path[0]) || t.stage != "" {
		s, ok := m.find(c, t)
		if !ok || !m.settable(c, t) {
			return
		}
		at = s.node()
	}
	if t.step != "" && !m.sameKind(c, t, at) {
		return
	}
	for i := range t.path[:len(t.path)-1] {
		next := valueOf(at, t.path[i])
		if next == nil || next.Kind != yaml.MappingNode {
			m.noWay(c, t, i, at, next)
			return
		}
		at = next
	}
	last := len(t.path) - 1
	old := valueOf(at, t.path[last])
	m.stillWas(c, old)
	if !m.claim(c, c.at.Value) {
		return
	}
	m.layers[c.To] = append(m.passed(old), m.layer(c, c.To))
	put(at, m.keyNode(c, t, last), c.To)
	m.weakens(c, t)
	words := fmt.Sprintf("sets %s to %s", c.at.Value, oneLine(c.To))
	if c.Because.Value != "" {
		words += " (" + c.Because.Value + ")"
	}
	m.say(c, words)
}

// exposed refuses a secret that a change writes out: it stands under the last
// word of its target. The default of an input of type secret is a name.
func (m *merger) exposed(c *change, t target) {
	if len(t.path) == 0 {
		return
	}
	name := t.path[len(t.path)-1]
	if t.path[0] == "inputs" && len(t.path) == 3 && name == "default" {
		name = t.path[1]
		if kind := valueOf(valueOf(valueOf(m.root, "inputs"), name), "type"); kind != nil && kind.Value == "secret" {
			return
		}
	}
	for _, n := range []*yaml.Node{c.To, c.Was} {
		if n != nil {
			(&guard{doc: m.docs.of(n), report: m.report}).visit(n, name)
		}
	}
}

// settable refuses a whole entry, and lists that the other verbs change.
func (m *merger) settable(c *change, t target) bool {
	switch {
	case len(t.path) == 0:
		m.at(c.at.node, codeChange, fmt.Sprintf("set takes a value, not a whole %s", t.what()), fmt.Sprintf("write %s.FIELD, or use replace", t.entry()))
	case t.step == "" && slices.Contains([]string{"steps", "stage"}, t.path[0]), t.step != "" && t.path[0] == "id":
		m.at(c.at.node, codeChange, "steps and ids are not set", "use insert-before, insert-after, replace, remove or skip")
	default:
		return true
	}
	return false
}

// sameKind reports a path into the arguments of a kind that the step no
// longer is.
func (m *merger) sameKind(c *change, t target, step *yaml.Node) bool {
	kind := kindKey(step)
	slip := len(t.path) == 1 && Nearest(t.path[0], stepKeys()) != ""
	if slip || isStepKey(t.path[0]) || kind == nil || kind.Value == t.path[0] {
		return true
	}
	if m.inKind(c, t) || m.slipped(c, t, kind.Value) {
		return false
	}
	m.at(m.keyNode(c, t, 0), codeWas, fmt.Sprintf("step %s is a %s now, not a %s", t.entry(), kind.Value, t.path[0]), "the runbook has it as:\n"+m.shown(kind))
	return false
}

// noWay reports a path that leads nowhere.
func (m *merger) noWay(c *change, t target, i int, at, found *yaml.Node) {
	key := m.keyNode(c, t, i)
	if found != nil {
		m.at(key, codeTarget, fmt.Sprintf("there is nothing below %q: it is a value by itself", t.path[i]),
			fmt.Sprintf("set %s as a whole; the runbook has it as:\n%s", strings.TrimSuffix(c.at.Value, "."+strings.Join(t.path[i+1:], ".")), m.shown(found)))
		return
	}
	var known []string
	for j := 0; j+1 < len(at.Content); j += 2 {
		known = append(known, at.Content[j].Value)
	}
	help := suggest(t.path[i], "there are", known)
	if at := strings.TrimSuffix(c.at.Value, "."+strings.Join(t.path[i+1:], ".")); slices.Contains(m.mayStand(t, i), t.path[i]) {
		help = fmt.Sprintf("it is not written there: set it as a whole, set: %s, to: %s", at, nested(t.path[i+1:], oneLine(c.To)))
	}
	if step, ok := search(valueOf(at, "steps"), "id", t.path[i]); ok {
		help, at = fmt.Sprintf("it is a step: %s/%s", t.entry(), strings.Join(t.path[i:], ".")), step.node()
	}
	m.at(key, codeTarget, fmt.Sprintf("there is no %q to change a part of", t.path[i]), help+"\n"+m.shown(at))
}

// mayStand are the keys that could stand at the i-th word of a path.
func (m *merger) mayStand(t target, i int) []string {
	switch {
	case i == 0 && t.stage == "":
		return runbookKeys()
	case i == 0 && t.step == "":
		return fieldNames(reflect.TypeFor[stageFile]())
	case i == 0:
		return stepKeys()
	case i == 1 && t.step != "":
		k, _ := m.kind(t.path[0])
		return fieldNames(k.argsType())
	}
	return nil
}

// nested writes a value as the one at the end of a path.
func nested(path []string, value string) string {
	for _, key := range slices.Backward(path) {
		value = "{" + key + ": " + value + "}"
	}
	return value
}

// stillWas compares what the overlay says stood there. The new value is put there all the same: what is wrong with that is told,
// too.
func (m *merger) stillWas(c *change, old *yaml.Node) {
	switch {
	case c.Was == nil:
	case old == nil:
		m.at(c.Was, codeWas, fmt.Sprintf("%s has no value now", c.at.Value), "take `was` out, or see what became of it")
	case !reflect.DeepEqual(bare(c.Was), bare(old)):
		m.at(c.Was, codeWas, fmt.Sprintf("%s is %s now", c.at.Value, oneLine(old)), "the runbook has it as:\n"+m.shown(old))
	}
}

// bare is a value without places, for comparison.
func bare(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		out := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			out[n.Content[i].Value] = bare(n.Content[i+1])
		}
		return out
	case yaml.SequenceNode:
		out := make([]any, len(n.Content))
		for i, c := range n.Content {
			out[i] = bare(c)
		}
		return out
	}
	return n.ShortTag() + " " + n.Value
}
