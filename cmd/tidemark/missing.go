package main

import (
	"errors"
	"maps"
	"slices"

	"tidemark/engine"
	"tidemark/engine/agent"
	"tidemark/schema"
)

// missing are the secrets that the controller must have for the tasks which are still to begin, and has not: better no run
// than one that stops where the first of them is due.
func missing(p *engine.Plan, s *engine.State, site *schema.Site) []error {
	need := map[string]bool{}
	p.Tasks(func(t *engine.Task) {
		if t.Skip != "" || provided(s.Tasks[t.ID]) {
			return
		}
		for _, name := range t.Secrets {
			need[name] = true
		}
	})
	var out []error
	secrets := &agent.Secrets{Site: site}
	for _, name := range slices.Sorted(maps.Keys(need)) {
		if err := secrets.Missing(name); err != nil {
			out = append(out, err)
		}
	}
	return out
}

// provided tells whether a task has all it needs: a process that took it, or an outcome that stands.
func provided(r *engine.TaskRecord) bool {
	return r != nil && (r.Open || r.Outcome == engine.Unknown || r.Outcome == engine.Done && r.Valid || r.Outcome == engine.Skipped)
}

func sentences(errs []error) []string {
	var out []string
	for _, err := range errs {
		out = append(out, err.Error())
	}
	return out
}

func refuse(errs []error) error {
	if len(errs) == 0 {
		return nil
	}
	return &refused{errors.Join(errs...)}
}
