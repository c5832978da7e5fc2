package schema

import "gopkg.in/yaml.v3"

// Sources are the texts that a runbook is made from: itself, and what a site
// adds to it. Load takes from Includes and Kinds what is asked for by name;
// overlays of other runbooks are left alone.
type Sources struct {
	Runbook  Source
	Overlays []Source // applied in this order
	Includes []Source // lists of stages
	Kinds    []Source // composite kinds
}

// All gives every text, the runbook first: what Render finds lines in.
func (s Sources) All() []Source {
	out := []Source{s.Runbook}
	for _, list := range [][]Source{s.Overlays, s.Includes, s.Kinds} {
		out = append(out, list...)
	}
	return out
}

// docs are the documents that one tree is made of. Its nodes stand in main,
// but for those that came from another text.
type docs struct {
	main *document
	from map[*yaml.Node]*document
}

func docsOf(main *document) *docs { return &docs{main: main, from: map[*yaml.Node]*document{}} }

// add makes a text's nodes known, so that mistakes in them are shown there.
func (d *docs) add(doc *document) {
	d.mark(doc.root, doc)
	for _, alias := range doc.aliases {
		d.from[alias] = doc
	}
}

func (d *docs) mark(n *yaml.Node, doc *document) {
	if n == nil || d.from[n] != nil {
		return
	}
	d.from[n] = doc
	for _, c := range n.Content {
		d.mark(c, doc)
	}
}

// like lets a made node stand where another does.
func (d *docs) like(made, other *yaml.Node) *yaml.Node {
	made.Line, made.Column = other.Line, other.Column
	if doc := d.from[other]; doc != nil {
		d.from[made] = doc
	}
	return made
}

// of is the document in which a node stands.
func (d *docs) of(n *yaml.Node) *document {
	if doc := d.from[n]; doc != nil {
		return doc
	}
	return d.main
}

// used is where a value is used: the alias that stands for it, or the value itself.
func (d *docs) used(n *yaml.Node) *yaml.Node {
	if alias := d.of(n).aliases[n]; alias != nil {
		return alias
	}
	return n
}

func (d *docs) pos(n *yaml.Node) Pos { return d.of(n).pos(n) }
