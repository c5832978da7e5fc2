package schema

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

// maxCopies bounds the nodes that aliases add to a tree.
const maxCopies = 50_000

// flatten writes out all aliases, so that a change of one place changes no
// other. It reports a text whose aliases stand for too much.
func (r *report) flatten(root *yaml.Node) bool {
	f := &flattener{docs: r.docs}
	f.children(root)
	if f.copies > maxCopies {
		r.at(root, codeTooLarge, fmt.Sprintf("the aliases stand for more than %d values, which cannot be changed by an overlay", maxCopies), "")
	}
	return f.copies <= maxCopies
}

type flattener struct {
	docs   *docs
	copies int
}

func (f *flattener) children(n *yaml.Node) {
	f.unname(n)
	for i, c := range n.Content {
		if c.Kind == yaml.AliasNode {
			n.Content[i] = f.copy(c.Alias)
			continue
		}
		f.children(c)
	}
}

// unname takes an anchor off; the value still stands behind where it was.
func (f *flattener) unname(n *yaml.Node) {
	if n.Anchor != "" {
		n.Line, n.Column = f.docs.of(n).begin(n)
		n.Anchor = ""
	}
}

func (f *flattener) copy(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return f.copy(n.Alias)
	}
	f.unname(n)
	out := *n
	out.Content = nil
	f.docs.like(&out, n)
	if f.copies++; f.copies > maxCopies {
		return &out
	}
	for _, c := range n.Content {
		out.Content = append(out.Content, f.copy(c))
	}
	return &out
}
