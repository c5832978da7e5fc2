package schema

import (
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// scalarEntry writes an entry whose value is a scalar or an alias.
func (p *printer) scalarEntry(e *entry, opening string, indent int) {
	switch {
	case absent(e.value):
		p.tailed(e, indent, opening)
	case p.isBlock(e.value):
		p.blockScalar(e, opening, indent)
	case p.several(e.value):
		p.folded(e, opening, indent)
	default:
		p.tailed(e, indent, opening+" "+p.raw(e.value))
	}
}

// folded writes a plain or quoted scalar over several lines: the blanks at the beginning of a line are no part of it.
func (p *printer) folded(e *entry, opening string, indent int) {
	lines := strings.Split(p.raw(e.value), "\n")
	p.line(indent, opening+" "+lines[0])
	for i, line := range lines[1:] {
		line = strings.TrimLeft(line, " \t")
		switch {
		case i == len(lines)-2:
			p.tailed(e, indent+2, line)
		case line == "":
			p.out = append(p.out, "")
		default:
			p.out = append(p.out, strings.Repeat(" ", indent+2)+line)
		}
	}
}

// blockScalar writes a scalar behind | or >, every line at its new indentation.
func (p *printer) blockScalar(e *entry, opening string, indent int) {
	extent := p.scalar(e.value)
	from, old := p.layout.line(extent.from)+1, p.blockIndent(e.value, extent.from)
	p.tailed(e, indent, opening+" "+p.sign(e.value, extent.from))
	for i := from; i <= p.layout.line(extent.to) && old >= 0 || i < from+p.kept(extent); i++ {
		line := p.lineText(i)
		if len(line) > old && old >= 0 {
			p.out = append(p.out, strings.Repeat(" ", indent+2)+line[old:])
		} else {
			p.out = append(p.out, "")
		}
	}
	p.open = p.keeps(extent.from)
}

// kept is how many lines a block scalar has that keeps its end, else 0.
func (p *printer) kept(e extent) int {
	if !p.keeps(e.from) {
		return 0
	}
	return p.layout.line(e.to) - p.layout.line(e.from)
}

// sign is the header of a block scalar for two blanks of indentation.
func (p *printer) sign(n *yaml.Node, from int) string {
	header := p.blockHeader(from)
	out := header[:1]
	inner, _ := firstIndent(strings.Split(n.Value, "\n"))
	if inner > 0 || strings.ContainsAny(header, "123456789") {
		out += "2"
	}
	switch {
	case strings.Contains(header, "+"):
		return out + "+"
	case strings.Contains(header, "-"), n.Value != "" && !strings.HasSuffix(n.Value, "\n"):
		return out + "-"
	}
	return out
}

// fits tells whether a flow value can stand on the line of its entry.
func (p *printer) fits(e *entry, indent int) bool {
	inner := p.branches[e.value]
	if len(inner.entries) == 0 {
		return true
	}
	if !inner.flow || inner.broken || p.manyLines(e.value) {
		return false
	}
	return indent+utf8.RuneCountInString(p.opening(e)+" "+p.flowText(e.value)) <= maxWidth
}

// manyLines tells whether a scalar below goes over several lines.
func (p *printer) manyLines(n *yaml.Node) bool {
	if n.Kind == yaml.ScalarNode {
		return p.several(n)
	}
	return slices.ContainsFunc(n.Content, p.manyLines)
}

// flowText is a value on one line, without its anchor.
func (p *printer) flowText(n *yaml.Node) string {
	in := p.branches[n]
	if in == nil {
		return p.raw(n)
	}
	var words []string
	for _, e := range in.entries {
		word := p.flowText(e.value)
		if e.value.Anchor != "" {
			word = "&" + e.value.Anchor + " " + word
		}
		if e.key != nil {
			word = p.withAnchor(e.key) + ": " + word
		}
		words = append(words, word)
	}
	if n.Kind == yaml.SequenceNode {
		return "[" + strings.Join(words, ", ") + "]"
	}
	return "{" + strings.Join(words, ", ") + "}"
}

// column gives the one-line values of a table their common column: entries that follow one another without a comment
// or a blank line between them.
func (p *printer) column(in *branch, indent int) map[*entry]int {
	out := map[*entry]int{}
	if in.shape == nil || !in.shape.table {
		return out
	}
	var run []*entry
	widest := 0
	end := func() {
		for _, e := range run {
			out[e] = widest
		}
		run, widest = nil, 0
	}
	for _, e := range in.entries {
		inner := p.branches[e.value]
		if len(e.head) > 0 || e.gap {
			end()
		}
		if inner == nil || inner.node.Kind != yaml.MappingNode || !p.fits(e, indent) {
			end()
			continue
		}
		run, widest = append(run, e), max(widest, utf8.RuneCountInString(p.opening(e)))
	}
	end()
	return out
}
