package schema

import (
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"
)

// layout is a text taken apart for printing: its values with the exact text of
// each scalar, and its comments with the entry that each belongs to.
type layout struct {
	doc      *document
	shape    *shape
	text     []rune
	starts   []int // offset of each line
	branches map[*yaml.Node]*branch
	tokens   []extent // scalars and aliases, in the order of the text
	remarks  []*remark
	anchors  bool
}

// extent is a stretch of the text.
type extent struct{ from, to int }

// branch is a mapping or list.
type branch struct {
	extent
	node    *yaml.Node
	shape   *shape
	flow    bool
	broken  bool // a flow value that holds comments: it needs lines
	col     int  // of its entries, where it is no flow value
	up      *branch
	entries []*entry
	foot    []*remark
}

// entry is a key with its value, or an element of a list.
type entry struct {
	key, value *yaml.Node // key is nil in a list
	in         *branch
	from       int // where it begins
	head       []*remark
	tail       *remark
	gap        bool // a blank line stands before it, behind its head
}

func newLayout(doc *document, s *shape) *layout {
	l := &layout{doc: doc, shape: s, text: []rune(strings.Join(doc.lines, "\n")), branches: map[*yaml.Node]*branch{}}
	l.starts = []int{0}
	for i, r := range l.text {
		if r == '\n' {
			l.starts = append(l.starts, i+1)
		}
	}
	l.visit(doc.root, s, nil)
	l.findRemarks()
	l.attach()
	return l
}

// offset is where a place lies in the text.
func (l *layout) offset(line, col int) int {
	if line < 1 || line > len(l.starts) {
		return len(l.text)
	}
	return min(len(l.text), l.starts[line-1]+col-1)
}

// line is the number of the line of an offset, from 0.
func (l *layout) line(off int) int {
	lo, hi := 0, len(l.starts)
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; l.starts[mid] <= off {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

// lineText is a line without its end; beyond the text it is empty.
func (l *layout) lineText(line int) string {
	if line < 0 || line >= len(l.doc.lines) {
		return ""
	}
	return l.doc.lines[line]
}

// visit measures a value and all below it, and gives where it ends.
func (l *layout) visit(n *yaml.Node, s *shape, up *branch) int {
	if n.Anchor != "" {
		l.anchors = true
	}
	if n.Kind == yaml.AliasNode || n.Kind == yaml.ScalarNode {
		e := l.scalar(n)
		l.tokens = append(l.tokens, e)
		return e.to
	}
	s = s.at(n)
	p := &branch{node: n, shape: s, up: up, flow: n.Style&yaml.FlowStyle != 0}
	p.from = l.begin(n)
	l.branches[n] = p
	end := p.from
	for i := 0; i < len(n.Content); i++ {
		e := &entry{in: p, value: n.Content[i]}
		inner := s.of("")
		if n.Kind == yaml.MappingNode {
			e.key, e.value = n.Content[i], n.Content[i+1]
			end = l.visit(e.key, nil, p)
			inner, i = s.of(e.key.Value), i+1
		}
		p.entries = append(p.entries, e)
		end = max(end, l.visit(e.value, inner, p))
		e.from = l.entryStart(e)
	}
	p.to = l.closing(p, end)
	l.measure(p)
	return p.to
}

// begin is where a value itself begins, behind its anchor.
func (l *layout) begin(n *yaml.Node) int {
	line, col := l.doc.begin(n)
	return l.offset(line, col)
}

func (l *layout) entryStart(e *entry) int {
	n := e.key
	if n == nil {
		n = e.value
	}
	return l.offset(n.Line, n.Column)
}

// measure notes where the entries of a block begin: its keys, or its dashes.
func (l *layout) measure(p *branch) {
	if p.flow || len(p.entries) == 0 {
		return
	}
	from := p.entries[0].from
	if p.node.Kind == yaml.SequenceNode {
		for from > 0 && l.text[from-1] != '-' {
			from--
		}
		from--
	}
	p.col = from - l.starts[l.line(max(0, from))] + 1
}

// closing is the end of a flow value whose last entry ends at off.
func (l *layout) closing(p *branch, off int) int {
	closer, ok := map[rune]rune{'[': ']', '{': '}'}[l.at(p.from)]
	if !p.flow || !ok {
		return off
	}
	for i := max(off, p.from+1); i < len(l.text); i++ {
		if l.comment(i) {
			i = l.lineEnd(i)
		} else if l.text[i] == closer {
			return i + 1
		}
	}
	return off
}

func (l *layout) at(off int) rune {
	if off < 0 || off >= len(l.text) {
		return 0
	}
	return l.text[off]
}

// comment tells whether a comment begins at off, outside of any scalar.
func (l *layout) comment(off int) bool {
	return l.at(off) == '#' && (off == 0 || unicode.IsSpace(l.text[off-1]))
}

func (l *layout) lineEnd(off int) int {
	for off < len(l.text) && l.text[off] != '\n' {
		off++
	}
	return off
}
