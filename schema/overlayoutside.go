package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// beyond says of a target that is not in the runbook's own text where it
// stands, and what to do instead; false when it stands nowhere.
func (m *merger) beyond(c *change, t target) bool { return m.inKind(c, t) || m.inList(c, t) }

// takenList is a list of stages that the runbook includes, by way of others or
// not.
type takenList struct {
	doc   *document
	entry string // the include, with its place
}

// takenLists are those of the runbook as it is now.
func (m *merger) takenLists() []takenList {
	var out []takenList
	include := func(doc *document, entries []*yaml.Node) {
		for _, entry := range entries {
			name := valueOf(entry, "include")
			if name == nil {
				continue
			}
			list := m.side(m.sources.Includes, name.Value)
			if list != nil && !slices.ContainsFunc(out, func(l takenList) bool { return l.doc == list }) {
				out = append(out, takenList{list, cmp.Or(doc, m.docs.of(entry)).shown(entry)})
			}
		}
	}
	include(nil, items(valueOf(m.root, "stages"))) // each entry may be of another overlay
	for i := 0; i < len(out); i++ {
		include(out[i].doc, items(valueOf(out[i].doc.root, "stages")))
	}
	return out
}

// side reads a text that is only shown; its mistakes are told where it is used.
func (m *merger) side(list []Source, name string) *document {
	i := slices.IndexFunc(list, func(s Source) bool { return nameOf(s) == name })
	if i < 0 {
		return nil
	}
	if m.sides[list[i].Name] == nil {
		m.sides[list[i].Name] = parse(list[i], &report{})
	}
	if doc := m.sides[list[i].Name]; doc.root != nil {
		return doc
	}
	return nil
}

// inList reports a target in a list of stages.
func (m *merger) inList(c *change, t target) bool {
	for _, list := range m.takenLists() {
		stage, ok := search(valueOf(list.doc.root, "stages"), "stage", t.stage)
		if !ok {
			continue
		}
		at, named := stage.node(), target{stage: t.stage}
		if step, ok := search(valueOf(at, "steps"), "id", t.step); ok {
			at, named = step.node(), t
		}
		m.at(c.at.node, codeTarget, fmt.Sprintf("%s %s comes from the list of stages %s, which an overlay does not reach into", named.what(), named.entry(), nameOf(list.doc.src)),
			fmt.Sprintf("%s\nincluded at %s\nchange %s, for every runbook that includes it; or copy it to a list of another name, change that, and include it instead",
				list.doc.shown(at), list.entry, list.doc.src.Name))
		return true
	}
	return false
}

// step is one of that id in any stage of the list, nil for none.
func (l takenList) step(id string) *yaml.Node {
	for _, stage := range items(valueOf(l.doc.root, "stages")) {
		if s, ok := search(valueOf(stage, "steps"), "id", id); ok {
			return s.node()
		}
	}
	return nil
}

// inKind reports a target inside a step that is made of steps.
func (m *merger) inKind(c *change, t target) bool {
	ids := append(strings.Split(t.step, "/"), t.path...) // the plan puts dots between them
	use, ok := search(m.stepsOf(t.stage), "id", ids[0])
	if !ok {
		return false
	}
	var kind *document
	step, at := use.node(), ""
	for _, id := range ids[1:] {
		next := m.side(m.sources.Kinds, m.kindOf(step))
		if next == nil {
			break
		}
		inner, ok := search(valueOf(next.root, "steps"), "id", id)
		if !ok {
			break
		}
		kind, step, at = next, inner.node(), next.shown(inner.node())
	}
	if kind == nil {
		return false
	}
	m.at(c.at.node, codeTarget, fmt.Sprintf("step %s stands inside a step of kind %s, which an overlay does not reach into", valueOf(step, "id").Value, nameOf(kind.src)),
		fmt.Sprintf("%s\nused at %s\n%schange %s, for every step of the kind; or insert its steps, changed, beside %s, and remove that",
			at, m.shown(use.node()), m.settableArgs(t.stage+"/"+ids[0], use.node()), kind.src.Name, t.stage+"/"+ids[0]))
	return true
}

// settableArgs names the arguments of a composite step, which set reaches.
func (m *merger) settableArgs(path string, step *yaml.Node) string {
	kind := m.kindOf(step)
	inputs := valueOf(m.side(m.sources.Kinds, kind).root, "inputs")
	var paths []string
	for i := 0; inputs != nil && i+1 < len(inputs.Content); i += 2 {
		paths = append(paths, fmt.Sprintf("%s.%s.%s", path, kind, inputs.Content[i].Value))
	}
	if len(paths) == 0 {
		return ""
	}
	return "set an argument: " + strings.Join(paths, ", ") + "; or "
}
