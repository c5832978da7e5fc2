package schema

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"gopkg.in/yaml.v3"
)

// blame says of each mistake in the runbook's own text by which overlay it
// came: the first without which it is not there. A condition that an overlay
// sets, for one, is missed where a later step reads the output.
func (rd *Reader) blame(src Sources, applied []*overlay, found Diagnostics) {
	reads := map[int]Diagnostics{len(applied): found}
	has := func(n int, d Diagnostic) bool {
		if _, ok := reads[n]; !ok {
			src.Overlays = sourcesOf(applied[:n])
			_, _, reads[n] = rd.read(src)
		}
		return slices.ContainsFunc(reads[n], d.same)
	}
	for i, d := range found {
		if d.Severity != Error || d.Pos.File != src.Runbook.Name || named(d, applied) || has(0, d) {
			continue
		}
		n := sort.Search(len(applied), func(n int) bool { return has(n, d) })
		o := applied[max(1, n)-1]
		found[i].Help = strings.TrimPrefix(d.Help+"\n", "\n") + fmt.Sprintf("it is right without overlay %s, %s", o.name.Value, o.src.Name)
	}
}

// same tells whether another reading found the same mistake.
func (d Diagnostic) same(other Diagnostic) bool {
	return d.Pos == other.Pos && d.Code == other.Code && d.Message == other.Message
}

// named tells whether a mistake says already which overlay it is from.
func named(d Diagnostic, list []*overlay) bool {
	return slices.ContainsFunc(list, func(o *overlay) bool { return strings.Contains(d.Help, o.src.Name) })
}

func sourcesOf(list []*overlay) []Source {
	out := make([]Source, len(list))
	for i, o := range list {
		out[i] = o.src
	}
	return out
}

// sameID reports an id that stands twice: at an overlay's where it brought one
// of them, wherever it put it.
func (l *loader) sameID(first, again *yaml.Node, message, help string) {
	if l.merged.brought(first) && !l.merged.brought(again) {
		first, again = again, first
	}
	l.twice(first, again, message, help)
}

// brought tells whether a value stands in an overlay's text.
func (m *merger) brought(n *yaml.Node) bool {
	if m == nil {
		return false
	}
	file := m.docs.of(n).src.Name
	return slices.ContainsFunc(m.overlays, func(o *overlay) bool { return o.src.Name == file })
}
