package schema

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// stepFile is the declaration of a step; its kind is one more key.
type stepFile struct {
	ID      text          `json:"id" is:"name" required:"true" help:"name of the step, unique in the runbook"`
	On      *yaml.Node    `json:"on" is:"place" help:"groups or nodes of the stage, for a step that runs on some of them; in finally: where the step runs"`
	ForEach *yaml.Node    `json:"for-each" is:"items" help:"an expression that gives a list, or a list: the step runs for each item"`
	Key     *yaml.Node    `json:"key" is:"key" help:"text that tells the items apart"`
	When    *yaml.Node    `json:"when" is:"condition" help:"condition: where it does not hold the step is skipped"`
	Skip    text          `json:"skip" help:"the reason why the step is not run"`
	Timeout time.Duration `json:"timeout" help:"limit of each attempt"`
	Retry   *yaml.Node    `json:"retry" is:"retry" help:"when a failed attempt is repeated"`
	User    text          `json:"user" is:"word" help:"user on the node to run as"`
}

// retryFile is the declaration of a retry.
type retryFile struct {
	Attempts int           `json:"attempts" required:"true" min:"1" max:"1000" help:"how often in all"`
	Backoff  time.Duration `json:"backoff" default:"1s" help:"wait before the second attempt"`
	Factor   float64       `json:"factor" default:"2" min:"1" max:"100" help:"growth of the wait"`
	Max      time.Duration `json:"max" help:"longest wait"`
	Jitter   float64       `json:"jitter" min:"0" max:"1" help:"random share of the wait, 0 to 1"`
	If       *yaml.Node    `json:"if" is:"condition" help:"condition over failure, attempt and exit"`
}

func stepKeys() []string {
	var out []string
	for _, f := range fieldsOf(reflect.TypeFor[stepFile]()) {
		out = append(out, f.name)
	}
	return out
}

func isStepKey(name string) bool { return slices.Contains(stepKeys(), name) }

// steps reads a list of steps; index is the stage's, the number of stages for
// finally.
func (l *loader) steps(n *yaml.Node, s *Stage, index int) {
	if !l.isSteps(n) {
		return
	}
	here := l.newPlace(s, s.On, index)
	l.places = append(l.places, here)
	s.Steps = l.stepsAt(n, here)
}

// isSteps reports what is no list of steps.
func (l *loader) isSteps(n *yaml.Node) bool {
	switch {
	case n == nil:
		return false
	case n.Kind == yaml.AliasNode:
		return l.isSteps(n.Alias)
	case n.Kind != yaml.SequenceNode:
		return l.wrongShape(n, "list")
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
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
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
		step.Kind = kindKey.Value
		step.kind, _ = l.kind(step.Kind)
		l.broken(step, kindKey)
		l.place(kindKey, step.kind, here)
		l.skipped(step, f.Skip)
		l.gated(step, kindKey)
	}
	l.stepParts(step, f, l.scopeAt(here))
	l.stepTimes(step, valueOf(plain, "timeout"))
	if step.kind.made != nil {
		l.unfold(step, kindKey, plain, here)
	}
	l.remember(step, here, f.When != nil || f.Skip.node != nil)
	return step
}

// broken reports a kind that cannot be used. Nothing is known of its arguments and outputs: they are accepted.
func (l *loader) broken(step *Step, key *yaml.Node) {
	b := step.kind.Broken
	if b == nil {
		return
	}
	l.at(key, b.Code, b.Message, b.Help)
	if len(b.More) > 0 && !slices.Contains(l.list, b.More[0]) {
		l.list = append(l.list, b.More...)
	}
	step.kind, step.args = Kind{}, nil
}

// splitStep parts the step keys from the kind.
func (l *loader) splitStep(n *yaml.Node) (plain, kind, args *yaml.Node) {
	plain = l.docs.like(&yaml.Node{Kind: yaml.MappingNode}, n)
	var unknown []*yaml.Node
	own := l.fieldsOf(reflect.TypeFor[stepFile]())
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		_, isKind := l.kind(key.Value)
		switch {
		case slices.ContainsFunc(own, func(f field) bool { return f.name == key.Value }):
			plain.Content = append(plain.Content, key, value)
		case !isKind:
			unknown = append(unknown, key)
		case kind != nil && kind.Value == key.Value:
			l.at(key, codeDuplicateKey, fmt.Sprintf("duplicate key %q", key.Value), "")
		case kind != nil:
			l.at(key, codeOneKind, fmt.Sprintf("a second kind: the step is a %s already", kind.Value), "make a step of its own")
		default:
			kind, args = key, value
		}
	}
	l.unknownKeys(n, kind, unknown)
	return plain, kind, args
}

// unknownKeys says of each key whether a step key or a kind was meant.
func (l *loader) unknownKeys(n, kind *yaml.Node, unknown []*yaml.Node) {
	for _, key := range unknown {
		if help := afterColon(key); help != "" {
			l.at(key, codeUnknownKey, fmt.Sprintf("unknown key %q in a step", key.Value), help)
			continue
		}
		if kind != nil || Nearest(key.Value, stepKeys()) != "" && Nearest(key.Value, l.kindNames()) == "" {
			l.at(key, codeUnknownKey, fmt.Sprintf("unknown key %q in a step", key.Value), suggest(key.Value, "allowed", stepKeys()))
			continue
		}
		l.at(key, codeUnknownKind, fmt.Sprintf("unknown kind %q", key.Value), suggest(key.Value, "kinds", l.kindNames()))
	}
	if kind == nil && len(unknown) == 0 {
		l.at(n, codeOneKind, "a step without a kind", suggest("", "kinds", l.kindNames()))
	}
}

func (l *loader) stepRules(step *Step, f stepFile, s *Stage) {
	if f.ID.node != nil {
		l.name(f.ID.node, "step")
		if first := l.ids[step.ID]; first != nil && first != f.ID.node {
			l.at(f.ID.node, codeDuplicateID, fmt.Sprintf("duplicate step %q", step.ID),
				"ids are unique in the runbook; the first is at "+l.where(first, f.ID.node))
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
		l.at(key, codePlace, fmt.Sprintf("%s runs on the controller, this stage on nodes", k.Name), "give it a stage of its own with on: controller")
	case k.Name == "":
	case !k.OnController && here.control() && k.Redo != "pure":
		l.at(key, codePlace, fmt.Sprintf("%s runs on nodes, this stage on the controller", k.Name), "only kinds that ask or decide stand in a stage on: controller")
	}
}
