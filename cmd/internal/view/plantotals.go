package view

import (
	"fmt"
	"strings"

	"tidemark/engine"
)

// Totals counts the tasks of a plan by what they would do.
func Totals(p *engine.Plan) string {
	var tasks []*engine.Task
	p.Tasks(func(t *engine.Task) { tasks = append(tasks, t) })
	return counts(tasks)
}

func counts(tasks []*engine.Task) string {
	n := map[string]int{}
	for _, t := range tasks {
		n[does(t)]++
	}
	parts := []string{Count(len(tasks), "task")}
	for _, what := range []string{toCreate, toChange, toDestroy, knownLater, notKnowable, nothingToDo, skipped} {
		if n[what] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[what], what))
		}
	}
	return strings.Join(parts, ", ")
}

// What a planned task would do, in one word or two.
const (
	toCreate    = "create"
	toChange    = "change"
	toDestroy   = "destroy"
	knownLater  = "known after earlier steps"
	notKnowable = "not knowable"
	nothingToDo = "nothing to do"
	skipped     = "skipped"
)

// does sorts a task into one of them. A wait, or what needs the outputs of others, is known after the steps before
// it; not knowable is only what the dry run wanted to know and could not.
func does(t *engine.Task) string {
	switch {
	case t.Skip != "":
		return skipped
	case t.Change.Sign == engine.NotKnown && len(t.Change.Unknown) == 0:
		return knownLater
	}
	return map[engine.Sign]string{
		engine.Creates: toCreate, engine.Changes: toChange, engine.Destroys: toDestroy, engine.NotKnown: notKnowable, engine.Same: nothingToDo,
	}[t.Change.Sign]
}
