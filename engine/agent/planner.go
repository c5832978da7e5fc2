package agent

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"tidemark/engine"
)

// planFenced plans in a child process behind the kernel's fence, and ends what that leaves.
func (a *Agent) planFenced(ctx context.Context, r engine.PlanRequest) (engine.PlanReply, error) {
	raw, err := json.Marshal(planOrder{r, a.o.Netns, a.o.Dir})
	if err != nil {
		return engine.PlanReply{}, err
	}
	cmd := exec.CommandContext(ctx, "/proc/self/exe", "agent", "plan")
	cmd.Args[0] = "tidemark"
	var out, errs limited
	out.left, errs.left = maxOutput, 64<<10
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Dir = bytes.NewReader(raw), &out, &errs, "/"
	cmd.WaitDelay = 2 * time.Second
	contained(cmd)
	if err := errors.Join(cmd.Run(), sweep(cmd)); err != nil {
		return engine.PlanReply{}, engine.Failf(engine.ClassIO, "%s: dry run: %w: %s", a.o.Node, err, strings.TrimSpace(string(errs.Bytes())))
	}
	var reply engine.PlanReply
	return reply, json.Unmarshal(out.Bytes(), &reply)
}

type planOrder struct {
	Request engine.PlanRequest `json:"request"`
	Netns   string             `json:"netns"`
	State   string             `json:"state"`
}

// PlanMain is the body of `tidemark agent plan`: it raises the fence, then plans.
func PlanMain(ctx context.Context, kinds *engine.Kinds, clients map[string]engine.Client, in io.Reader, out io.Writer) error {
	var o planOrder
	if err := json.NewDecoder(in).Decode(&o); err != nil {
		return err
	}
	m := &Machine{Netns: o.Netns, Clients: clients, programs: store{dir: o.State}.programs()}
	defer m.Close()
	if err := m.enter(); err != nil {
		return err
	}
	held, open, err := raiseFence()
	if err != nil {
		return err
	}
	m.fenced = true
	reply := planWith(ctx, kinds, m, o.State, o.Request)
	reply.Fence, reply.Open = held, append(open, o.leaves(os.Readlink("/proc/self/exe"))...)
	return json.NewEncoder(out).Encode(reply)
}

// leaves names what this dry run leaves open and on the node by being made there: exe is the program that runs it.
func (o planOrder) leaves(exe string, err error) (out []string) {
	if dir := filepath.Dir(exe); err == nil && filepath.Base(filepath.Dir(dir)) == "bin" && len(filepath.Base(dir)) == hex.EncodedLen(sha256.Size) {
		out = append(out, "left on the node: tidemark itself, which was sent to "+filepath.Dir(dir))
	}
	if len(o.Request.Programs()) > 0 {
		out = append(out, "programs of executable kinds: the fence holds them on the node, but they ask servers what they like",
			"left on the node: these programs, in "+store{dir: o.State}.programs().dir)
	}
	return out
}

// planWith plans with the kinds of the request's programs as well. One that cannot be had fails all tasks.
func planWith(ctx context.Context, built *engine.Kinds, m *Machine, dir string, r engine.PlanRequest) engine.PlanReply {
	kinds, err := m.programs.kindsOf(built, r.Programs()...)
	if err != nil {
		var reply engine.PlanReply
		for _, item := range r.Items {
			reply.Planned = append(reply.Planned, engine.Planned{Task: item.Task, Class: engine.ClassOf(err), Error: err.Error(), Next: engine.NextOf(err)})
		}
		return reply
	}
	return PlanTasks(ctx, kinds, m, dir, r)
}

// PlanTasks plans the tasks in their order over shared facts. Behind one that cannot be planned the others are, as if it changed
// nothing; behind one that took its time none is, since each would wait as long.
// On actual state it knows the marks of their earlier attempts, from the node's state in dir.
func PlanTasks(ctx context.Context, kinds *engine.Kinds, g engine.Ground, dir string, r engine.PlanRequest) engine.PlanReply {
	seen := &recorder{Ground: g}
	facts := engine.NewFacts(r.Promised)
	var reply engine.PlanReply
	for _, item := range r.Items {
		p := planOne(ctx, kinds, seen, facts, store{dir: dir}, r, item)
		facts.Add(p.Change.Will)
		reply.Planned = append(reply.Planned, p)
		if p.Class == engine.ClassTimeout {
			break
		}
	}
	reply.Probes = seen.list
	return reply
}

func planOne(ctx context.Context, kinds *engine.Kinds, g engine.Ground, facts *engine.Facts, known store, r engine.PlanRequest, item engine.PlanItem) (p engine.Planned) {
	p.Task = item.Task
	defer func() {
		if v := recover(); v != nil {
			p.Class, p.Error = engine.ClassIO, fmt.Sprintf("%s: internal error: %v", item.Kind, v)
		}
	}()
	err := func() error {
		kind := kinds.Get(item.Kind)
		if kind == nil {
			return engine.Failf(engine.ClassPrecondition, "this build does not know the kind %q", item.Kind)
		}
		step, err := kind.Step(item.Args)
		if err != nil {
			return err
		}
		view := engine.NewView(kind, g, facts, r.Run, r.Node)
		view.Actual, view.Settling = r.Actual, r.Actual
		view.Remember(known.attempt(engine.TaskRef{Run: r.Run, Task: item.Task}))
		if keys := r.Probe[item.Task]; keys != nil {
			p.Probed, err = probe(ctx, step, view, keys)
			return err
		}
		p.Change, err = engine.PlanStep(ctx, step, view)
		if err == nil && p.Change.Sign != engine.Same {
			err = mayBecome(item.User)
		}
		return err
	}()
	if err != nil {
		p.Class, p.Error, p.Next = engine.ClassOf(err), err.Error(), engine.NextOf(err)
	}
	return p
}

func probe(ctx context.Context, step engine.Step, v *engine.View, keys []string) ([]engine.Fact, error) {
	prober, ok := step.(engine.Prober)
	if !ok {
		return nil, engine.Failf(engine.ClassPrecondition, "this step cannot look at its facts again")
	}
	var out []engine.Fact
	for _, key := range keys {
		value, err := prober.Probe(ctx, v, key)
		if errors.Is(err, engine.ErrNoFact) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, engine.Fact{Key: key, Value: value})
	}
	return out, nil
}
