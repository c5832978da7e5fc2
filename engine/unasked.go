package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// unasked is a done task whose promises were not looked at again, since its server does not answer.
type unasked struct {
	task *Task
	why  string
}

// tellUnasked notes them, one line for a step on all its nodes.
func (x *Executor) tellUnasked(all []unasked) error {
	slices.SortStableFunc(all, func(a, b unasked) int { return cmp.Compare(a.task.Node, b.task.Node) })
	nodes, first := map[string][]string{}, map[string]unasked{}
	var order []string
	for _, u := range all {
		step := u.task.Stage + "/" + u.task.Name()
		if nodes[step] = append(nodes[step], u.task.Node); len(nodes[step]) == 1 {
			order, first[step] = append(order, step), u
		}
	}
	var errs []error
	for _, step := range order {
		text := fmt.Sprintf("%s@%s: what it left is not looked at again now, since its server does not answer; what needs it will ask (%s: %s)",
			step, strings.Join(nodes[step], ", "), first[step].task.Node, first[step].why)
		errs = append(errs, x.emit(Event{Type: EventNote, Stage: first[step].task.Stage, Message: text}))
	}
	return join(errs)
}
