package view

import (
	"fmt"
	"io"

	"tidemark/engine"
)

// Resuming says, before a run goes on, what becomes of each task: kept, asked again, unknown, left.
func Resuming(w io.Writer, p *engine.Plan, s *engine.State, kinds *engine.Kinds) {
	var reused, again, unknown, failed, invalid, left []string
	p.Tasks(func(t *engine.Task) {
		r := s.Tasks[t.ID]
		k := kinds.Get(t.Kind)
		switch {
		case r == nil || (r.Outcome == "" && !r.Open):
			left = append(left, t.ID)
		case r.Open || r.Outcome == engine.Unknown:
			unknown = append(unknown, t.ID)
		case r.Outcome == engine.Failed:
			failed = append(failed, t.ID)
		case r.Outcome == engine.Done && !r.Valid:
			invalid = append(invalid, t.ID)
		case r.Outcome == engine.Done && k != nil && k.Redo == engine.Pure && !s.Barriers[t.Stage]:
			again = append(again, t.ID)
		default:
			reused = append(reused, t.ID)
		}
	})
	fmt.Fprintf(w, "resuming %s: %s\n", p.Run, p.Title)
	for _, part := range []struct {
		word  string
		tasks []string
		name  bool
	}{
		{"reused", reused, false},
		{"asked again", again, true},
		{"unknown, to be settled", unknown, true},
		{"failed, to be repeated", failed, true},
		{"invalid, to be repeated", invalid, true},
		{"not begun", left, false},
	} {
		if len(part.tasks) == 0 {
			continue
		}
		fmt.Fprintf(w, "  %-24s %s", part.word, Count(len(part.tasks), "task"))
		if part.name {
			fmt.Fprintf(w, ": %s", NodeList(part.tasks))
		}
		fmt.Fprintln(w)
	}
}
