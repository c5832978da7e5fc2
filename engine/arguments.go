package engine

import (
	"encoding/json"
	"strings"

	"tidemark/schema"
)

// planned resolves a task as far as the plan can; its condition may be known though its arguments wait for outputs.
func (b Basis) planned(t *Task, step *schema.Step, env schema.Env) (err error) {
	switch {
	case t.Skip != "":
	case len(t.Waits) == 0:
		err = b.resolve(t, step, env)
	case !step.WhenWaits():
		t.Skip, err = unmet(step, env)
	}
	if err == nil && t.Skip == "" && len(t.Waits) > 0 {
		err = b.foresee(t, step, env)
	}
	return err
}

// foresee says what is declared of a task whose arguments wait for outputs. Its risk comes from the arguments that are
// written out; where these leave the highest open, the line says so, since that decides what consent the run asks for.
func (b Basis) foresee(t *Task, step *schema.Step, env schema.Env) error {
	args, late, diags := step.Known(env)
	if err := diags.Err(); err != nil {
		return err
	}
	raw, err := json.Marshal(args)
	if err != nil {
		return err
	}
	k := b.Kinds.Get(t.Kind)
	declared, err := k.Step(raw)
	if err != nil {
		return err
	}
	risk, why := k.AtMost(declared, late)
	t.Change = Change{Sign: NotKnown, Later: AfterSteps, Summary: "known after step " + strings.Join(t.Waits, ", "), Details: step.Written(), Risk: risk}
	if risk == Overwrites {
		t.Change.Summary += "; may overwrite data (" + why + ")"
	}
	t.Secrets = schema.SecretsIn(args)
	return nil
}

// unmet is the condition of a step that does not hold, as a reason to skip it; "" where it holds.
func unmet(step *schema.Step, env schema.Env) (skip string, err error) {
	run, trace, diags := step.When(env)
	if err := diags.Err(); err != nil || run {
		return "", err
	}
	return "when: " + trace, nil
}

// resolve evaluates the task's condition and arguments in env.
func (b Basis) resolve(t *Task, step *schema.Step, env schema.Env) error {
	skip, err := unmet(step, env)
	if err != nil || skip != "" {
		t.Skip = skip
		return err
	}
	args, diags := step.Resolve(env)
	if err := diags.Err(); err != nil {
		return err
	}
	raw, err := json.Marshal(args)
	if err != nil {
		return err
	}
	t.Args, t.Digest, t.Secrets = raw, ArgsDigest(programOf(t.Kind, t.Program), raw), schema.SecretsIn(args)
	return b.place(t)
}

// place notes between which nodes the task's bytes flow.
func (b Basis) place(t *Task) error {
	step, err := b.Kinds.Get(t.Kind).Step(t.Args)
	if err != nil {
		return err
	}
	bridger, ok := step.(Bridger)
	if !ok {
		return nil
	}
	br := bridger.Bridge(t.Node)
	for _, name := range []string{br.From, br.To} {
		if name != ControllerNode && b.Site.Node(name) == nil {
			return Failf(ClassPrecondition, "site %s has no node %q", b.Site.Name, name)
		}
	}
	t.From, t.At = br.From, br.To
	return nil
}
