package view

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tidemark/engine"
)

// text is one line with its colour.
type text struct{ text, color string }

// frame draws the board into at most height-1 lines of width columns; what does not fit is counted.
func (b *board) frame(width, height int, now time.Time) []text {
	out := []text{{fit(fmt.Sprintf("%s  stage %s (%d of %d passed)  %s", b.runbook, b.stage, b.passed, b.stages, duration(now.Sub(b.began))), width-1), bold}}
	rows := make([]*row, 0, len(b.order))
	for _, n := range b.order {
		rows = append(rows, b.nodes[n])
	}
	slices.SortStableFunc(rows, func(x, y *row) int { return x.weight() - y.weight() })
	room, folded := max(1, height-3), [5]int{}
	for i, r := range rows {
		w := r.weight()
		crowded := len(rows) > room && w >= 3
		if crowded || i >= room {
			folded[w]++
			continue
		}
		out = append(out, r.line(width-1, now))
	}
	if rest := foldedLine(folded); rest != "" {
		out = append(out, text{fit(rest, width-1), dim})
	}
	return out
}

func foldedLine(n [5]int) string {
	var parts []string
	for i, word := range []string{"failed", "lost", "running", "waiting", "finished"} {
		if n[i] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[i], word))
		}
	}
	if parts == nil {
		return ""
	}
	return "  and " + strings.Join(parts, ", ")
}

// weight orders rows: failed first, then lost, running, waiting, finished.
func (r *row) weight() int {
	switch {
	case r.failed != "":
		return 0
	case r.lost:
		return 1
	case r.task != "":
		return 2
	case len(r.finished) >= r.total:
		return 4
	}
	return 3
}

func (r *row) line(width int, now time.Time) text {
	head := fmt.Sprintf("  %-16s %3d/%-3d ", r.node, len(r.finished), r.total)
	switch {
	case r.failed != "":
		return text{fit(head+r.failure(width-len(head)), width), red}
	case r.lost:
		return text{fit(head+"connection lost; its tasks go on there", width), yellow}
	case r.task != "":
		return text{fit(head+shortTask(r.task)+" "+duration(now.Sub(r.since))+r.bar(now), width), ""}
	case len(r.finished) >= r.total:
		return text{fit(head+"finished", width), green}
	}
	return text{fit(head+"waiting", width), dim}
}

// failure is what failed and why: where both do not fit, a long name leaves half of the room to the reason.
func (r *row) failure(width int) string {
	if len(r.failed)+len(": ")+len(r.why) <= width {
		return r.failed + ": " + r.why
	}
	return fit(r.failed, max(20, width/2, width-len(": ")-len(r.why))) + ": " + r.why
}

// bar tells how far the task is, and how long the rest takes at the pace so far.
func (r *row) bar(now time.Time) string {
	p := r.progress
	if p.Total <= 0 {
		if p.Message == "" {
			return ""
		}
		return "  " + p.Message
	}
	out := fmt.Sprintf("  %d%%", 100*p.Done/p.Total)
	if p.Total > 10_000 {
		out += fmt.Sprintf(" of %s", engine.Bytes(p.Total))
	}
	if spent := now.Sub(r.since); p.Done > 0 && p.Done < p.Total && spent > 2*time.Second {
		out += fmt.Sprintf(", %s left", duration(time.Duration(float64(spent)*float64(p.Total-p.Done)/float64(p.Done))))
	}
	return out + "  " + p.Message
}
