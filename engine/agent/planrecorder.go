package agent

import (
	"context"
	"slices"
	"strings"
	"sync"

	"tidemark/engine"
)

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

// Program notes what the program says it reads; it is behind the fence like everything here.
func (r *recorder) Program(ctx context.Context, c engine.ProgramCall) (engine.Result, error) {
	runner, ok := r.Ground.(engine.ProgramRunner)
	if !ok {
		return engine.Result{}, engine.Failf(engine.ClassPrecondition, "%s: no program runs here", c.Kind)
	}
	r.note(c.Kind + " plan (a program)")
	for _, p := range c.Probes {
		r.note(c.Kind + " plan: " + p)
	}
	return runner.Program(ctx, c)
}
