package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"tidemark/engine"
)

// planFenced plans in a child process behind the kernel's fence; as root in a mount namespace of its own, which
// the child then makes read-only.
func (a *Agent) planFenced(ctx context.Context, r engine.PlanRequest) (engine.PlanReply, error) {
	raw, err := json.Marshal(planOrder{r, a.o.Netns})
	if err != nil {
		return engine.PlanReply{}, err
	}
	cmd := exec.CommandContext(ctx, "/proc/self/exe", "agent", "plan")
	cmd.Args[0] = "tidemark"
	var out, errs limited
	out.left, errs.left = maxOutput, 64<<10
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Dir = bytes.NewReader(raw), &out, &errs, "/"
	cmd.WaitDelay = 2 * time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if os.Geteuid() == 0 {
		cmd.SysProcAttr.Unshareflags = syscall.CLONE_NEWNS
	}
	if err := cmd.Run(); err != nil {
		return engine.PlanReply{}, engine.Failf(engine.ClassIO, "%s: dry run: %w: %s", a.o.Node, err, strings.TrimSpace(errs.String()))
	}
	var reply engine.PlanReply
	return reply, json.Unmarshal(out.Bytes(), &reply)
}

type planOrder struct {
	Request engine.PlanRequest `json:"request"`
	Netns   string             `json:"netns"`
}

// PlanMain is the body of `tidemark agent plan`: it raises the fence, then plans.
func PlanMain(ctx context.Context, kinds *engine.Kinds, clients map[string]engine.Client, in io.Reader, out io.Writer) error {
	var o planOrder
	if err := json.NewDecoder(in).Decode(&o); err != nil {
		return err
	}
	m := &Machine{Netns: o.Netns, Clients: clients}
	defer m.Close()
	if err := m.Enter(); err != nil {
		return err
	}
	held, open, err := raiseFence()
	if err != nil {
		return err
	}
	reply := PlanTasks(ctx, kinds, m, o.Request)
	reply.Fence, reply.Open = held, open
	return json.NewEncoder(out).Encode(reply)
}

// PlanTasks plans the tasks in their order over shared facts. Behind a task that cannot be planned nothing is known
// of what follows, so it ends there.
func PlanTasks(ctx context.Context, kinds *engine.Kinds, g engine.Ground, r engine.PlanRequest) engine.PlanReply {
	seen := &recorder{Ground: g}
	facts := engine.NewFacts(r.Promised)
	var reply engine.PlanReply
	for _, item := range r.Items {
		p := planOne(ctx, kinds, seen, facts, r, item)
		facts.Add(p.Change.Will)
		reply.Planned = append(reply.Planned, p)
		if p.Error != "" {
			break
		}
	}
	reply.Probes = seen.list
	return reply
}

func planOne(ctx context.Context, kinds *engine.Kinds, g engine.Ground, facts *engine.Facts, r engine.PlanRequest, item engine.PlanItem) (p engine.Planned) {
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
		view.Actual = r.Actual
		if keys := r.Probe[item.Task]; keys != nil {
			p.Probed, err = probe(ctx, step, view, keys)
			return err
		}
		p.Change, err = step.Plan(ctx, view)
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
		if err != nil {
			return nil, err
		}
		out = append(out, engine.Fact{Key: key, Value: value})
	}
	return out, nil
}

// recorder lists what a dry run asks, once each.
type recorder struct {
	engine.Ground
	mu   sync.Mutex
	list []string
}

func (r *recorder) note(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Contains(r.list, what) {
		r.list = append(r.list, what)
	}
}

func (r *recorder) Exec(ctx context.Context, c engine.Command) (engine.Result, error) {
	r.note(strings.Join(c.Argv, " "))
	return r.Ground.Exec(ctx, c)
}

func (r *recorder) Query(ctx context.Context, q engine.Query) ([]engine.Row, error) {
	r.note(q.System + " " + q.Address + ": " + q.Statement)
	return r.Ground.Query(ctx, q)
}

func (r *recorder) Get(ctx context.Context, url, name, password string) ([]byte, error) {
	r.note("GET " + url)
	return r.Ground.Get(ctx, url, name, password)
}

func (r *recorder) Listens(ctx context.Context, s engine.Space, address string) (bool, error) {
	r.note("connect " + address)
	return r.Ground.Listens(ctx, s, address)
}
