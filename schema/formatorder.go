package schema

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// arrange puts the keys of every declaration in its order, and comments where they can be printed. A text with
// anchors keeps its order: an anchor must stand before its aliases.
func (l *layout) arrange(in *branch) {
	if in.node.Kind == yaml.MappingNode && !l.anchors {
		slices.SortStableFunc(in.entries, func(a, b *entry) int {
			return in.shape.rank(a.key.Value) - in.shape.rank(b.key.Value)
		})
	}
	for _, e := range in.entries {
		if inner := l.branches[e.value]; inner != nil {
			l.arrange(inner)
			l.lift(e, inner)
		}
	}
}

// lift takes comments out of a value where they have no line: those of an empty one, and in a list those between a
// dash and the first key.
func (l *layout) lift(e *entry, inner *branch) {
	if len(inner.entries) == 0 {
		e.head, inner.foot = append(e.head, inner.foot...), nil
		return
	}
	if e.key != nil || e.value.Anchor != "" {
		return
	}
	first := inner.entries[0]
	e.head, first.head = append(e.head, first.head...), nil
}

// takeTop takes off the comments that speak of the whole text: what a blank line branches from the first key, and the
// line that tells editors the schema.
func takeTop(first *entry) []*remark {
	n := 0
	for i, r := range first.head {
		last := i == len(first.head)-1
		if last && first.gap || !last && first.head[i+1].gap || strings.HasPrefix(r.text, "# yaml-language-server:") {
			n = i + 1
		}
	}
	top := first.head[:n]
	first.head = first.head[n:]
	return top
}
