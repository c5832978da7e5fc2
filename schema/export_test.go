package schema

import "gopkg.in/yaml.v3"

// NodesOf counts the keys and values of a text as the decoder gets it, with every alias written out, and those that its
// YAML has before: what is visited.
func NodesOf(src Source) (nodes int) {
	doc := parse(src, &report{})
	if doc.root == nil {
		return 0
	}
	var visit func(n *yaml.Node)
	visit = func(n *yaml.Node) {
		nodes++
		for _, c := range n.Content {
			visit(c)
		}
	}
	visit(doc.root)
	return nodes
}

// MaxNodes is the most that a text may have of them.
const MaxNodes = maxNodes
