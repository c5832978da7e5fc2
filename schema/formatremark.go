package schema

import (
	"slices"
	"strings"
)

// remark is a comment.
type remark struct {
	extent
	text string
	col  int
	own  bool // it has a line of its own
	gap  bool // a blank line stands before it
}

// findRemarks finds the comments: they stand between the scalars, and behind
// the sign of a block scalar.
func (l *layout) findRemarks() {
	slices.SortFunc(l.tokens, func(a, b extent) int { return a.from - b.from })
	off := 0
	for _, t := range l.tokens {
		l.gapRemarks(off, t.from)
		if c := l.at(t.from); (c == '|' || c == '>') && t.to > l.lineEnd(t.from) {
			l.gapRemarks(t.from+1, l.lineEnd(t.from))
		}
		off = max(off, t.to)
	}
	l.gapRemarks(off, len(l.text))
}

func (l *layout) gapRemarks(from, to int) {
	for i := from; i < to; i++ {
		if !l.comment(i) {
			continue
		}
		end := l.lineEnd(i)
		line := l.line(i)
		before := strings.TrimSpace(string(l.text[l.starts[line]:i]))
		l.remarks = append(l.remarks, &remark{
			extent: extent{i, end}, text: strings.TrimRight(string(l.text[i:end]), " \t"), col: i - l.starts[line] + 1,
			own: before == "" || before == "---", gap: l.blankBefore(line),
		})
		i = end
	}
}

// blankBefore tells whether the line above is blank and no part of a scalar.
func (l *layout) blankBefore(line int) bool {
	if line == 0 || strings.TrimSpace(l.lineText(line-1)) != "" {
		return false
	}
	off := l.starts[line-1]
	i, _ := slices.BinarySearchFunc(l.tokens, off, func(t extent, off int) int { return t.from - off })
	return i == 0 || l.tokens[i-1].to < off
}
