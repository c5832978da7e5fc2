package view

import (
	"fmt"
	"strings"

	"tidemark/engine"
)

// ending is how a run ends other than well, where that is not how runs usually do; "" else.
func ending(p *engine.Plan) string {
	var parts []string
	if p.Deadline != "" {
		parts = append(parts, "deadline "+p.Deadline)
	}
	if p.OnFailure == engine.CloseFailed {
		parts = append(parts, "closes when it fails")
	}
	return strings.Join(parts, ", ")
}

// pace says how many nodes of a stage work at a time, where it is not all of them, and what a failure is to the others.
func pace(s *engine.PlannedStage) string {
	text := ""
	if len(s.Strategy.Waves) > 0 {
		text = "; in waves of " + strings.Join(s.Strategy.Waves, ", ")
	}
	if n := s.Strategy.Limit(len(s.Nodes)); n < len(s.Nodes) {
		text += fmt.Sprintf("; %d at a time", n)
	}
	if n := s.Strategy.MaxFailures; n > 0 {
		text += fmt.Sprintf("; goes on to other nodes while no more than %d failed", n)
	}
	if s.Strategy.FailFast {
		text += "; a failure stops the others behind their task"
	}
	return text
}

// attempts says how often a task is tried and for how long, where its step does.
func attempts(l *engine.Limits) string {
	switch {
	case l == nil:
		return ""
	case l.Attempts < 2 && l.Timeout == "":
		return ""
	case l.Attempts < 2:
		return "at most " + l.Timeout
	}
	text := fmt.Sprintf("up to %d attempts", l.Attempts)
	if l.Timeout != "" {
		text += " of " + l.Timeout
	}
	if l.If != "" {
		text += ", again if " + Clean(l.If)
	}
	return text
}
