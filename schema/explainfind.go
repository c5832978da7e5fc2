package schema

import (
	"fmt"
	"slices"
	"strings"
)

// Address is a place of a runbook by the path that Explain takes.
type Address struct {
	Path string // STAGE, STAGE/STEP, or STAGE/STEP/INNER for a step of a kind that is made of steps
	What string // the kind of a step, or where a stage runs
	step *Step  // nil for a stage
}

// Addresses are those of all stages and steps, in the order of the text; those
// of included lists stand where they are included.
func (r *Runbook) Addresses() []Address {
	var out []Address
	for _, s := range r.Stages {
		out = addSteps(append(out, Address{Path: s.ID, What: "stage on " + strings.Join(s.On, ", ")}), s.ID, s.Steps)
	}
	if len(r.Finally) > 0 {
		out = addSteps(append(out, Address{Path: finallyID, What: "steps that run when the run closes"}), finallyID, r.Finally)
	}
	return out
}

func addSteps(out []Address, around string, steps []*Step) []Address {
	for _, s := range steps {
		path := around + "/" + s.ID
		out = addSteps(append(out, Address{path, s.Kind, s}), path, s.inner)
	}
	return out
}

// stageAt is the stage that a path names.
func (r *Runbook) stageAt(t target) (*Stage, error) {
	i := slices.IndexFunc(r.Stages, func(s *Stage) bool { return s.ID == t.stage })
	if err := r.takenOut(t.stage); i < 0 && err != nil {
		return nil, err
	}
	if i < 0 {
		return nil, r.nothingAt(t.stage, "stage", func(a Address) bool { return a.step == nil })
	}
	return r.Stages[i], nil
}

// stepAt is the step that a path names, inside others where it has more slashes.
func (r *Runbook) stepAt(t target) (*Step, error) {
	var around *Step
	ids := strings.Split(t.step, "/")
	for i, id := range ids {
		step, path := r.Find(t.stage, ids[:i+1]...), strings.Join(append([]string{t.stage}, ids[:i]...), "/")
		switch err := r.takenOut(path + "/" + id); {
		case step == nil && around == nil && err != nil:
			return nil, err
		case step == nil && around == nil:
			return nil, r.nothingAt(path+"/"+id, "step", func(a Address) bool { return a.step == nil || a.step.outer == nil })
		case step == nil && around.inner == nil:
			return nil, fmt.Errorf("step %s is a %s, which is not made of steps; a value of it stands behind a dot: %s.FIELD", path, around.Kind, path)
		case step == nil:
			return nil, r.nothingAt(path+"/"+id, "step", func(a Address) bool { return a.step != nil && a.step.outer == around })
		}
		around = step
	}
	if len(t.path) > 0 && r.Find(t.stage, append(ids, t.path[0])...) != nil {
		return nil, fmt.Errorf("%s is a step inside %s: name it with a slash, %s/%s", t.path[0], t.entry(), t.entry(), strings.Join(t.path, "."))
	}
	return around, nil
}

// takenOut says which overlay took a stage or a step out, nil for none.
func (r *Runbook) takenOut(path string) error {
	if r.merged == nil {
		return nil
	}
	c := r.merged.gone[path]
	if stage, _, ok := strings.Cut(path, "/"); ok && c == nil {
		c = r.merged.gone[stage]
	}
	if c == nil {
		return nil
	}
	o := c.overlay
	why := ""
	if c.Because.Value != "" {
		why = ", because: " + c.Because.Value
	}
	return fmt.Errorf("overlay %q took %s out, at %s%s", o.name.Value, c.at.Value, r.docs.pos(c.at.node), why)
}

// nothingAt says what may be meant by a path that leads nowhere.
func (r *Runbook) nothingAt(path, what string, allowed func(Address) bool) error {
	var paths []string
	for _, a := range r.Addresses() {
		if allowed(a) {
			paths = append(paths, a.Path)
		}
	}
	return fmt.Errorf("runbook %s has no %s %q; %s", r.Name, what, path, suggest(path, "it has", paths))
}
