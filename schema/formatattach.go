package schema

import "slices"

// attach gives every comment to the entry or the block that it belongs to.
func (l *layout) attach() {
	var order []*entry
	l.each(l.branches[l.doc.root], func(e *entry) {
		e.gap = !e.in.flow && l.blankBefore(l.line(l.dash(e)))
		order = append(order, e)
	})
	for _, r := range l.remarks {
		if p := l.flowAround(r); p != nil {
			l.inFlow(r, p)
		} else {
			l.inBlock(r, order)
		}
	}
}

// each visits the entries below p in the order of the text.
func (l *layout) each(p *branch, do func(*entry)) {
	for _, e := range p.entries {
		do(e)
		if inner := l.branches[e.value]; inner != nil {
			l.each(inner, do)
		}
	}
}

// dash is where the line of an entry begins: in a list its dash.
func (l *layout) dash(e *entry) int {
	if e.key != nil || e.in.flow {
		return e.from
	}
	for off := e.from - 1; off >= 0; off-- {
		if l.text[off] == '-' {
			return off
		}
	}
	return e.from
}

// flowAround is the innermost flow value around a comment; it and those
// around it cannot stay on one line.
func (l *layout) flowAround(r *remark) *branch {
	var found *branch
	for _, p := range l.branches {
		if p.flow && p.from < r.from && r.from < p.to {
			p.broken = true
			if found == nil || p.from > found.from || p.to < found.to {
				found = p
			}
		}
	}
	return found
}

func (l *layout) inFlow(r *remark, p *branch) {
	var last, next *entry
	for _, e := range p.entries {
		switch {
		case e.from < r.from:
			last = e
		case next == nil:
			next = e
		}
	}
	switch {
	case !r.own && last != nil && last.tail == nil && l.line(last.from) == l.line(r.from):
		last.tail = r
	case next != nil:
		next.head = append(next.head, r)
	default:
		p.foot = append(p.foot, r)
	}
}

func (l *layout) inBlock(r *remark, order []*entry) {
	var last, next *entry
	for _, e := range order {
		if e.from >= r.from {
			next = e
			break
		}
		if !e.in.flow {
			last = e
		}
	}
	if !r.own && last != nil && last.tail == nil && l.follows(r, last) {
		last.tail = r
		return
	}
	if p := l.footOf(r, last, next); p != nil {
		p.foot = append(p.foot, r)
		return
	}
	next.head = append(next.head, r)
}

// follows tells whether a comment stands on the line where an entry's own
// text ends.
func (l *layout) follows(r *remark, e *entry) bool {
	end := e.from
	if e.key != nil {
		end = l.scalar(e.key).to
	}
	if inner := l.branches[e.value]; inner == nil {
		if t := l.scalar(e.value); t.from < r.from {
			end = t.to
		}
	} else if inner.flow && inner.to <= r.from {
		end = inner.to
	}
	return end > r.from || !slices.Contains(l.text[end:r.from], '\n')
}

// footOf is the block that a comment ends: the innermost one it is indented
// as far as, when what follows is indented less. It is nil for a comment that
// belongs to what follows.
func (l *layout) footOf(r *remark, last, next *entry) *branch {
	limit := 0
	if next != nil {
		if limit = next.in.col; r.col <= limit {
			return nil
		}
	}
	if last == nil {
		return nil
	}
	p := last.in
	if inner := l.branches[last.value]; inner != nil && !inner.flow {
		p = inner
	}
	for ; p.up != nil && (p.col > r.col || p.up.col == r.col); p = p.up { // a list may stand as far out as its key
	}
	if next != nil && p.col <= limit {
		return nil
	}
	return p
}
