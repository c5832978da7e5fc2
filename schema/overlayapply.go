package schema

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// apply makes one change; one that cannot be made leaves the tree as it is.
func (m *merger) apply(c *change) {
	t := parseTarget(c.at.Value)
	if m.unreached(c, t) {
		return
	}
	if c.verb == "set" {
		m.set(c, t)
		return
	}
	if t.stage == "" || len(t.path) > 0 {
		if m.inKind(c, t) {
			return
		}
		m.at(c.at.node, codeChange, fmt.Sprintf("%s takes a step or a stage, not a value", c.verb), "write STAGE/STEP, or STAGE")
		return
	}
	s, ok := m.find(c, t)
	if !ok {
		return
	}
	switch c.verb {
	case "replace":
		m.replace(c, t, s)
	case "remove":
		m.remove(c, t, s)
	case "skip":
		m.skip(c, t, s)
	default:
		m.insert(c, t, s)
	}
}

// insert puts steps beside a step, or stages beside a stage.
func (m *merger) insert(c *change, t target, s spot) {
	list, key, other := c.Steps, "steps", c.Stages
	if t.step == "" {
		list, key, other = c.Stages, "stages", c.Steps
	}
	if other != nil || list == nil {
		m.at(c.at.node, codeChange, fmt.Sprintf("beside the %s %s only %s can be inserted", t.what(), t.entry(), key), insertHelp(t, key, other))
		return
	}
	if list.Kind != yaml.SequenceNode {
		m.wrongShape(list, "list")
		return
	}
	if len(list.Content) == 0 {
		m.at(list, codeChange, "nothing to insert", key+": a list")
		return
	}
	at, anchor := s.index, s.node()
	if c.verb == "insert-after" {
		at += 1 + m.behind[anchor]
		m.behind[anchor] += len(list.Content)
	}
	for _, n := range list.Content {
		m.layers[n] = []Layer{m.layer(c, n)}
	}
	s.list.Content = slices.Insert(s.list.Content, at, list.Content...)
	m.say(c, "inserts "+strings.Join(idsOf(list), ", ")+" "+strings.TrimPrefix(c.verb, "insert-")+" "+t.entry())
}

// insertHelp says what is to be written where other steps or stages stand beside the target.
func insertHelp(t target, key string, other *yaml.Node) string {
	switch {
	case other == nil:
		return "write what: " + key + ": [...]"
	case t.step == "":
		return "write stages: [{stage: NAME, on: GROUP, steps: [...]}], or name a step of it as the target"
	}
	return "write steps: [...]; stages are inserted beside a stage: " + t.stage
}

func idsOf(list *yaml.Node) []string {
	var out []string
	for _, n := range items(list) {
		for _, key := range []string{"id", "stage", "include"} {
			if id := valueOf(n, key); id != nil {
				out = append(out, id.Value)
				break
			}
		}
	}
	return out
}

// replace puts another step or stage in the place of one.
func (m *merger) replace(c *change, t target, s spot) {
	old := s.node()
	if !m.same(c, t, old) || !m.claim(c, t.entry()) {
		return
	}
	if c.By.Kind != yaml.MappingNode {
		m.wrongShape(c.By, "mapping")
		return
	}
	if t.step == "" || m.kindOf(c.By) != m.kindOf(old) {
		m.guards(c, t, old, "replaces")
	}
	m.layers[c.By] = append(m.passed(old), m.layer(c, c.By))
	s.list.Content[s.index] = c.By
	m.forget(c, t, old, c.By)
	m.say(c, "replaces "+t.entry())
}

// remove takes a step or stage out.
func (m *merger) remove(c *change, t target, s spot) {
	old := s.node()
	if !m.same(c, t, old) || !m.claim(c, t.entry()) {
		return
	}
	m.guards(c, t, old, "removes")
	m.forget(c, t, old, nil)
	s.list.Content = slices.Delete(s.list.Content, s.index, s.index+1)
	m.say(c, fmt.Sprintf("removes %s (%s)", t.entry(), c.Because.Value))
}

// skip gives a step, or each of a stage, the reason why it is not run.
func (m *merger) skip(c *change, t target, s spot) {
	if !m.same(c, t, s.node()) {
		return
	}
	steps := []*yaml.Node{s.node()}
	if t.step == "" {
		steps = items(valueOf(s.node(), "steps"))
	}
	for _, step := range steps {
		id := valueOf(step, "id")
		if id == nil || !m.claim(c, t.stage+"/"+id.Value+".skip") {
			continue
		}
		reason := *c.Because.node
		m.docs.like(&reason, c.Because.node)
		key := m.docs.like(&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "skip"}, c.at.node)
		m.layers[&reason] = []Layer{m.layer(c, &reason)}
		put(step, key, &reason)
	}
	m.say(c, fmt.Sprintf("skips %s (%s)", t.entry(), c.Because.Value))
}

// put sets a key of a mapping and gives its former value, nil when it is new.
func put(n, key, value *yaml.Node) (old *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key.Value {
			old, n.Content[i+1] = n.Content[i+1], value
			return old
		}
	}
	n.Content = append(n.Content, key, value)
	return nil
}
