package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"tidemark/engine"
	"tidemark/schema"
)

// Redo is the author's rule, or the one that follows from what there is to look at.
func (r *run) Redo() engine.Redo {
	switch {
	case r.Rule != "":
		return engine.Redo(r.Rule)
	case r.Creates != "" || len(r.Test) > 0:
		return engine.Checked
	}
	return engine.Manual
}

// AtMost is what the author declares; what the command does nobody knows, and its other arguments do not change that.
func (r *run) AtMost(late []string) (engine.Risk, string) {
	if r.Rule == string(engine.Pure) {
		return engine.Harmless, ""
	}
	return engine.OverwritesIf("destroys", r.Destroys, engine.Interrupts, late)
}

// Plan runs nothing. Only creates is looked at: what check would say is not known before Apply, nor when an
// unknown outcome is settled.
func (r *run) Plan(_ context.Context, v *engine.View) (engine.Change, error) {
	c := engine.Change{Sign: engine.Changes, Risk: engine.Interrupts, Summary: "run " + shown(r.Argv[:1]), Argv: r.Argv, Details: r.details()}
	there, err := r.created(v)
	switch {
	case err != nil:
		return c, err
	case there:
		return r.planDone(c), nil
	}
	return r.planRun(c, v)
}

func (r *run) planDone(c engine.Change) engine.Change {
	c.Sign, c.Risk, c.Argv, c.Details, c.Out = engine.Same, engine.Harmless, nil, nil, engine.Encode(RunOut{})
	c.Summary = shown([]string{r.Creates}) + " is there: nothing to run"
	c.Pre = []engine.Fact{{Key: factPath(r.Creates), Value: present}}
	return c
}

func (r *run) planRun(c engine.Change, v *engine.View) (engine.Change, error) {
	if r.Creates != "" {
		c.Pre = []engine.Fact{{Key: factPath(r.Creates), Value: absent}}
		c.Will = []engine.Fact{{Key: factPath(r.Creates), Value: present}}
	}
	if r.Destroys {
		c.Sign, c.Risk = engine.Destroys, engine.Overwrites
	}
	if r.Redo() == engine.Pure {
		c.Sign, c.Later, c.Risk = engine.NotKnown, engine.InRun, engine.Harmless
		c.Summary = "ask " + shown(r.Argv[:1]) + ", which changes nothing (redo: pure)"
	}
	// On the real state an absent creates says "not done"; whether check says otherwise is asked by Apply.
	if len(r.Test) > 0 && (r.Creates == "" || !v.Actual) {
		c.Sign = engine.NotKnown
		c.Unknown = append(c.Unknown, "what the check "+shown(r.Test)+" says just before it runs")
	}
	err := r.lacks(v, &c)
	return c, err
}

// created tells whether the path of creates is there, or will be.
func (r *run) created(v *engine.View) (bool, error) {
	if r.Creates == "" {
		return false, nil
	}
	if value, ok := v.Promised(factPath(r.Creates)); ok {
		return value != absent, nil
	}
	return exists(v, r.Creates)
}

func exists(a engine.Asker, p string) (bool, error) {
	_, err := os.Lstat(a.Path(p))
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ENOTDIR):
		return false, nil
	}
	return false, engine.Failf(engine.ClassIO, "%s: %w", shown([]string{p}), err)
}

// lacks names programs and directories that are not on the node: in a dry run an earlier step may still bring them.
func (r *run) lacks(v *engine.View, c *engine.Change) error {
	need := []string{r.Argv[0], r.Dir}
	if len(r.Test) > 0 {
		need = append(need, r.Test[0])
	}
	for _, p := range need {
		if !strings.HasPrefix(p, "/") {
			continue
		}
		there, err := exists(v, p)
		switch {
		case err != nil:
			return err
		case there:
		case v.Actual:
			return engine.WithNext(engine.Failf(engine.ClassPrecondition, "%s is not on this node", shown([]string{p})), "install it, or correct the path")
		default:
			c.Unknown = append(c.Unknown, shown([]string{p})+" is not on this node now; whether an earlier step brings it")
		}
	}
	return nil
}

// details says what else the program gets: names and sizes, no contents.
func (r *run) details() []string {
	var out []string
	if len(r.Env) > 0 {
		var vars []string
		for _, name := range names(r.Env) {
			vars = append(vars, name+withSecrets(r.Env[name]))
		}
		out = append(out, "environment: "+strings.Join(vars, ", "))
	}
	switch {
	case len(r.Stdin.Secrets()) > 0:
		out = append(out, "standard input: text"+withSecrets(r.Stdin))
	case !r.Stdin.Empty():
		out = append(out, fmt.Sprintf("standard input: %d bytes", len(r.Stdin.String())))
	}
	if r.Dir != "" {
		out = append(out, "in "+shown([]string{r.Dir}))
	}
	return out
}

// withSecrets names the secrets in a text.
func withSecrets(s schema.Sealed) string {
	if used := s.Secrets(); len(used) > 0 {
		return " (with secret " + strings.Join(used, ", ") + ")"
	}
	return ""
}
