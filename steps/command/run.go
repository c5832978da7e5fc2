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

// Run is the kind run.
func Run() engine.Kind {
	return engine.Kind{
		Name: "run",
		Doc: "Runs one program with exactly these arguments, without a shell. Only the author knows what a command does, so the dry run shows " +
			"its arguments and no more, and an unknown outcome is settled by the rule `redo`: `manual` asks a person, `idempotent` runs it again, " +
			"`checked` looks whether the path `creates` is there (make it last, by a rename, so that a half-done command has not made it), " +
			"`pure` says that the command changes nothing. The default is `manual`, with `creates` or `check` it is `checked`.\n\n" +
			"`creates` is looked at in every plan; where it is, nothing runs. `check` is a command of the author's: a dry run lets no such " +
			"command out, so there it is `?`, and it runs just before the command; status 0 means done already, and nothing more runs. " +
			"For the same reason an unknown outcome with a `check` and no `creates` stays unknown and the node stops; say `redo: idempotent` " +
			"where the command may run again whenever its check fails: then the next attempt's check decides.\n\n" +
			"`timeout` of the step bounds it; without one the bound is 24 hours.\n\n" +
			"`env` and `stdin` take secrets: the plan keeps their names, the program gets their values, and what it prints of them is masked. " +
			"Arguments take none, since every user of the node can read them.",
		Example: "id: reindex\nrun: {argv: [/usr/bin/reindex, --all, \"${{ run.id }}\"], creates: /var/lib/index/done}\ntimeout: 10m",
		Redo:    engine.Manual,
		Risk:    engine.Overwrites,
		New:     func() engine.Step { return &run{} },
		Out:     RunOut{},
		Version: 2,
	}
}

// RunOut is what the program left. Where nothing ran, Ran is false and the rest is empty.
type RunOut struct {
	Ran    bool   `json:"ran" help:"whether the program ran; false: creates or check told that it was done already"`
	Exit   int    `json:"exit" help:"its exit status"`
	Stdout string `json:"stdout" help:"the first bytes of its standard output; what is not UTF-8 becomes U+FFFD"`
	Stderr string `json:"stderr" help:"the same of its standard error"`
	Cut    bool   `json:"cut" help:"whether one of them was longer than is kept"`
}

type run struct {
	Argv     []string                 `json:"argv" help:"program (by absolute path, or a name in PATH) and its arguments" required:"true" short:"true"`
	Env      map[string]schema.Sealed `json:"env" help:"environment added to the agent's"`
	Stdin    schema.Sealed            `json:"stdin" help:"text for its standard input; left out: nothing to read"`
	Dir      string                   `json:"dir" help:"absolute path of its working directory; left out: the agent's"`
	Creates  string                   `json:"creates" help:"absolute path; where it exists nothing runs, and afterwards it must exist"`
	Test     []string                 `json:"check" help:"program and arguments, run just before; status 0: done already"`
	Rule     string                   `json:"redo" help:"what an unknown outcome means; left out: manual, with creates or check: checked" enum:"pure,idempotent,checked,manual"`
	OK       []int                    `json:"ok" help:"exit statuses that are success" default:"0"`
	Output   schema.Size              `json:"output" help:"how much of stdout and of stderr is kept, at most 1MiB" default:"64KiB"`
	Destroys bool                     `json:"destroys" help:"it removes or overwrites data: the run then asks for the site's name"`
	Daemon   bool                     `json:"daemon" help:"it starts a program that goes on after it, without a service manager"`
}

// factPath is the key of the fact what stands at p, shared with mkdir and move.
func factPath(p string) string { return "path." + p }

const (
	present = "present"
	absent  = "absent"
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
	c := engine.Change{Sign: engine.Changes, Risk: engine.Interrupts, Summary: "run " + shown(r.Argv), Argv: r.Argv, Details: r.details()}
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
		c.Summary = "ask " + shown(r.Argv) + ", which changes nothing (redo: pure)"
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

// withSecrets names the secrets in a text.
func withSecrets(s schema.Sealed) string {
	if used := s.Secrets(); len(used) > 0 {
		return " (with secret " + strings.Join(used, ", ") + ")"
	}
	return ""
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
