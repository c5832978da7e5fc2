package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// target is what a change names: the whole of a stage or step, or a value in
// it; without a stage a value of the runbook itself.
type target struct {
	stage, step string
	path        []string
}

// entry is the stage or step, as messages name it.
func (t target) entry() string {
	if t.step == "" {
		return t.stage
	}
	return t.stage + "/" + t.step
}

func (t target) what() string {
	if t.step == "" {
		return "stage"
	}
	return "step"
}

// parseTarget reads STAGE, STAGE/STEP, and with .FIELD.FIELD what is in them.
// The runbook's own keys come before a stage of such a name.
func parseTarget(text string) target {
	words := strings.Split(text, ".")
	if slices.Contains(runbookKeys(), words[0]) {
		return target{path: words}
	}
	stage, step, _ := strings.Cut(words[0], "/")
	return target{stage: stage, step: step, path: words[1:]}
}

// runbookKeys are the keys of a runbook that set reaches.
func runbookKeys() []string {
	return []string{"title", "inputs", "vars", "locks", "on-failure", "deadline", "afterwards"}
}

// spot is where an entry stands in a list.
type spot struct {
	list  *yaml.Node
	index int
}

func (s spot) node() *yaml.Node { return s.list.Content[s.index] }

// find gives the place of a stage or step; it reports one that is not there.
func (m *merger) find(c *change, t target) (spot, bool) {
	if t.step == "" && t.stage != finallyID {
		if s, ok := search(valueOf(m.root, "stages"), "stage", t.stage); ok {
			return s, true
		}
		return m.missing(c, t)
	}
	if s, ok := search(m.stepsOf(t.stage), "id", t.step); ok && t.step != "" {
		return s, true
	}
	return m.missing(c, t)
}

// stepsOf is the list of a stage's steps, nil when there is none.
func (m *merger) stepsOf(stage string) *yaml.Node {
	if stage == finallyID {
		return valueOf(m.root, finallyID)
	}
	s, ok := search(valueOf(m.root, "stages"), "stage", stage)
	if !ok {
		return nil
	}
	return valueOf(s.node(), "steps")
}

func search(list *yaml.Node, key, id string) (spot, bool) {
	for i, entry := range items(list) {
		if v := valueOf(entry, key); v != nil && v.Value == id {
			return spot{list, i}, true
		}
	}
	return spot{}, false
}

// missing says what became of a target: taken out, moved, or misspelt.
func (m *merger) missing(c *change, t target) (spot, bool) {
	if by := m.gone[t.entry()]; by != nil {
		m.at(c.at.node, codeTarget, fmt.Sprintf("overlay %q took %s %s out", by.overlay.name.Value, t.what(), t.entry()), m.shown(by.at.node))
		return spot{}, false
	}
	if m.beyond(c, t) {
		return spot{}, false
	}
	m.at(c.at.node, codeTarget, fmt.Sprintf("runbook %s has no %s %q", m.book, t.what(), t.entry()), cmp.Or(m.meant(c, t), m.elsewhere(t)))
	return spot{}, false
}

// elsewhere shows where the runbook has what may be meant.
func (m *merger) elsewhere(t target) string {
	known := map[string]*yaml.Node{}
	var names []string
	for _, stage := range m.stageIDs() {
		known[stage.Value] = stage
		if t.step == "" {
			names = append(names, stage.Value)
		}
		for _, step := range items(m.stepsOf(stage.Value)) {
			id := valueOf(step, "id")
			if id == nil {
				continue
			}
			if id.Value == t.step {
				return fmt.Sprintf("the step stands in stage %s now:\n%s", stage.Value, m.shown(id))
			}
			if known[stage.Value+"/"+id.Value] = id; t.step != "" {
				names = append(names, stage.Value+"/"+id.Value)
			}
		}
	}
	for _, list := range m.takenLists() {
		if step := list.step(t.step); step != nil {
			return fmt.Sprintf("the step stands in the list of stages %s now:\n%s", nameOf(list.doc.src), list.doc.shown(step))
		}
	}
	help := suggest(t.entry(), t.what()+"s", names)
	if near := Nearest(t.entry(), slices.Sorted(slices.Values(names))); near != "" {
		return help + "\n" + m.shown(known[near])
	}
	if stage := known[t.stage]; stage != nil {
		help += "\n" + m.shown(stage)
	}
	return help
}

// stageIDs are the ids of the stages; finally is one.
func (m *merger) stageIDs() []*yaml.Node {
	var out []*yaml.Node
	for _, entry := range items(valueOf(m.root, "stages")) {
		if id := valueOf(entry, "stage"); id != nil {
			out = append(out, id)
		}
	}
	if valueOf(m.root, finallyID) != nil {
		for i := 0; i+1 < len(m.root.Content); i += 2 {
			if m.root.Content[i].Value == finallyID {
				out = append(out, m.root.Content[i])
			}
		}
	}
	return out
}

// shown is a place with its line, for the help of a mistake elsewhere.
func (r *report) shown(n *yaml.Node) string { return r.docs.of(n).shown(n) }

func (d *document) shown(n *yaml.Node) string { return d.shownAt(d.pos(n)) }

func (d *document) shownAt(pos Pos) string {
	text, ok := d.shows().at(pos.Line)
	if !ok {
		return pos.String()
	}
	line, _ := window([]rune(strings.TrimSpace(text)), 1, maxShown)
	return fmt.Sprintf("%s: %s", pos, line)
}

// keyNode is the i-th word of a target's path as a key that stands there.
func (m *merger) keyNode(c *change, t target, i int) *yaml.Node {
	key := m.docs.like(&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: t.path[i]}, c.at.node)
	text := strings.Join(t.path[i:], ".")
	pos := m.docs.of(c.at.node).locate(c.at.node, utf8.RuneCountInString(strings.TrimSuffix(c.at.Value, text)))
	key.Line, key.Column = pos.Line, pos.Col
	return key
}
