package schema

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// Effective gives the runbook as its overlays left it, as YAML: what is not
// from the runbook's own text says in a comment where it is from. Lists of
// stages and kinds stand in it by their names. It loads to the same value,
// without the overlays.
func (r *Runbook) Effective() (string, error) {
	if r.merged == nil {
		return string(r.Sources.Runbook.Data), nil
	}
	e := &effective{docs: r.docs, layers: r.merged.layers}
	root, _ := e.copy(r.root)
	head := "from " + r.Sources.Runbook.Name + "\n" + strings.Join(r.Layers(), "\n")
	text, err := e.write(root, head)
	if err == nil && !sameText(text, r.root) {
		// The library lost its way among the comments of the runbook.
		e.bare = true
		root, _ = e.copy(r.root)
		text, err = e.write(root, head)
	}
	if err == nil && !sameText(text, r.root) {
		return "", fmt.Errorf("runbook %s cannot be written as one text: %s", r.Name, r.Sources.Runbook.Name)
	}
	return text, err
}

// effective copies a tree for writing; bare leaves the comments of the texts out.
type effective struct {
	docs   *docs
	layers map[*yaml.Node][]Layer
	bare   bool
}

// copy gives a tree with comments of origin; touched says that there is one
// in it: then it is written over several lines.
func (e *effective) copy(n *yaml.Node) (out *yaml.Node, touched bool) {
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	if e.bare || c.Style&yaml.FlowStyle != 0 {
		c.HeadComment, c.LineComment, c.FootComment = "", "", ""
	}
	for i, child := range n.Content {
		inner, below := e.copy(child)
		c.Content[i] = inner
		if origin := e.origin(child); origin != "" {
			at := inner
			if n.Kind == yaml.MappingNode && i%2 == 1 {
				at = c.Content[i-1]
			}
			at.HeadComment, below = bothLines(at.HeadComment, origin), true
		}
		touched = touched || below
	}
	if touched {
		c.Style &^= yaml.FlowStyle
	}
	return &c, touched
}

func bothLines(a, b string) string { return strings.TrimLeft(a+"\n"+b, "\n") }

// origin is the comment of a value that an overlay decided.
func (e *effective) origin(n *yaml.Node) string {
	list := e.layers[n]
	if len(list) == 0 {
		return ""
	}
	last := list[len(list)-1]
	text := "# " + clean(last.From+", "+last.Pos.String())
	if len(list) > 1 && n.Kind == yaml.ScalarNode {
		text += "; was " + clean(list[len(list)-2].Value)
	}
	if last.Because != "" {
		text += ": " + clean(last.Because)
	}
	return text
}

// clean keeps text within one line of a comment.
func clean(text string) string { return strings.Join(strings.Fields(printable(text)), " ") }

func (e *effective) write(root *yaml.Node, head string) (string, error) {
	var b bytes.Buffer
	for line := range strings.SplitSeq(head, "\n") {
		b.WriteString("# " + clean(line) + "\n")
	}
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return "", fmt.Errorf("effective runbook: %w", err)
	}
	return b.String(), nil
}

// sameText compares a written text with the tree that it was written from.
func sameText(text string, root *yaml.Node) bool {
	var doc yaml.Node
	if yaml.Unmarshal([]byte(text), &doc) != nil || len(doc.Content) != 1 {
		return false
	}
	return reflect.DeepEqual(bare(doc.Content[0]), bare(root))
}
