package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// Preview asks every node, behind the fence of the dry run, what its tasks would do, and fills the changes in. Tasks
// that wait for outputs have theirs already, from NewPlan.
// A task that cannot be planned is Unplanned, and the tasks behind it are asked all the same. The error joins the first of
// each node: what comes behind it may come of it. Such a plan is to be read, never carried out.
func Preview(ctx context.Context, p *Plan, nodes map[string]Node) error {
	p.Fence, p.Open, p.Probes = map[string][]string{}, map[string][]string{}, map[string][]string{}
	if err := ship(ctx, p, nodes); err != nil {
		return err
	}
	var mu sync.Mutex
	return each(ctx, NodesOf(p), func(ctx context.Context, name string) error {
		reply, err := nodes[name].Plan(ctx, request(p, name))
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			pending(p, name, func(t *Task) { t.Change = unplanned(err) })
			return err
		}
		p.Fence[name], p.Open[name], p.Probes[name] = reply.Fence, reply.Open, reply.Probes
		return fillIn(p, name, reply)
	})
}

// NodesOf lists all nodes on which tasks of the plan run, the controller included, in order of appearance.
func NodesOf(p *Plan) []string {
	var out []string
	seen := map[string]bool{}
	p.Tasks(func(t *Task) {
		if n := t.Place(); !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	})
	return out
}

func request(p *Plan, node string) PlanRequest {
	r := PlanRequest{Run: p.Run, Node: node}
	pending(p, node, func(t *Task) {
		r.Items = append(r.Items, PlanItem{Task: t.ID, Kind: t.Kind, Args: t.Args, Program: t.Program, User: t.User})
	})
	return r
}

// pending visits the tasks that the node is asked about: those that will run and wait for no output.
func pending(p *Plan, node string, visit func(*Task)) {
	p.Tasks(func(t *Task) {
		if t.Place() == node && t.Skip == "" && len(t.Waits) == 0 {
			visit(t)
		}
	})
}

func fillIn(p *Plan, node string, reply PlanReply) (first error) {
	answers := map[string]Planned{}
	for _, a := range reply.Planned {
		answers[a.Task] = a
	}
	pending(p, node, func(t *Task) {
		a, ok := answers[t.ID]
		if ok && a.Error == "" {
			t.Change = a.Change
			return
		}
		err := errors.New("the node gave no answer")
		switch {
		case ok:
			err = &Error{Class: a.Class, Err: errors.New(a.Error), Next: a.Next}
		case first != nil:
			err = errors.New("not asked: behind one that took too long")
		}
		t.Change = unplanned(err)
		if first == nil {
			first = fmt.Errorf("%s: %w", t.ID, err)
		}
	})
	return first
}

// unplanned is the change of a task that cannot be planned.
func unplanned(err error) Change {
	lines := strings.Split(strings.TrimRight(err.Error(), "\n"), "\n")
	c := Change{Sign: Unplanned, Summary: lines[0], Details: lines[1:]}
	if next := NextOf(err); next != "" {
		c.Details = append(c.Details, "next: "+next)
	}
	return c
}
