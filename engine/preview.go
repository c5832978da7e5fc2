package engine

import (
	"context"
	"fmt"
	"sync"
)

// Preview asks every node, behind the fence of the dry run, what its tasks would do, and fills the changes in. Tasks
// that wait for outputs have theirs already, from NewPlan.
// The error joins all nodes' failures: a plan with a hole is no plan.
func Preview(ctx context.Context, p *Plan, nodes map[string]Node) error {
	p.Fence, p.Open, p.Probes = map[string][]string{}, map[string][]string{}, map[string][]string{}
	if err := ship(ctx, p, nodes); err != nil {
		return err
	}
	var mu sync.Mutex
	return each(ctx, NodesOf(p), func(ctx context.Context, name string) error {
		reply, err := nodes[name].Plan(ctx, request(p, name))
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
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
	p.Tasks(func(t *Task) {
		if t.Place() == node && t.Skip == "" && t.Args != nil {
			r.Items = append(r.Items, PlanItem{Task: t.ID, Kind: t.Kind, Args: t.Args, Program: t.Program})
		}
	})
	return r
}

func fillIn(p *Plan, node string, reply PlanReply) error {
	answers := map[string]Planned{}
	for _, a := range reply.Planned {
		answers[a.Task] = a
	}
	var errs []error
	p.Tasks(func(t *Task) {
		if t.Place() != node || t.Skip != "" || len(t.Waits) > 0 {
			return
		}
		a, ok := answers[t.ID]
		switch {
		case !ok && len(errs) > 0: // behind a task that could not be planned
		case !ok:
			errs = append(errs, fmt.Errorf("%s: the node gave no answer", t.ID))
		case a.Error != "":
			errs = append(errs, &Error{Class: a.Class, Err: fmt.Errorf("%s: %s", t.ID, a.Error), Next: a.Next})
		default:
			t.Change = a.Change
		}
	})
	return join(errs)
}
