package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Layer is one of the texts that decided a value.
type Layer struct {
	From    string `json:"from"` // what it is and its name: "runbook NAME", "overlay NAME", "kind NAME", "node NAME"; "default of …"; "--input"
	Pos     Pos    `json:"pos"`
	Value   string `json:"value"` // as YAML on one line, cut when it is long; "" = changed by those that follow
	Because string `json:"because,omitempty"`
}

func (m *merger) layer(c *change, n *yaml.Node) Layer {
	return Layer{From: "overlay " + c.overlay.name.Value, Pos: m.docs.pos(n), Value: oneLine(n), Because: c.Because.Value}
}

// passed are the layers that a value went through so far; nil for no value.
func (m *merger) passed(n *yaml.Node) []Layer {
	if n == nil {
		return nil
	}
	if list := m.layers[n]; list != nil {
		return list
	}
	return []Layer{{From: "runbook " + m.book, Pos: m.docs.pos(n), Value: oneLine(n)}}
}

// decided are the layers of what overlays decided within a value, each with
// the way to it.
func (m *merger) decided(n *yaml.Node, way string) []Layer {
	var out []Layer
	for i, c := range n.Content {
		key := ""
		switch {
		case n.Kind == yaml.MappingNode && i%2 == 0:
			continue
		case n.Kind == yaml.MappingNode:
			key = n.Content[i-1].Value
		case valueOf(c, "id") != nil:
			key = valueOf(c, "id").Value
		default:
			key = strconv.Itoa(i)
		}
		if list := m.layers[c]; len(list) > 0 {
			last := list[len(list)-1]
			last.Value = way + key + ": " + last.Value
			out = append(out, last)
		}
		out = append(out, m.decided(c, way+key+".")...)
	}
	return out
}

// say keeps a few words of what an overlay does, for the plan.
func (m *merger) say(c *change, words string) { c.overlay.said = append(c.overlay.said, words) }

// Layers says, a line each, which overlays and lists of stages took part, and
// what the overlays change.
func (r *Runbook) Layers() []string {
	var out []string
	if r.merged != nil {
		for _, o := range r.merged.overlays {
			out = append(out, fmt.Sprintf("overlay %s (%s): %s", o.name.Value, o.src.Name, cmp.Or(strings.Join(o.said, "; "), "changes nothing")))
		}
	}
	for _, src := range r.Sources.Includes {
		out = append(out, "includes the stages of "+src.Name)
	}
	return out
}

// Ungated says of each gate that an overlay takes away who does it and why.
func (r *Runbook) Ungated() []string { return slices.Clone(r.ungated) }

// took says which overlay removed a step that something still refers to.
func (m *merger) took(id string) *away {
	if m == nil || m.gone[id] == nil {
		return nil
	}
	c := m.gone[id]
	return &away{codeUnknown, fmt.Sprintf("overlay %q took step %q out", c.overlay.name.Value, id), m.shown(c.at.node)}
}

// guards warns of a gate that an overlay takes away: what was to be proved
// before the first change is no longer.
func (m *merger) guards(c *change, t target, old *yaml.Node, verb string) {
	steps := []*yaml.Node{old}
	if t.step == "" {
		steps = items(valueOf(old, "steps"))
	}
	for _, step := range steps {
		if kind := m.kindOf(step); m.isGate(kind) {
			m.ungate(c, fmt.Sprintf("overlay %s %s the gate %s (%s)", c.overlay.name.Value, verb, t.entry(), kind))
		}
	}
}

func (m *merger) isGate(kind string) bool {
	k, _ := m.kind(kind)
	return k.Gate
}

// weakens warns of a condition on a gate.
func (m *merger) weakens(c *change, t target) {
	s, ok := search(m.stepsOf(t.stage), "id", t.step)
	if !ok || (t.path[0] != "when" && t.path[0] != "skip") {
		return
	}
	if kind := m.kindOf(s.node()); m.isGate(kind) {
		m.ungate(c, fmt.Sprintf("overlay %s lets the gate %s (%s) be skipped", c.overlay.name.Value, t.entry(), kind))
	}
}

func (m *merger) ungate(c *change, message string) {
	m.ungated = append(m.ungated, message+because(c))
	m.warn(c.at.node, codeGate, message, "nothing proves any more that no data will be lost; the plan says so")
}

func because(c *change) string {
	if c.Because.node == nil {
		return ""
	}
	return ": " + c.Because.Value
}

// maxOneLine bounds a value that is shown in a line.
const maxOneLine = 120

// oneLine writes a value as YAML on one line, cut when it is long.
func oneLine(n *yaml.Node) string {
	text := flow(n, 0)
	if runes := []rune(text); len(runes) > maxOneLine {
		text = string(runes[:maxOneLine-1]) + "…"
	}
	return text
}

// flow writes brackets and braces; deeper than a few levels it stops.
func flow(n *yaml.Node, depth int) string {
	var parts []string
	for i, c := range n.Content {
		if depth > 4 || i > maxOneLine {
			parts = append(parts, "…")
			break
		}
		if n.Kind == yaml.SequenceNode {
			parts = append(parts, flow(c, depth+1))
		} else if i%2 == 1 {
			parts = append(parts, n.Content[i-1].Value+": "+flow(c, depth+1))
		}
	}
	switch n.Kind {
	case yaml.SequenceNode:
		return "[" + strings.Join(parts, ", ") + "]"
	case yaml.MappingNode:
		return "{" + strings.Join(parts, ", ") + "}"
	}
	if n.ShortTag() == "!!str" && n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 || strings.ContainsAny(n.Value, "\n\t") {
		return fmt.Sprintf("%q", n.Value)
	}
	return n.Value
}
