package schema

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// Written gives the step's condition, where that waits for outputs, and its arguments, as they stand in the text with their
// expressions, a line each: what can be shown of a task before the steps ran whose outputs it takes.
func (s *Step) Written() []string {
	var out []string
	if s.whenLate {
		out = append(out, "when: "+clean(s.when.String()))
	}
	if s.args == nil {
		return out
	}
	raw, err := yaml.Marshal(inFlow(s.args))
	if err != nil {
		return append(out, clean(err.Error()))
	}
	return append(out, s.Kind+": "+clean(strings.TrimSpace(string(raw))))
}

// inFlow copies a tree so that it is written in one line, without comments, and with what an alias stands for.
func inFlow(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	c := &yaml.Node{Kind: n.Kind, Tag: n.Tag, Value: n.Value, Style: yaml.FlowStyle}
	if n.Kind == yaml.ScalarNode {
		if c.Style = n.Style; n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 || strings.Contains(n.Value, "\n") {
			c.Style = yaml.DoubleQuotedStyle
		}
	}
	for _, child := range n.Content {
		c.Content = append(c.Content, inFlow(child))
	}
	return c
}
