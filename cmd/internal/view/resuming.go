package view

import (
	"fmt"
	"io"

	"tidemark/engine"
)

// What becomes of a task when its run goes on, in the order in which it is told.
const (
	kept       = "done, kept"
	askedAgain = "done, asked again"
	inFlight   = "begun, no outcome yet; asked first"
	calledOff  = "cancelled, asked first"
	unsettled  = "unknown, settled first"
	repeated   = "failed, repeated"
	outdated   = "invalid, repeated"
	left       = "not begun"
)

// Resuming says, before a run goes on, what becomes of each task. Done tasks that only ask are asked again before the next
// change, until every node has passed their stage.
func Resuming(w io.Writer, p *engine.Plan, s *engine.State, kinds *engine.Kinds, st Style) {
	count, names := map[string]int{}, map[string]*foldText{}
	p.Tasks(func(t *engine.Task) {
		what := becomes(t, s, kinds)
		if names[what] == nil {
			names[what] = &foldText{}
		}
		count[what]++
		names[what].add(t.Node, t.Stage+"/"+t.Name())
	})
	fmt.Fprintf(w, "resuming %s on %s: %s\n", p.Run, p.Site, p.Title)
	for _, what := range []string{kept, askedAgain, inFlight, calledOff, unsettled, repeated, outdated, left} {
		if count[what] == 0 {
			continue
		}
		fmt.Fprintf(w, "  %-34s %s\n", what, engine.Count(count[what], "task"))
		if what == kept || what == left {
			continue
		}
		names[what].each(func(name string, nodes []string) {
			for _, line := range wrap("      "+name+"  @"+NodeList(nodes), st.Width, 4) {
				fmt.Fprintln(w, line)
			}
		})
	}
}

func becomes(t *engine.Task, s *engine.State, kinds *engine.Kinds) string {
	r := s.Tasks[t.ID]
	switch {
	case r == nil || (r.Outcome == "" && !r.Open):
		return left
	case r.Outcome == engine.Unknown:
		return unsettled
	case r.Open && r.Cancelled:
		return calledOff
	case r.Open:
		return inFlight
	case r.Outcome == engine.Failed:
		return repeated
	case r.Outcome == engine.Done && !r.Valid:
		return outdated
	case r.Outcome == engine.Done && !s.Barriers[t.Stage] && kinds.AsksAgain(t):
		return askedAgain
	}
	return kept
}
