package view

import (
	"fmt"
	"strings"

	"tidemark/engine"
)

// composites writes a line for each composite step that begins here, and gives those that are open now. In a short
// plan that line stands for all the steps it is made of.
func (pw *planWriter) composites(s *engine.PlannedStage, open, now []engine.Turn) []engine.Turn {
	same := 0
	for same < min(len(open), len(now)) && open[same].Name() == now[same].Name() {
		same++
	}
	for depth := same; depth < len(now); depth++ {
		if pw.short && depth > 0 {
			break
		}
		pw.composite(s, now[:depth+1])
	}
	return now
}

func (pw *planWriter) composite(s *engine.PlannedStage, turns []engine.Turn) {
	var tasks []*engine.Task
	var nodes []string
	for _, t := range s.Tasks {
		if t.Inside(turns) {
			tasks = append(tasks, t)
			nodes = appendNew(nodes, t.Node)
		}
	}
	turn := turns[len(turns)-1]
	indent := strings.Repeat("  ", len(turns)-1)
	pw.text(bold, fmt.Sprintf("%s  %s %s  %s: %s  @%s", indent, strongest(tasks), turn.Name(), turn.Kind, counts(tasks), NodeList(nodes)))
}

func appendNew(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}

// strongest is the sign that says most of what the tasks do together.
func strongest(tasks []*engine.Task) engine.Sign {
	rank := []engine.Sign{noMark, engine.Same, waiting, engine.Creates, engine.Changes, engine.NotKnown, engine.Destroys}
	best, sign := -1, noMark
	for _, t := range tasks {
		for i, s := range rank {
			if mark(t) == s && i > best {
				best, sign = i, s
			}
		}
	}
	return sign
}
