package schema

import (
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// maxWidth is how wide a flow value may make its line, in characters.
const maxWidth = 120

// printer writes a layout line by line.
type printer struct {
	*layout
	out  []string
	lead string // what stands before the next line instead of its indentation: dashes
	open bool   // a blank line would belong to the scalar above
}

// print gives the whole text.
func (l *layout) print() []byte {
	p := &printer{layout: l}
	root := l.branches[l.doc.root]
	top := takeTop(root.entries[0])
	l.arrange(root)
	p.comments(top, 0, true)
	if len(top) > 0 && len(root.entries[0].head) == 0 && root.entries[0].gap {
		p.blank()
	}
	p.entries(root, 0)
	return []byte(strings.Join(p.out, "\n") + "\n")
}

func (p *printer) entries(in *branch, indent int) {
	width := p.column(in, indent)
	for i, e := range in.entries {
		p.comments(e.head, indent, i == 0 && len(p.out) == 0)
		if e.gap && (i > 0 || len(e.head) > 0) {
			p.blank()
		}
		p.entry(e, indent, width[e])
	}
	p.comments(in.foot, indent, false)
}

// comments writes comments on lines of their own; the first line of a text is never blank.
func (p *printer) comments(list []*remark, indent int, first bool) {
	for i, r := range list {
		if r.gap && (i > 0 || !first) {
			p.blank()
		}
		p.line(indent, r.text)
	}
}

// blank writes a blank line, never two of them and none below an opening key.
func (p *printer) blank() {
	if n := len(p.out); n > 0 && p.out[n-1] != "" && p.lead == "" && !p.open {
		p.out = append(p.out, "")
	}
}

func (p *printer) line(indent int, text string) {
	p.out = append(p.out, strings.TrimRight(p.before(indent)+text, " "))
	p.lead, p.open = "", false
}

// before is what the next line begins with.
func (p *printer) before(indent int) string {
	if p.lead != "" {
		return p.lead
	}
	return strings.Repeat(" ", indent)
}

// entry writes one entry; width is how far its key is filled up, 0 for not at all.
func (p *printer) entry(e *entry, indent, width int) {
	opening, inner := p.opening(e), p.branches[e.value]
	switch {
	case inner == nil:
		p.scalarEntry(e, opening, indent)
	case p.fits(e, indent):
		fill := strings.Repeat(" ", max(0, width-utf8.RuneCountInString(opening)))
		p.tailed(e, indent, opening+fill+" "+p.flowText(e.value))
	case opening == "-":
		moveTail(e, inner)
		p.lead = p.before(indent) + "- "
		p.entries(inner, indent+2)
	default:
		p.tailed(e, indent, opening)
		p.entries(inner, indent+2)
	}
}

// moveTail gives a comment behind a flow value that needs lines to the first of them.
func moveTail(e *entry, inner *branch) {
	switch {
	case e.tail == nil:
	case inner.entries[0].tail == nil:
		inner.entries[0].tail = e.tail
	default:
		inner.foot = append(inner.foot, e.tail)
	}
	e.tail = nil
}

// opening is the key of an entry or its dash, with the anchor of its value.
func (p *printer) opening(e *entry) string {
	out := "-"
	if e.key != nil {
		out = p.withAnchor(e.key) + ":"
	}
	if e.value.Anchor != "" {
		out += " &" + e.value.Anchor
	}
	return out
}

func (p *printer) withAnchor(n *yaml.Node) string {
	if n.Anchor != "" {
		return "&" + n.Anchor + " " + p.raw(n)
	}
	return p.raw(n)
}

// tailed writes a line with the comment at its end, which keeps its distance from the indentation where it can.
func (p *printer) tailed(e *entry, indent int, text string) {
	if e.tail != nil {
		line := p.before(indent) + text
		now, _ := firstIndent([]string{line})
		old, _ := firstIndent([]string{p.lineText(p.layout.line(p.dash(e)))})
		fill := e.tail.col - old + now - 1 - utf8.RuneCountInString(line)
		if fill < 1 {
			fill = 2
		}
		text += strings.Repeat(" ", fill) + e.tail.text
	}
	p.line(indent, text)
}
