package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tidemark/engine"
)

// unbounded is the limit where the step has no timeout: far beyond any, so that the step's own always comes first
// and its end counts as the task's, not the command's.
const unbounded = 24 * time.Hour

// Apply asks the check first, then runs the command.
func (r *run) Apply(ctx context.Context, h *engine.Host, _ engine.Change) (engine.Output, error) {
	env, stdin, err := r.opened(h)
	if err != nil {
		return engine.Output{}, err
	}
	done, err := r.checked(ctx, h, env)
	if err != nil {
		return engine.Output{}, err
	}
	if done {
		return engine.Output{Value: RunOut{}, Note: "done already, says the check " + shown(r.Test) + ": nothing ran"}, nil
	}
	res, err := h.Exec(ctx, r.command(h, r.Argv, env, stdin))
	out := r.output(res)
	r.log(h, out)
	if err != nil {
		return engine.Output{}, err
	}
	if !slices.Contains(r.accepted(), res.Code) {
		return engine.Output{}, r.failed(res)
	}
	return engine.Output{Value: out, Note: fmt.Sprintf("%s: exit %d", shown(r.Argv[:1]), res.Code)}, r.proved(h)
}

// opened gives environment and input with the values of secrets in them, which must be fit for a program, too.
func (r *run) opened(h *engine.Host) (env []string, stdin string, err error) {
	for _, name := range names(r.Env) {
		value, err := h.Open(r.Env[name])
		if err != nil {
			return nil, "", err
		}
		if err := checkEnv(name, value); err != nil {
			return nil, "", engine.Fail(engine.ClassPrecondition, err)
		}
		env = append(env, name+"="+value)
	}
	stdin, err = h.Open(r.Stdin)
	return env, stdin, err
}

func (r *run) command(h *engine.Host, argv, env []string, stdin string) engine.Command {
	c := engine.Command{Argv: argv, Env: env, Timeout: unbounded, Daemon: r.Daemon}
	if r.Dir != "" {
		c.Dir = h.Path(r.Dir)
	}
	if stdin != "" {
		c.Stdin = []byte(stdin)
	}
	return c
}

func (r *run) accepted() []int {
	if r.OK == nil {
		return []int{0}
	}
	return r.OK
}

// checked tells whether the check finds the work done. A check that could not run says nothing: then the command
// does not run either.
func (r *run) checked(ctx context.Context, h *engine.Host, env []string) (bool, error) {
	if len(r.Test) == 0 {
		return false, nil
	}
	c := r.command(h, r.Test, env, "")
	c.Daemon = false
	res, err := h.Exec(ctx, c)
	if err != nil {
		e := &engine.Error{Class: engine.ClassOf(err), Next: engine.NextOf(err)}
		if errors.Is(err, engine.ErrUnsure) {
			err = errors.New(err.Error()) // whatever became of the check, it is known that nothing else was done
		}
		e.Err = fmt.Errorf("the check before the command: %w; the command did not run", err)
		return false, e
	}
	h.Log("check %s: exit %d%s", shown(r.Test), res.Code, lastLines(res.Stderr))
	return res.Code == 0, nil
}

// proved looks for what the command had to make.
func (r *run) proved(h *engine.Host) error {
	if r.Creates == "" {
		return nil
	}
	there, err := exists(h, r.Creates)
	if err != nil || there {
		return err
	}
	return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s ended well, but %s (creates) is not there", shown(r.Argv[:1]), shown([]string{r.Creates})),
		"correct creates, or find out why the command did not make it")
}

// failed names the status and the last words of the program.
func (r *run) failed(res engine.Result) error {
	words := lastLines(res.Stderr)
	if words == "" {
		words = lastLines(res.Stdout)
	}
	next := "read the task's log, then correct the cause"
	if words == "" {
		next = "it printed nothing; find out why it ends so, then correct the cause"
	}
	return &engine.Error{
		Class: engine.ClassExit, Exit: res.Code, Err: errors.New(shown(r.Argv[:1]) + fmt.Sprintf(": exit %d", res.Code) + words), Next: next,
	}
}

func (r *run) log(h *engine.Host, out RunOut) {
	for _, o := range [][2]string{{"stdout", out.Stdout}, {"stderr", out.Stderr}} {
		if o[1] != "" {
			h.Log("%s of %s:\n%s", o[0], shown(r.Argv[:1]), o[1])
		}
	}
}
