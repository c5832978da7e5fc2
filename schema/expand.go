package schema

import "gopkg.in/yaml.v3"

// expand writes out all aliases. From here on each value stands at one place,
// so no rule that tells places apart is fooled, and a change of one place
// changes no other. What that takes is bounded when the text is read.
func (d *document) expand() {
	if d.root == nil {
		return
	}
	d.aliases = map[*yaml.Node]*yaml.Node{}
	d.expandBelow(d.root)
}

func (d *document) expandBelow(n *yaml.Node) {
	d.unname(n)
	for i, c := range n.Content {
		if c.Kind == yaml.AliasNode {
			n.Content[i] = d.copied(c.Alias, c)
			continue
		}
		d.expandBelow(c)
	}
}

// unname takes an anchor off; the value still stands behind where it was.
func (d *document) unname(n *yaml.Node) {
	if n.Anchor != "" {
		n.Line, n.Column = d.begin(n)
		n.Anchor = ""
	}
}

// copied is a value once more, for the outermost alias that stands for it.
func (d *document) copied(n, alias *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return d.copied(n.Alias, alias)
	}
	d.unname(n)
	out := *n
	d.aliases[&out] = alias
	out.Content = make([]*yaml.Node, len(n.Content))
	for i, c := range n.Content {
		out.Content[i] = d.copied(c, alias)
	}
	return &out
}
