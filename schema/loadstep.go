package schema

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"

	"gopkg.in/yaml.v3"
)

// steps reads a list of steps; index is the stage's, the number of stages for
// finally.
func (l *loader) steps(n *yaml.Node, s *Stage, index int) {
	if !l.isSteps(n) {
		return
	}
	here := l.newPlace(s, s.On, index)
	l.passed(here)
	s.Steps = l.stepsAt(n, here)
}

// isSteps reports what is no list of steps.
func (l *loader) isSteps(n *yaml.Node) bool {
	switch {
	case n == nil:
		return false
	case n.Kind != yaml.SequenceNode && !isNull(n):
		return l.misshapen(n, "list", "begin each step with a hyphen: - id: NAME, and its kind on the next line")
	case len(n.Content) == 0:
		l.at(n, codeMissingKey, "a list without steps", "steps: a list of {id, KIND: {…}}")
	}
	return true
}

// stepsAt reads the steps of a list that stands at a place.
func (l *loader) stepsAt(n *yaml.Node, here *place) []*Step {
	var out []*Step
	for _, c := range items(n) {
		if l.full() {
			break
		}
		if step := l.step(c, here); step != nil {
			out = append(out, step)
		}
	}
	return out
}

func (l *loader) step(n *yaml.Node, here *place) *Step {
	if n.Kind != yaml.MappingNode {
		l.wrongShape(n, "mapping")
		return nil
	}
	plain, kindKey, args := l.splitStep(n)
	var f stepFile
	l.decode(plain, reflect.ValueOf(&f).Elem())
	step := &Step{
		ID: f.ID.Value, Path: l.within.path + f.ID.Value, Timeout: f.Timeout, Pos: l.docs.pos(n),
		User: cmp.Or(f.User.Value, l.within.user()), Skip: cmp.Or(f.Skip.Value, l.within.skip()),
		id: f.ID.node, entry: n, outer: l.within.step, args: args,
		leaves: map[*yaml.Node]*leaf{}, conds: map[*yaml.Node]*Expr{}, docs: l.docs, frame: l.frame,
	}
	l.stepRules(step, f, here.stage)
	if step.On != nil {
		here = l.newPlace(here.stage, step.On, here.index)
	}
	if kindKey != nil {
		l.stepKind(step, kindKey, f, here)
	}
	given := l.stepParts(step, f, l.scopeAt(here))
	if kindKey != nil {
		l.gated(step, kindKey, given, here)
	}
	l.stepTimes(step, valueOf(plain, "timeout"))
	if step.kind.made != nil {
		l.unfold(step, kindKey, plain, here)
	}
	l.remember(step, here, f.When != nil || f.Skip.node != nil)
	return step
}

func (l *loader) stepKind(step *Step, key *yaml.Node, f stepFile, here *place) {
	step.Kind = key.Value
	step.kind, _ = l.kind(step.Kind)
	l.broken(step, key)
	l.place(key, step.kind, here)
	l.skipped(step, f.Skip)
}

func (l *loader) stepRules(step *Step, f stepFile, s *Stage) {
	if f.ID.node != nil {
		l.name(f.ID.node, "step")
		if first, taken := l.past[step.ID]; taken && step.ID != "" {
			l.sameID(first.step.id, f.ID.node, fmt.Sprintf("duplicate step %q", step.ID), "ids are unique in the runbook; ")
		}
	}
	l.word(f.User, "user")
	if f.On == nil {
		return
	}
	l.narrowed(step, f.On, s)
}

// skipped reads why a step is not run, and warns when it is a gate.
func (l *loader) skipped(step *Step, reason text) {
	switch {
	case reason.node == nil:
	case strings.TrimSpace(reason.Value) == "":
		l.at(reason.node, codeChange, "an empty reason", "write why, for whoever reads the plan")
	case step.kind.Gate:
		l.book.ungated = append(l.book.ungated, fmt.Sprintf("the gate %s (%s) is skipped: %s", step.ID, step.Kind, reason.Value))
		l.warn(reason.node, codeGate, fmt.Sprintf("the gate %s (%s) is skipped", step.ID, step.Kind), "nothing proves any more that no data will be lost; the plan says so")
	}
}

// place refuses a kind on the wrong side: controller kinds see no node, and a
// controller stage changes nothing.
func (l *loader) place(key *yaml.Node, k Kind, here *place) {
	switch {
	case k.made != nil: // its steps are asked each
	case k.OnController && !here.control():
		l.at(key, codePlace, fmt.Sprintf("%s runs on the controller, this stage on nodes", k.Name), l.controlHelp(here))
	case k.Name == "":
	case !k.OnController && here.control() && k.Redo != "pure":
		l.at(key, codePlace, fmt.Sprintf("%s runs on nodes, this stage on the controller", k.Name), "only kinds that ask or decide stand in a stage on: controller")
	}
}

// controlHelp says how a step comes to the controller from where it stands.
func (l *loader) controlHelp(here *place) string {
	switch {
	case l.within.step != nil:
		return "a kind runs where its step stands: take it out of the kind, or use the kind in a stage on: controller"
	case here.stage.ID == finallyID:
		return "add to the step on: controller"
	}
	return "give it a stage of its own with on: controller"
}
