package view

import (
	"fmt"
	"strings"

	"tidemark/engine"
)

// totals counts the tasks of a plan by what they would do.
func totals(p *engine.Plan) string {
	var tasks []*engine.Task
	p.Tasks(func(t *engine.Task) { tasks = append(tasks, t) })
	return counts(tasks)
}

func counts(tasks []*engine.Task) string {
	n := map[string]int{}
	for _, t := range tasks {
		n[does(t)]++
	}
	parts := []string{engine.Count(len(tasks), "task")}
	for _, what := range []string{toCreate, toChange, toDestroy, notPlanned, knownLater, notKnowable, waits, nothingToDo, skipped} {
		if n[what] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n[what], what))
		}
	}
	return strings.Join(parts, ", ")
}

// What a planned task would do, in a few words, in the order in which they are counted.
const (
	toCreate    = "create"
	toChange    = "change"
	toDestroy   = "destroy"
	notPlanned  = "cannot be planned"
	knownLater  = "known after an earlier step"
	notKnowable = "cannot be known"
	waits       = "wait or ask"
	nothingToDo = "nothing to do"
	skipped     = "skipped"
)

// does sorts a task into one of them. What cannot be known is only what the dry run wanted to know and could not: neither
// what an earlier step of the run decides, nor what waits or asks when its turn comes and changes nothing.
func does(t *engine.Task) string {
	switch {
	case t.Skip != "":
		return skipped
	case t.Change.Later == engine.AfterSteps:
		return knownLater
	case t.Change.Later == engine.InRun:
		return waits
	}
	return map[engine.Sign]string{
		engine.Creates: toCreate, engine.Changes: toChange, engine.Destroys: toDestroy, engine.NotKnown: notKnowable, engine.Same: nothingToDo,
		engine.Unplanned: notPlanned,
	}[t.Change.Sign]
}

// The marks of tasks that no sign of a change fits.
const (
	waiting engine.Sign = "."
	noMark  engine.Sign = " "
)

// mark is what stands before a task's line: the sign of its change, and others for what waits and for what is skipped.
func mark(t *engine.Task) engine.Sign {
	switch does(t) {
	case skipped:
		return noMark
	case waits:
		return waiting
	}
	return t.Change.Sign
}

// legend says what the marks in this plan mean.
func (pw *planWriter) legend(p *engine.Plan) {
	has := map[engine.Sign]bool{}
	p.Tasks(func(t *engine.Task) { has[mark(t)] = true })
	var parts []string
	for _, m := range []struct {
		mark engine.Sign
		word string
	}{
		{engine.Creates, "creates"},
		{engine.Changes, "changes"},
		{engine.Destroys, "destroys"},
		{engine.Unplanned, notPlanned + "; what follows on that node is told as if it changed nothing"},
		{engine.NotKnown, "not known yet"},
		{waiting, "waits or asks"},
		{engine.Same, "nothing to do"},
	} {
		if has[m.mark] {
			parts = append(parts, string(m.mark)+" "+m.word)
		}
	}
	if !pw.short && len(parts) > 0 {
		pw.text(dim, strings.Join(parts, "   "))
	}
}
