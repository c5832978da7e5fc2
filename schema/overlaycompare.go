package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// forget notes what is no longer there, for whoever still refers to it.
func (m *merger) forget(c *change, t target, old, now *yaml.Node) {
	if t.step != "" {
		if now == nil || valueOf(now, "id") == nil || valueOf(now, "id").Value != t.step {
			m.gone[t.entry()], m.gone[t.step] = c, c
		}
		return
	}
	if now == nil {
		m.gone[t.stage] = c
	}
	for _, id := range idsOf(valueOf(old, "steps")) {
		if _, kept := search(valueOf(now, "steps"), "id", id); !kept {
			m.gone[t.stage+"/"+id], m.gone[id] = c, c
		}
	}
}

// same reports a step that changed its kind since, or a stage its steps.
func (m *merger) same(c *change, t target, old *yaml.Node) bool {
	if t.step != "" {
		kind := m.kindOf(old)
		if c.Was.Kind == yaml.ScalarNode && c.Was.Value == kind {
			return true
		}
		m.at(c.Was, codeWas, fmt.Sprintf("step %s is a %s now", t.entry(), kind), "the runbook has it as:\n"+m.shown(cmp.Or(kindKey(old), old))+"\nif that is what it is for, write was: "+kind)
		return false
	}
	now := idsOf(valueOf(old, "steps"))
	var due []string
	for _, n := range items(c.Was) {
		due = append(due, n.Value)
	}
	if slices.Equal(due, now) {
		return true
	}
	m.at(c.Was, codeWas, fmt.Sprintf("stage %s has other steps now", t.stage),
		fmt.Sprintf("the runbook has it as:\n%s\nwrite was: [%s]", m.shown(old), strings.Join(now, ", ")))
	return false
}

// kindOf is the key of a step that is its kind, "" when there is none.
func (m *merger) kindOf(step *yaml.Node) string {
	if key := kindKey(step); key != nil {
		return key.Value
	}
	return ""
}

func kindKey(step *yaml.Node) *yaml.Node {
	if step == nil || step.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(step.Content); i += 2 {
		if !isStepKey(step.Content[i].Value) {
			return step.Content[i]
		}
	}
	return nil
}

// claim notes that a change decides a value. Two overlays that decide the same
// are a mistake, unless the later one says so.
func (m *merger) claim(c *change, path string) bool {
	before := m.below[path]
	for at := path; before == nil && at != ""; at = at[:max(0, strings.LastIndexAny(at, "./"))] {
		before = m.touched[at]
	}
	switch {
	case c.Over.node != nil && !slices.ContainsFunc(m.overlays, func(o *overlay) bool { return o.name.Value == c.Over.Value }):
		m.at(c.Over.node, codeTwoChanges, fmt.Sprintf("there is no overlay %q before this one", c.Over.Value), "take `over` out, or name the earlier overlay whose change this one replaces")
		return false
	case before == nil && c.Over.node != nil:
		m.at(c.Over.node, codeTwoChanges, fmt.Sprintf("overlay %q does not change %s", c.Over.Value, path), "take `over` out")
		return false
	case before != nil && before.overlay == c.overlay:
		m.at(c.at.node, codeTwoChanges, fmt.Sprintf("this overlay changes %s already", path), m.shown(before.at.node)+"\ntake one of them out")
		return false
	case before != nil && (c.Over.node == nil || c.Over.Value != before.overlay.name.Value):
		m.at(c.at.node, codeTwoChanges, fmt.Sprintf("overlay %q changes %s as well", before.overlay.name.Value, path),
			fmt.Sprintf("%s\ntake one of them out, or say that this one holds: over: %s", m.shown(before.at.node), before.overlay.name.Value))
		return false
	}
	m.touched[path] = c
	for at := path; at != ""; at = at[:max(0, strings.LastIndexAny(at, "./"))] {
		m.below[at] = c
	}
	return true
}
